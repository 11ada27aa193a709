"""What does a new version of a pack change, clause by clause? Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec


class Change(msgspec.Struct, frozen=True):
    """One clause that differs.

    key     dotted key, `order.handle.default.value`
    before  as the old version says it, "" where it says nothing;  after: likewise of the new one
    """

    key: str
    before: str
    after: str


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Change, ...]:
    """Return every clause in which two versions differ, in the order of the new version, then what was dropped.

    old, new  packs as plain mappings, see `loading.tree_of`
    """
    before, after = dict(_leaves(old)), dict(_leaves(new))
    keys = [*after, *(key for key in before if key not in after)]
    return tuple(
        Change(key, before.get(key, ""), after.get(key, "")) for key in keys if before.get(key) != after.get(key)
    )


def _leaves(node: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from _leaves(value, f"{path}.{key}" if path else str(key))
    elif isinstance(node, Sequence) and not isinstance(node, str):
        yield path, ", ".join(_said(item) for item in node)
    else:
        yield path, _said(node)


def _said(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_said(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_said(inner) for inner in value) + "]"
    return str(value)

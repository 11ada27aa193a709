"""How does a pack file become rules?

Read, looked over, compiled. A file with any mistake gives no rules at all: a half-read
pack would bind people to dates nobody decided.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from lianxin.deadlines import UNITS, Clock, OfficeHours, official_calendar
from lianxin.ground.clock import DAY_MS, at_iso
from lianxin.rules.reading import Branch, Mistake, Unreadable, plain, read_nodes, read_text
from lianxin.rules.rules import Rules
from lianxin.rules.schema import CLOCK_SECTIONS, look_over
from lianxin.rules.shapes import near, of_day

SHIPPED: Final = Path(__file__).parent.parent / "packs" / "rules"
"""The packs that come with the house, as `<pack>-<version>.yaml`."""


class BrokenPack(ValueError):
    """A pack file has mistakes; `mistakes` names them all."""

    def __init__(self, path: Path | str, mistakes: list[Mistake]) -> None:
        self.mistakes = mistakes
        lines = "\n".join(f"{path}:{m.line}: {m.key + ': ' if m.key else ''}{m.text}" for m in mistakes)
        super().__init__(lines)


class UnknownPack(LookupError):
    """No pack of this name or version is known."""


def check_text(text: str) -> tuple[Branch | None, list[Mistake]]:
    """Return the pack's content and every mistake in it; usable only without mistakes."""
    root, mistakes = read_nodes(text)
    if root is not None:
        mistakes = sorted({*mistakes, *look_over(root)})
    return root, mistakes


def tree_of(text: str) -> dict[str, Any]:
    """Return a pack as plain mappings, lists and values. Raises BrokenPack."""
    root, mistakes = check_text(text)
    if mistakes or root is None:
        raise BrokenPack("pack", mistakes)
    tree = plain(root)
    assert isinstance(tree, dict)
    return tree


def check_file(path: Path) -> list[Mistake]:
    """Return every mistake of a pack file. Raises Unreadable."""
    return check_text(read_text(path))[1]


def rules_from_text(text: str, path: Path | str = "pack") -> Rules:
    """Return compiled rules. Raises BrokenPack with all mistakes; `path` only names the file in them."""
    root, mistakes = check_text(text)
    if mistakes or root is None:
        raise BrokenPack(path, mistakes)
    tree = plain(root)
    assert isinstance(tree, dict)
    return _compiled(tree)


@lru_cache(maxsize=64)
def _from_file(path: Path, changed_ns: int) -> Rules:  # noqa: ARG001
    return rules_from_text(read_text(path), path)


def _load_file(path: Path) -> Rules:
    try:
        return _from_file(path, path.stat().st_mtime_ns)
    except OSError as trouble:
        raise Unreadable(f"cannot read {path}: {trouble.strerror or trouble}") from trouble


def known_packs(folder: Path = SHIPPED) -> tuple[str, ...]:
    """Return the names of the packs in a folder."""
    return tuple(sorted({rules.pack for rules in all_rules(folder)}))


def shipped_texts() -> dict[str, str]:
    """Return the packs that come with the house, word for word, by their references."""
    return {rules.ref: read_text(SHIPPED / f"{rules.pack}-{rules.version}.yaml") for rules in all_rules()}


def all_rules(folder: Path = SHIPPED) -> tuple[Rules, ...]:
    """Return every pack and version in a folder, by name and first day. Raises BrokenPack."""
    found = (_load_file(path) for path in folder.glob("*.yaml"))
    return tuple(sorted(found, key=lambda rules: (rules.pack, rules.effective_from, rules.version)))


def load_rules(pack: str | Path, folder: Path = SHIPPED) -> Rules:
    """Return the rules of a pack: by file, by name (its newest version) or by reference `name@version`.

    Raises UnknownPack, Unreadable, BrokenPack.
    """
    if isinstance(pack, Path) or pack.endswith((".yaml", ".yml")) or "/" in pack:
        return _load_file(Path(pack))
    name, _, version = pack.partition("@")
    loaded = (_load_file(path) for path in folder.glob("*.yaml") if path.name.startswith(f"{name}-"))
    found = [rules for rules in loaded if rules.pack == name and version in ("", rules.version)]
    if not found:
        known = known_packs(folder)
        guess = near(name, known) or f"; known are {', '.join(known)}"
        raise UnknownPack(f"no rule pack is called {pack}{guess}")
    return max(found, key=lambda rules: (rules.effective_from, rules.version))


def _frozen(value: object) -> object:
    if isinstance(value, dict):
        return MappingProxyType({name: _frozen(entry) for name, entry in value.items()})
    return tuple(map(_frozen, value)) if isinstance(value, tuple) else value


def _compiled(tree: dict[str, Any]) -> Rules:
    """Return rules from a tree without mistakes."""
    approved = tree.get("approved", {})
    until = tree["effective"].get("to")
    quiet = tree.get("quiet_hours", {}).get("followup")
    periods = MappingProxyType(dict(_periods(tree)))
    clocks = {key: clock for key, clock in periods.items() if key.split(".", 1)[0] in CLOCK_SECTIONS}
    frozen = _frozen(tree)
    assert isinstance(frozen, Mapping)
    return Rules(
        pack=tree["pack"],
        version=tree["version"],
        title=tree.get("title", tree["pack"]),
        effective_from=at_iso(tree["effective"]["from"]),
        effective_to=None if until is None else at_iso(until),
        applies_to_open=tree.get("applies_to_open", False),
        approved=bool(approved.get("by") and approved.get("document")),
        timezone=tree.get("timezone", "Asia/Shanghai"),
        calendar=official_calendar(),
        clocks=MappingProxyType(clocks),
        periods=periods,
        quiet_hours=None if quiet is None else (of_day(quiet[0]), of_day(quiet[1])),
        tree=frozen,
    )


def _periods(tree: dict[str, Any]) -> Iterator[tuple[str, Clock]]:
    """Yield every leaf with a value and a clock's unit, by its dotted key."""
    count = tree["count"]
    spans = tree.get("office_hours", {}).get("mon_fri_and_makeup")
    office = None if spans is None else OfficeHours(tuple((of_day(a), of_day(b)) for a, b in spans))
    end_of_day = of_day(count["end_of_day"]) if "end_of_day" in count else DAY_MS
    roll_forward = count.get("roll_forward", False)

    def walk(node: Mapping[str, Any], key: str, src: str) -> Iterator[tuple[str, Clock]]:
        src = node.get("src", src)
        value, unit = node.get("value"), node.get("unit")
        if unit in UNITS and type(value) is int:
            yield key, Clock(key, value, unit, src, roll_forward, end_of_day, office if unit == "office_h" else None)
        for name, entry in node.items():
            if isinstance(entry, dict):
                yield from walk(entry, f"{key}.{name}" if key else name, src)

    return walk(tree, "", "")

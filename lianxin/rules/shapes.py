"""Of which shapes is a rule pack made, and how is a deviation told?

A shape looks at one node and notes every mistake it finds; it never stops at the first.
Built once into the schema (`schema`); knows no field by name.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches

from lianxin.deadlines import OfficeHours
from lianxin.ground.clock import HOUR_MS, MINUTE_MS, at_iso
from lianxin.rules.reading import Branch, Leaf, Mistake, Row

Node = Leaf | Row | Branch
Shape = Callable[[Node, str, list[Mistake]], None]
"""(node, dotted key, mistakes found so far) -> None; mistakes are appended."""

_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")


def near(name: str, known: Iterable[str]) -> str:
    """Return `; did you mean a or b?` for names like `name`, '' where none is near."""
    found = get_close_matches(name, list(known), n=3, cutoff=0.6)
    return f"; did you mean {' or '.join(found)}?" if found else ""


def join(key: str, name: str) -> str:
    """Return the dotted key of `name` below `key`."""
    return f"{key}.{name}" if key else name


def shown(node: Node) -> str:
    """Return how a node is called in a sentence."""
    if isinstance(node, Branch):
        return "a mapping"
    if isinstance(node, Row):
        return "a list"
    return "null" if node.value is None else repr(node.value)


def text(pattern: str = r"(?s).*\S.*", hint: str = "a text in quotes") -> Shape:
    """A text that matches the whole pattern."""
    form = re.compile(pattern)

    def look(node: Node, key: str, mistakes: list[Mistake]) -> None:
        if not (isinstance(node, Leaf) and isinstance(node.value, str) and form.fullmatch(node.value)):
            mistakes.append(Mistake(node.line, key, f"must be {hint}, not {shown(node)}"))

    return look


def one_of(*allowed: str | int | bool) -> Shape:
    """One of a few values."""

    def look(node: Node, key: str, mistakes: list[Mistake]) -> None:
        if isinstance(node, Leaf) and any(type(node.value) is type(a) and node.value == a for a in allowed):
            return
        known = " or ".join(str(a).lower() if isinstance(a, bool) else str(a) for a in allowed)
        guess = near(node.value, map(str, allowed)) if isinstance(node, Leaf) and isinstance(node.value, str) else ""
        mistakes.append(Mistake(node.line, key, f"must be {known}, not {shown(node)}{guess}"))

    return look


def whole(least: int = 1, most: int = 1_000_000) -> Shape:
    """A whole number within bounds."""

    def look(node: Node, key: str, mistakes: list[Mistake]) -> None:
        good = isinstance(node, Leaf) and type(node.value) is int and least <= node.value <= most
        if not good:
            mistakes.append(
                Mistake(node.line, key, f"must be a whole number from {least} to {most}, not {shown(node)}")
            )

    return look


def _names_instant(written: str) -> bool:
    try:
        at_iso(written)
    except (ValueError, OverflowError):
        return False
    return True


def instant(node: Node, key: str, mistakes: list[Mistake]) -> None:
    """An instant in ISO 8601 with its offset."""
    if not (isinstance(node, Leaf) and isinstance(node.value, str) and _names_instant(node.value)):
        wanted = "an instant in quotes like 2026-01-01T00:00:00+08:00"
        mistakes.append(Mistake(node.line, key, f"must be {wanted}, not {shown(node)}"))


def or_null(shape: Shape) -> Shape:
    """The shape, or null: not regulated."""

    def look(node: Node, key: str, mistakes: list[Mistake]) -> None:
        if not (isinstance(node, Leaf) and node.value is None):
            shape(node, key, mistakes)

    return look


def anything(node: Node, key: str, mistakes: list[Mistake]) -> None:
    """Whatever reads as YAML; its meaning is its reader's business."""


def rows(shape: Shape, least: int = 1) -> Shape:
    """A list of at least `least` items of one shape."""

    def look(node: Node, key: str, mistakes: list[Mistake]) -> None:
        if not isinstance(node, Row):
            mistakes.append(Mistake(node.line, key, f"must be a list, not {shown(node)}"))
            return
        if len(node.items) < least:
            mistakes.append(Mistake(node.line, key, f"must have at least {least} item{'s' * (least != 1)}"))
        for number, item in enumerate(node.items):
            shape(item, f"{key}[{number}]", mistakes)

    return look


def named(shape: Shape) -> Shape:
    """A mapping of free names to one shape, at least one."""

    def look(node: Node, key: str, mistakes: list[Mistake]) -> None:
        if not isinstance(node, Branch) or not node.entries:
            mistakes.append(Mistake(node.line, key, f"must be a mapping with at least one entry, not {shown(node)}"))
            return
        for name, entry in node.entries.items():
            shape(entry, join(key, name), mistakes)

    return look


def record(fields: Mapping[str, Shape], required: Iterable[str] = ()) -> Shape:
    """A mapping of known names, each with its shape; unknown names are mistakes."""
    needed = tuple(required)

    def look(node: Node, key: str, mistakes: list[Mistake]) -> None:
        if not isinstance(node, Branch):
            mistakes.append(Mistake(node.line, key, f"must be a mapping, not {shown(node)}"))
            return
        for name, entry in node.entries.items():
            if name in fields:
                fields[name](entry, join(key, name), mistakes)
            else:
                mistakes.append(Mistake(node.lines[name], join(key, name), f"unknown key{near(name, fields)}"))
        for name in needed:
            if name not in node.entries:
                mistakes.append(Mistake(node.line, join(key, name), "is missing"))

    return look


def of_day(written: str) -> int:
    """Return `HH:MM` (24:00 included) as milliseconds after midnight. Raises ValueError."""
    if not _TIME.fullmatch(written):
        raise ValueError(written)
    return int(written[:2]) * HOUR_MS + int(written[3:]) * MINUTE_MS


def time_of_day(node: Node, key: str, mistakes: list[Mistake]) -> None:
    """A time of day `HH:MM` in quotes; bare 13:30 would be read as the number 810."""
    if isinstance(node, Leaf) and isinstance(node.value, str) and _TIME.fullmatch(node.value):
        return
    mistakes.append(Mistake(node.line, key, f'must be a time in quotes like "08:30", not {shown(node)}'))


def time_pair(node: Node, key: str, mistakes: list[Mistake]) -> None:
    """Two times of day, from and to."""
    if not isinstance(node, Row) or len(node.items) != 2:
        mistakes.append(Mistake(node.line, key, f'must be two times like ["08:30", "12:00"], not {shown(node)}'))
        return
    for number, item in enumerate(node.items):
        time_of_day(item, f"{key}[{number}]", mistakes)


def office_spans(node: Node, key: str, mistakes: list[Mistake]) -> None:
    """Spans of a working day, ascending, with breaks between."""
    found = len(mistakes)
    rows(time_pair)(node, key, mistakes)
    if len(mistakes) == found and isinstance(node, Row):
        edges = [
            [of_day(str(e.value)) for e in pair.items if isinstance(e, Leaf)]
            for pair in node.items
            if isinstance(pair, Row)
        ]
        try:
            OfficeHours(tuple((begin, end) for begin, end in edges))
        except ValueError:
            mistakes.append(
                Mistake(node.line, key, "spans must follow each other within one day, with a break between")
            )

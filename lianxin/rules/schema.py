"""Which fields may a rule pack have?

The shape of every section, and what must agree between them. `look_over` names every
mistake with its line and key. A leaf is a mapping with `value` (or `max`), its unit and
its source; sources may also stand once at an enclosing mapping.
"""

from typing import Final

from lianxin.deadlines import UNITS, library_version
from lianxin.ground.clock import at_iso
from lianxin.rules.reading import Branch, Leaf, Mistake, Row
from lianxin.rules.shapes import (
    Node,
    Shape,
    anything,
    instant,
    join,
    named,
    near,
    office_spans,
    one_of,
    or_null,
    record,
    rows,
    shown,
    text,
    time_of_day,
    time_pair,
    whole,
)

CLOCK_SECTIONS: Final = ("order", "telephony", "enterprise_2115")
"""Sections whose leaves with a clock's unit are clocks."""

_LEAF_UNITS: Final = ("s", *UNITS)
_EXTRAS: Final[dict[str, Shape]] = {
    "urgent": whole(),
    "attempts": whole(),
    "times": or_null(whole()),
    "max_times": or_null(whole()),
    "ask_before_due": one_of(True, False),
    "else": text(),
    "means": text(),
    "basis": one_of("natural"),
    "src": text(),
}
_LEAF_FIELDS: Final = ("value", "max", "unit", *_EXTRAS)
_GROUPS: Final = (*CLOCK_SECTIONS, "order.handle", "order.acknowledge")
_KNOWN: Final = {
    "order": (
        "review", "dispatch", "acknowledge", "first_contact", "send_back_window", "send_back_decision",
        "send_backs_before_joint_meeting", "joint_meeting", "handle", "extension", "rework", "suspend", "followup",
        "instruction", "reopen_review", "level_difference",
    ),
    "telephony": (
        "answer", "connect_rate_24h_min", "service_level_15s_min", "text_reply", "mailbox_reply", "ring_back",
    ),
    "enterprise_2115": ("contact", "opinion", "solve", "systemic"),
}  # fmt: skip


def _leaf(node: Branch, key: str, src: str | None, mistakes: list[Mistake]) -> None:
    for name, entry in node.entries.items():
        if name in _EXTRAS:
            _EXTRAS[name](entry, join(key, name), mistakes)
        elif name not in _LEAF_FIELDS:
            mistakes.append(Mistake(node.lines[name], join(key, name), f"unknown key{near(name, _LEAF_FIELDS)}"))
    if "value" not in node.entries and "max" not in node.entries:
        mistakes.append(Mistake(node.line, join(key, "value"), "is missing; write null where nothing is regulated"))
    if "src" not in node.entries and src is None:
        mistakes.append(Mistake(node.line, join(key, "src"), "is missing; every value shows its source"))
    _amount(node, key, mistakes)


def _amount(node: Branch, key: str, mistakes: list[Mistake]) -> None:
    """Check value, max and unit against each other."""
    unit = node.entries.get("unit")
    if unit is not None:
        one_of(*_LEAF_UNITS)(unit, join(key, "unit"), mistakes)
    for name in ("value", "max"):
        entry = node.entries.get(name)
        if entry is None:
            continue
        if unit is not None or name == "max":
            or_null(whole())(entry, join(key, name), mistakes)
        elif not isinstance(entry, Leaf):
            mistakes.append(Mistake(entry.line, join(key, name), f"must be one value, not {shown(entry)}"))
    basis = node.entries.get("basis")
    if basis is not None and isinstance(unit, Leaf) and unit.value in ("WD", "office_h"):
        mistakes.append(Mistake(basis.line, join(key, "basis"), f"natural time contradicts the unit {unit.value}"))


def _is_leaf(below: dict[str, Node], key: str) -> bool:
    """Tell a leaf, be it misspelt, from a group of leaves: it has a leaf's field, or nothing but scalars."""
    if any(name in _LEAF_FIELDS and isinstance(entry, Leaf) for name, entry in below.items()):
        return True
    return key not in _GROUPS and bool(below) and all(isinstance(entry, Leaf) for entry in below.values())


def _leaves(node: Node, key: str, src: str | None, mistakes: list[Mistake]) -> None:
    """Check a leaf, or a group of leaves by name."""
    if not isinstance(node, Branch):
        wanted = '{value: 5, unit: WD, src: "…"}'
        mistakes.append(
            Mistake(node.line, key, f"must be a value with unit and source like {wanted}, not {shown(node)}")
        )
        return
    below = {name: entry for name, entry in node.entries.items() if name != "src"}
    if not below:
        mistakes.append(Mistake(node.line, key, "is empty"))
    if _is_leaf(below, key):
        _leaf(node, key, src, mistakes)
        return
    own = node.entries.get("src")
    if own is not None:
        text()(own, join(key, "src"), mistakes)
        src = key
    for name, entry in below.items():
        _leaves(entry, join(key, name), src, mistakes)


def _section(name: str, *, required: tuple[str, ...] = ()) -> Shape:
    """Leaves by name. A name close to a known one is taken for a slip; others are the city's own clocks."""
    known = _KNOWN[name]

    def look(node: Node, key: str, mistakes: list[Mistake]) -> None:
        if not isinstance(node, Branch):
            mistakes.append(Mistake(node.line, key, f"must be a mapping, not {shown(node)}"))
            return
        for child in node.entries:
            guess = near(child, known) if child not in known and child != "src" else ""
            if guess:
                mistakes.append(Mistake(node.lines[child], join(key, child), f"unknown key{guess}"))
        for child in required:
            if child not in node.entries:
                mistakes.append(Mistake(node.line, join(key, child), "is missing"))
        _leaves(node, key, None, mistakes)

    return look


_PERIOD: Final = record({"value": whole(), "unit": one_of(*_LEAF_UNITS), "src": text()}, ("value", "unit"))
_TEXTS: Final = rows(text())
_LEVEL: Final = record(
    {
        "zh": text(), "en": text(), "by": text(), "sign": text(), "with": _TEXTS, "to": _TEXTS, "channel": _TEXTS,
        "answer_in": _PERIOD, "content": _TEXTS, "output": text(), "form": text(), "note": text(), "src": text(),
    },
    ("zh", "en", "by", "answer_in"),
)  # fmt: skip
_TRIGGER: Final = record({"id": text(), "when": text(), "level": whole(0, 9), "src": text()}, ("id", "when", "level"))
_SUPERVISION: Final = record(
    {
        "version": text(), "src": text(), "never_by": _TEXTS, "triggers": rows(_TRIGGER),
        "levels": named(_LEVEL), "rules": _TEXTS,
    },
    ("src", "triggers", "levels"),
)  # fmt: skip
_SCRIPT: Final = record(
    {
        "version": text(), "src": text(), "open": text(), "forbidden": _TEXTS,
        "q": rows(record({"id": text(), "zh": text(), "en": text(), "a": anything, "if": text()}, ("id", "zh", "a"))),
    },
    ("version", "src", "q"),
)  # fmt: skip
_QA_ITEM: Final = record({"id": text(), "w": whole(1, 100), "zh": text(), "en": text()}, ("id", "w", "zh"))
_QA: Final = record(
    {
        "version": text(), "src": text(), "target": text(), "pass": whole(1, 100), "items": rows(_QA_ITEM),
        "fatal": rows(record({"id": text(), "zh": text(), "en": text()}, ("id", "zh"))), "sheets_for": named(anything),
    },
    ("version", "src", "pass", "items"),
)  # fmt: skip
_CLASS: Final = record(
    {"zh": text(), "en": text(), "kw": _TEXTS, "line": text(), "also": anything, "hold": one_of(True, False),
     "unit_sign": text(r"\d+min", "minutes like 15min")},
    ("zh", "kw", "line"),
)  # fmt: skip
_EMERGENCY: Final = record(
    {
        "version": text(), "src": text(), "classes": named(_CLASS), "rule_no_hangup": text(),
        "steps": rows(record({"t": anything, "do": text()}, ("t", "do"))), "other_lines": named(text()),
        "transfer_modes": named(text()), "special_mode": named(anything),
    },
    ("version", "src", "classes"),
)  # fmt: skip


def _policy(node: Node, key: str, mistakes: list[Mistake]) -> None:
    """Follow-up: the questions asked, and leaves of the city's own policy."""
    if not isinstance(node, Branch):
        mistakes.append(Mistake(node.line, key, f"must be a mapping, not {shown(node)}"))
        return
    src = "src" if "src" in node.entries else None
    for name, entry in node.entries.items():
        if name in ("asks", "bands"):
            rows(text() if name == "asks" else time_pair)(entry, join(key, name), mistakes)
        elif name == "src":
            text()(entry, join(key, name), mistakes)
        else:
            _leaves(entry, join(key, name), src, mistakes)
    if src is None and {"asks", "bands"} & set(node.entries):
        mistakes.append(Mistake(node.line, join(key, "src"), "is missing; every value shows its source"))


_CARD: Final = {
    "yellow": record({"when": one_of("last_WD_begins"), "src": text()}, ("when", "src")),
    "red": record({"when": one_of("first_WD_after_due_begins"), "src": text()}, ("when", "src")),
}

PACK: Final = record(
    {
        "pack": text(r"[a-z0-9][a-z0-9-]*", "a name of small letters, digits and hyphens"),
        "version": text(r"[\w.-]+", 'a version in quotes like "2026.1"'),
        "title": text(),
        "effective": record({"from": instant, "to": or_null(instant)}, ("from",)),
        "approved": record({"by": or_null(text()), "document": or_null(text())}, ("by", "document")),
        "applies_to_open": one_of(True, False),
        "timezone": one_of("Asia/Shanghai"),
        "calendar": record(
            {
                "provider": one_of("chinesecalendar", "natural"),
                "min_version": text(r"\d+(\.\d+)*", 'a version in quotes like "1.11.0"'),
                "missing_year": one_of("fail_closed", "not_needed"),
            },
            ("provider", "missing_year"),
        ),
        "count": record(
            {
                "start_day_counted": one_of(False),
                "end_of_day": time_of_day,
                "roll_forward": one_of(True, False),
                "src": text(),
            },
            ("src",),
        ),
        "office_hours": record({"mon_fri_and_makeup": office_spans, "src": text()}, ("mon_fri_and_makeup", "src")),
        "quiet_hours": record({"followup": time_pair, "src": text()}, ("followup", "src")),
        "telephony": _section("telephony"),
        "order": _section("order", required=("handle",)),
        "enterprise_2115": _section("enterprise_2115"),
        "cards": record(_CARD, ("yellow", "red")),
        "followup": _policy,
        "followup_script": _SCRIPT,
        "supervision": _SUPERVISION,
        "qa_sheet": _QA,
        "emergency": _EMERGENCY,
    },
    ("pack", "version", "effective", "calendar", "count", "order"),
)


def look_over(root: Branch) -> list[Mistake]:
    """Return every mistake of shape and agreement, by line."""
    mistakes: list[Mistake] = []
    PACK(root, "", mistakes)
    _effective(root, mistakes)
    _calendar(root, mistakes)
    _end_of_day(root, mistakes)
    return sorted(set(mistakes))


def _at(root: Branch, key: str) -> Leaf | None:
    """Return the scalar at a dotted key, None where there is none."""
    node: Node | None = root
    for name in key.split("."):
        node = node.entries.get(name) if isinstance(node, Branch) else None
    return node if isinstance(node, Leaf) else None


def _effective(root: Branch, mistakes: list[Mistake]) -> None:
    begin, end = _at(root, "effective.from"), _at(root, "effective.to")
    if begin is None or end is None or not isinstance(begin.value, str) or not isinstance(end.value, str):
        return
    try:
        backwards = at_iso(end.value) <= at_iso(begin.value)
    except ValueError:
        return  # already told by its shape
    if backwards:
        mistakes.append(Mistake(end.line, "effective.to", f"must lie after effective.from, {begin.value}"))


def _end_of_day(root: Branch, mistakes: list[Mistake]) -> None:
    end = _at(root, "count.end_of_day")
    if end is not None and end.value == "00:00":
        mistakes.append(Mistake(end.line, "count.end_of_day", 'a day that ends at 00:00 is written "24:00"'))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def _calendar(root: Branch, mistakes: list[Mistake]) -> None:
    provider, missing = _at(root, "calendar.provider"), _at(root, "calendar.missing_year")
    official = provider is None or provider.value != "natural"
    if official and missing is not None and missing.value == "not_needed":
        text_ = "must be fail_closed: without official days no working-day date may be given"
        mistakes.append(Mistake(missing.line, "calendar.missing_year", text_))
    least = _at(root, "calendar.min_version")
    if least is not None and isinstance(least.value, str) and _numbers(least.value) > _numbers(library_version()):
        text_ = f"{least.value} is newer than the calendar data in use, {library_version()}"
        mistakes.append(Mistake(least.line, "calendar.min_version", text_))
    for section in CLOCK_SECTIONS:
        _units(root.entries.get(section), section, official, "office_hours" in root.entries, mistakes)


def _units(node: Node | None, key: str, official: bool, office: bool, mistakes: list[Mistake]) -> None:
    """Note units that the pack's calendar or office hours cannot count."""
    if isinstance(node, Row) or not isinstance(node, Branch):
        return
    for name, entry in node.entries.items():
        if isinstance(entry, Branch):
            _units(entry, join(key, name), official, office, mistakes)
        elif name == "unit" and isinstance(entry, Leaf):
            if entry.value in ("WD", "office_h") and not official:
                text_ = f"{entry.value} needs working days, but calendar.provider is natural"
                mistakes.append(Mistake(entry.line, join(key, name), text_))
            if entry.value == "office_h" and not office:
                mistakes.append(Mistake(entry.line, join(key, name), "office_h needs office_hours, which are missing"))

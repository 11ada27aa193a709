"""What does the calculator answer to a question, and to a bad one?

One question is a clock, a start, pauses and an extension; the answer is JSON with the
instants and the steps. Used by `lianxin due`, one question or a file of them.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec

from lianxin.deadlines import LATEST, UNRESOLVED, Due, Pause, PauseRefused, Step
from lianxin.deadlines.wording import Lang
from lianxin.ground.clock import Instant, at_iso, iso
from lianxin.rules.rules import Rules, UnknownClock
from lianxin.rules.shapes import near

EXTEND_MAX: Final = 1_000_000
_FIELDS: Final = ("clock", "from", "suspend", "extend", "pack")


class BadQuestion(ValueError):
    """A question that cannot be answered; `str()` says what is wrong with it."""


class Question(msgspec.Struct, frozen=True):
    """A question to the calculator."""

    clock: str
    start: Instant
    suspend: tuple[Pause, ...] = ()
    extend: int = 0


def read_instant(written: object, name: str) -> Instant:
    """Return an instant written in ISO 8601 with an offset. Raises BadQuestion naming `name`."""
    example = "write it like 2026-09-30T10:00:00+08:00"
    if not isinstance(written, str):
        raise BadQuestion(
            f"{name} must be an instant in quotes, not {msgspec.json.encode(written).decode()}; {example}"
        )
    try:
        instant = at_iso(written)
    except (ValueError, OverflowError) as trouble:
        raise BadQuestion(f"{name} {written!r} is no instant with its offset; {example}") from trouble
    if not 0 <= instant < LATEST:
        raise BadQuestion(f"{name} {written} lies outside the years 1970 to 9998")
    return instant


def read_pause(written: object) -> Pause:
    """Return a pause from [from, to]. Raises BadQuestion."""
    if not isinstance(written, list) or len(written) != 2:
        raise BadQuestion("suspend must be [from, to] or null")
    return read_instant(written[0], "suspend from"), read_instant(written[1], "suspend to")


def read_pauses(written: object) -> tuple[Pause, ...]:
    """Return the pauses of null, [from, to] or a list of those. Raises BadQuestion."""
    if written is None:
        return ()
    if isinstance(written, list) and all(isinstance(item, list) for item in written):
        return tuple(map(read_pause, written))
    return (read_pause(written),)


def read_extension(written: object) -> int:
    """Return an extension, a whole number of the clock's units. Raises BadQuestion."""
    if type(written) is not int or not 0 <= written <= EXTEND_MAX:
        shown = msgspec.json.encode(written).decode()
        raise BadQuestion(f"extend must be a whole number from 0 to {EXTEND_MAX}, not {shown}")
    return written


def read_question(fields: dict[str, Any]) -> Question:
    """Return the question of one JSON object. Raises BadQuestion."""
    for name in fields:
        if name not in _FIELDS:
            raise BadQuestion(f"unknown key {name!r}{near(name, _FIELDS)}")
    for name in ("clock", "from"):
        if name not in fields:
            raise BadQuestion(f"{name} is missing")
    if not isinstance(fields["clock"], str):
        raise BadQuestion("clock must be a dotted key like order.handle.default")
    return Question(
        clock=fields["clock"],
        start=read_instant(fields["from"], "from"),
        suspend=read_pauses(fields.get("suspend")),
        extend=read_extension(0 if fields.get("extend") is None else fields["extend"]),
    )


def shown(instant: Instant | None) -> str | None:
    """Return an instant in ISO 8601, `unresolved` for one without a date, None for none."""
    return "unresolved" if instant == UNRESOLVED else None if instant is None else iso(instant)


def answer(question: Question, rules: Rules, lang: Lang = "zh", *, steps: bool = True) -> dict[str, object]:
    """Return due, yellow, red and the steps as JSON values. Raises UnknownClock, BadQuestion."""
    told: list[Step] = []
    try:
        due = rules.due(question.clock, question.start, question.suspend or None, question.extend)
        if steps:
            told = rules.explain(question.clock, question.start, question.suspend or None, question.extend, lang)
    except (PauseRefused, OverflowError) as trouble:
        raise BadQuestion(str(trouble)) from trouble
    return _as_json(due, told if steps else None)


def _as_json(due: Due, steps: list[Step] | None) -> dict[str, object]:
    found: dict[str, object] = {"due": shown(due.due), "yellow": shown(due.yellow), "red": shown(due.red)}
    if steps is not None:
        found["steps"] = [{"kind": s.kind, "at": shown(s.at), "text": s.text, "src": s.src} for s in steps]
    return found


def answer_line(
    line: bytes, rules_of: Callable[[str | None], Rules], lang: Lang, *, steps: bool
) -> tuple[dict[str, object], bool]:
    """Return the answer to one JSON line and whether it is one; a bad question answers {"error": …}.

    rules_of  gives the rules of a pack by name, of None those asked for on the command line;
              raises BadQuestion for an unknown one
    """
    try:
        fields = msgspec.json.decode(line.removeprefix(b"\xef\xbb\xbf")) if line.strip() else None
        if not isinstance(fields, dict):
            raise BadQuestion("the line is empty" if fields is None else "the line must be a JSON object")
        pack = fields.get("pack")
        if pack is not None and not isinstance(pack, str):
            raise BadQuestion("pack must be the name of a rule pack")
        return answer(read_question(fields), rules_of(pack), lang, steps=steps), True
    except (msgspec.DecodeError, UnicodeDecodeError) as trouble:
        return {"error": f"the line is not JSON: {trouble}"}, False
    except RecursionError:
        return {"error": "the line is nested too deeply"}, False
    except (BadQuestion, UnknownClock) as trouble:
        return {"error": str(trouble)}, False


def answer_lines(
    lines: Iterator[bytes], rules_of: Callable[[str | None], Rules], lang: Lang, *, steps: bool
) -> Iterator[tuple[bytes, bool]]:
    """Yield for each line its answer as a JSON line and whether it is a good one, in order."""
    for line in lines:
        found, good = answer_line(line, rules_of, lang, steps=steps)
        yield msgspec.json.encode(found) + b"\n", good

"""Why does a clock run out exactly then?

The same course as `counting.reckon`, told as steps for citizens, units and auditors:
what was counted, what was skipped and why, each with its source. Pure.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Final

import msgspec

from lianxin.deadlines.calendar import Calendar, date_of, day_of, start_of
from lianxin.deadlines.clock import UNRESOLVED, Clock
from lianxin.deadlines.counting import Leg, Pause, extended, in_order, legs, reckon
from lianxin.deadlines.wording import Lang, Words
from lianxin.ground.clock import Instant, local_date, midnight

CODE_201: Final = "民法典 第201条"
CODE_203: Final = "民法典 第203条"
_RULE: Final = "计时规则 C{} (docs/clocks.md)"


class Step(msgspec.Struct, frozen=True):
    """One step of an explanation.

    kind  clock, start, counted, skipped, paused, resumed, extended, rolled, due, yellow, red or unresolved
    at    the instant it begins or happens; None where no date can be given
    text  a sentence
    src   article, rule or document behind it
    """

    kind: str
    at: Instant | None
    text: str
    src: str


class _Telling(msgspec.Struct, frozen=True):
    """What every part of an explanation needs."""

    clock: Clock
    calendar: Calendar
    words: Words


def explain(
    clock: Clock,
    start: Instant,
    calendar: Calendar,
    *,
    suspend: Pause | Sequence[Pause] | None = None,
    extend: int = 0,
    pack: str = "",
    lang: Lang = "zh",
) -> list[Step]:
    """Return the steps that lead to `reckon(...)` with the same arguments.

    pack  reference shown beside the clock, e.g. `sd-binzhou@2026.1`
    lang  `zh` or `en`
    Raises what `reckon` raises.
    """
    words = Words(lang, local_date(start).year)
    telling = _Telling(clock, calendar, words)
    course = legs(clock, start, in_order(suspend) if suspend else (), calendar)
    steps = [*_opening(telling, start, pack)]
    for leg, following in zip(course, [*course[1:], None], strict=True):
        steps += _run(telling, leg, clock.value, paused=following is not None)
        if following is not None:
            steps += _pause(telling, leg, following)
    old = course[-1].due
    if extend and old != UNRESOLVED:
        steps += _extension(telling, old, extended(clock, old, extend, calendar), extend)
    return steps + _end(telling, start, suspend, extend)


def _opening(telling: _Telling, start: Instant, pack: str) -> Iterator[Step]:
    clock, words = telling.clock, telling.words
    named = words.say("pack", pack=pack) if pack else ""
    amount = words.amount(clock.value, clock.unit)
    yield Step("clock", None, words.say("clock", key=clock.key, amount=amount, pack=named), clock.src)
    sentence = "start_day" if clock.unit in ("WD", "d") else "start_now"
    yield Step("start", start, words.say(sentence, at=words.at(start)), CODE_201)


def _run(telling: _Telling, leg: Leg, whole: int, *, paused: bool = False) -> Iterator[Step]:
    """Tell what was counted in a leg: up to a pause (its day not included, C6) or through the due day.

    whole  units of which `leg.left` were left when the leg began
    """
    since, until, left, due = leg
    if due == UNRESOLVED:
        return
    unit, words = telling.clock.unit, telling.words
    if unit in ("WD", "d"):
        first, last = day_of(since) + 1, day_of(until) - 1 if paused else day_of(until - 1)
        if unit == "WD":
            yield from _working_days(telling, first, last, whole - left)
        else:
            yield from _natural_days(telling, first, last, whole, left)
    elif unit == "office_h":
        yield from _office(telling, since, until)
    elif until > since:
        text = words.say("natural", at=words.at(since), until=words.at(until), span=words.span(until - since))
        yield Step("counted", since, text, CODE_201)


def _why(telling: _Telling, day: int) -> tuple[bool, str]:
    """Return whether people work on a day and, of a day off, the festival's name."""
    when = date_of(day)
    works = telling.calendar.is_workday(when)
    return works, "" if works else telling.calendar.name(when, telling.words.lang)


def _runs(telling: _Telling, first: int, last: int) -> Iterator[tuple[bool, str, list[date]]]:
    """Yield runs of days alike: (worked on, festival, days)."""
    for (works, name), days in groupby(range(first, last + 1), lambda day: _why(telling, day)):
        yield works, name, [date_of(day) for day in days]


def _skipped(telling: _Telling, name: str, days: list[date]) -> Step:
    words = telling.words
    sentence = "festival" if name else "rest"
    text = words.say(sentence, days=words.days(days[0], days[-1]), name=name)
    return Step("skipped", midnight(days[0]), text, telling.calendar.source)


def _working_days(telling: _Telling, first: int, last: int, used: int) -> Iterator[Step]:
    words = telling.words
    for works, name, days in _runs(telling, first, last):
        if not works:
            yield _skipped(telling, name, days)
            continue
        weekend = [day for day in days if day.weekday() >= 5]
        made_up = words.say("made_up", days=words.listed(weekend)) if weekend else ""
        text = words.say(
            "counted",
            days=words.days(days[0], days[-1]),
            numbers=words.numbers(used + 1, used + len(days)),
            made_up=made_up,
        )
        used += len(days)
        yield Step("counted", midnight(days[0]), text, telling.calendar.source if weekend else CODE_201)


def _natural_days(telling: _Telling, first: int, last: int, whole: int, left: int) -> Iterator[Step]:
    """Tell natural days; days beyond the period, to which C3 moved its end, are told as such."""
    words = telling.words
    counted = min(last, first + left - 1)
    if counted >= first:
        used = whole - left
        days = words.days(date_of(first), date_of(counted))
        numbers = words.numbers(used + 1, used + counted - first + 1)
        yield Step("counted", start_of(first), words.say("counted_days", days=days, numbers=numbers), CODE_201)
    if last > counted and telling.clock.roll_forward:
        ended = date_of(first + left - 1)
        name = telling.calendar.name(ended, words.lang) or words.say("rest_day")
        text = words.say("rolled", day=words.day(ended), name=name, until=words.day(date_of(last)))
        yield Step("rolled", start_of(last), text, CODE_203)


def _office(telling: _Telling, since: Instant, until: Instant) -> Iterator[Step]:
    """Tell every span of office time between two instants, and the days off between."""
    words, office = telling.words, telling.clock.office
    assert office is not None, telling.clock.key
    for works, name, days in _runs(telling, day_of(since), day_of(until)):
        if not works:
            yield _skipped(telling, name, days)
            continue
        for day in days:
            for begin, end in office.spans:
                first, last = max(since, midnight(day) + begin), min(until, midnight(day) + end)
                if first < last:
                    text = words.say("office", at=words.at(first), until=words.at(last), span=words.span(last - first))
                    yield Step("counted", first, text, _RULE.format(5))


def _pause(telling: _Telling, leg: Leg, following: Leg) -> Iterator[Step]:
    words, clock = telling.words, telling.clock
    begin, end = words.at(leg.until), words.at(following.since)
    if clock.unit in ("WD", "d"):
        left = words.amount(following.left, clock.unit)
        used = words.amount(clock.value - following.left, clock.unit)
        texts = words.say("paused_days", at=begin, used=used, left=left), words.say("resumed_days", at=end, left=left)
    else:
        texts = words.say("paused_time", at=begin), words.say("resumed_time", at=end)
    yield Step("paused", leg.until, texts[0], _RULE.format(6))
    yield Step("resumed", following.since, texts[1], _RULE.format(6))


def _extension(telling: _Telling, old: Instant, new: Instant, extend: int) -> Iterator[Step]:
    words, clock = telling.words, telling.clock
    text = words.say("extended", amount=words.amount(extend, clock.unit), at=words.at(old, ends=True))
    yield Step("extended", old, text, _RULE.format(7))
    since = old - 1 if clock.unit in ("WD", "d") else old  # the old due day is not counted again
    yield from _run(telling, Leg(since, new, extend, new), extend)


def _end(telling: _Telling, start: Instant, suspend: Pause | Sequence[Pause] | None, extend: int) -> list[Step]:
    clock, calendar, words = telling.clock, telling.calendar, telling.words
    result = reckon(clock, start, calendar, suspend=suspend, extend=extend)
    after = words.day(calendar.last)
    if result.due == UNRESOLVED:
        return [Step("unresolved", None, words.say("unresolved", after=after), _RULE.format(10))]
    steps = [Step("due", result.due, words.say("due", at=words.at(result.due, ends=True)), CODE_203)]
    if result.yellow is not None:
        steps.append(Step("yellow", result.yellow, words.say("yellow", at=words.at(result.yellow)), _RULE.format(8)))
    if result.red == UNRESOLVED:
        steps.append(Step("red", None, words.say("unresolved_red", after=after), _RULE.format(10)))
    elif result.red is not None:
        steps.append(Step("red", result.red, words.say("red", at=words.at(result.red)), _RULE.format(8)))
    return steps

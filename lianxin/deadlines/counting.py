"""At which instant does a clock run out?

Counting rules C1 to C10 (docs/clocks.md) in integers: a start, pauses, an extension, in
that order. Explanations are next door; whether a pause or an extension is allowed is
the order's business. Pure: no clock, no database, the calendar is an argument.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from lianxin.deadlines.calendar import OFFSET_MS, Calendar, day_of, start_of
from lianxin.deadlines.clock import NATURAL_MS, UNRESOLVED, Clock, Due, OfficeHours, PauseRefused
from lianxin.ground.clock import DAY_MS, HOUR_MS, Instant, iso

Pause = tuple[Instant, Instant]
"""(from, to): from the instant of suspension (挂起) to that of resumption (恢复)."""

LATEST: Final = start_of(2_932_500)
"""No clock runs beyond this instant in the year 9998: calendars and databases end soon after."""


def reckon(
    clock: Clock,
    start: Instant,
    calendar: Calendar,
    *,
    suspend: Pause | Sequence[Pause] | None = None,
    extend: int = 0,
) -> Due:
    """Return when the clock, started at `start`, runs out.

    suspend  one pause or several; each begins at or after the start and the end of the one before,
             and before the due instant
    extend   further units, counted from the old due (C7), after all pauses
    A missing year gives UNRESOLVED (C10). Raises PauseRefused, ValueError for a negative extension,
    OverflowError for a due instant beyond the year 9998.
    """
    due = legs(clock, start, in_order(suspend), calendar)[-1].due if suspend else _first_due(clock, start, calendar)
    if extend:
        due = extended(clock, due, extend, calendar)
    if clock.unit != "WD":
        return Due(due, None, None)
    if due == UNRESOLVED:
        return Due(UNRESOLVED, UNRESOLVED, UNRESOLVED)
    day = (due - 1 + OFFSET_MS) // DAY_MS
    through = calendar.upto[day - calendar.before]
    starts = calendar.starts
    return Due(due, day * DAY_MS - OFFSET_MS, starts[through] if through < len(starts) else UNRESOLVED)


def _first_due(clock: Clock, start: Instant, calendar: Calendar) -> Instant:
    """Return the due instant without pauses and extension, or UNRESOLVED."""
    unit = clock.unit
    if unit == "WD":
        return _nth_workday_end(clock, (start + OFFSET_MS) // DAY_MS, clock.value, calendar)
    if unit == "office_h":
        return _office_due(clock, start, clock.value * HOUR_MS, calendar)
    if unit == "d":
        return _day_end(clock, day_of(start) + clock.value, calendar)
    return start + clock.value * NATURAL_MS[unit]


def _nth_workday_end(clock: Clock, day: int, n: int, calendar: Calendar) -> Instant:
    """Return the end of the n-th working day after day number `day` (C1, C2, C4), or UNRESOLVED."""
    index = day - calendar.before
    if not 0 <= index < len(calendar.upto):
        return UNRESOLVED
    nth = calendar.upto[index] + n - 1
    starts = calendar.starts
    return starts[nth] + clock.end_of_day if nth < len(starts) else UNRESOLVED


def _day_end(clock: Clock, day: int, calendar: Calendar) -> Instant:
    """Return the end of a natural day, moved to the next working day where the pack says so (C3)."""
    if clock.roll_forward:
        index = day - calendar.before
        if not 1 <= index < len(calendar.upto):
            return UNRESOLVED
        nth = calendar.upto[index - 1]  # the first working day at or after `day`
        return calendar.starts[nth] + clock.end_of_day if nth < len(calendar.starts) else UNRESOLVED
    return _within_reach(start_of(day) + clock.end_of_day)


def _within_reach(due: Instant) -> Instant:
    if due > LATEST:
        raise OverflowError("the due date lies beyond the year 9998")
    return due


def office_ms(instant: Instant, office: OfficeHours, calendar: Calendar) -> int:
    """Return the office time between the calendar's beginning and `instant`, or UNRESOLVED (C5)."""
    day, of_day = divmod(instant + OFFSET_MS, DAY_MS)
    index = day - calendar.before
    upto = calendar.upto
    if not 1 <= index < len(upto):
        return UNRESOLVED
    before = upto[index - 1]
    spent = before * office.day_ms
    if upto[index] > before:
        for begin, end in office.spans:
            if of_day <= begin:
                break
            spent += min(of_day, end) - begin
    return spent


def office_instant(spent: int, office: OfficeHours, calendar: Calendar) -> Instant:
    """Return the earliest instant at which `spent` (> 0) office time has passed, or UNRESOLVED."""
    nth, rest = divmod(spent - 1, office.day_ms)
    if nth >= len(calendar.starts):
        return UNRESOLVED
    rest += 1
    for begin, end in office.spans:
        if rest <= end - begin:
            return calendar.starts[nth] + begin + rest
        rest -= end - begin
    raise AssertionError(spent)


def _office_due(clock: Clock, start: Instant, amount: int, calendar: Calendar) -> Instant:
    """Return the instant at which `amount` of office time has passed since `start`, or UNRESOLVED."""
    office = clock.office
    assert office is not None, clock.key
    spent = office_ms(start, office, calendar)
    return UNRESOLVED if spent == UNRESOLVED else office_instant(spent + amount, office, calendar)


def in_order(suspend: Pause | Sequence[Pause]) -> list[Pause]:
    """Return the pauses by their beginning, whether one was given or several."""
    if isinstance(suspend[0], int):
        begin, end = suspend
        assert isinstance(begin, int) and isinstance(end, int), suspend
        return [(begin, end)]
    return sorted((pause[0], pause[1]) for pause in suspend if not isinstance(pause, int))


class Leg(NamedTuple):
    """A stretch in which the clock ran: from the start or a resumption to a pause or the due instant.

    since  instant from which it ran
    until  the pause's beginning, in the last leg the due instant
    left   units left at `since` of a clock counted in days; of others the whole value
    due    the due instant as it stood in this leg
    """

    since: Instant
    until: Instant
    left: int
    due: Instant


def legs(clock: Clock, start: Instant, pauses: Sequence[Pause], calendar: Calendar) -> list[Leg]:
    """Return the stretches between pauses in order; the last one's `due` holds (C6), possibly UNRESOLVED.

    Raises PauseRefused for the first pause that does not fit.
    """
    since, left = start, clock.value
    due = _first_due(clock, start, calendar)
    course = []
    for begin, end in pauses:
        _check_pause(begin, end, since, due)
        course.append(Leg(since, begin, left, due))
        if due != UNRESOLVED:
            if clock.unit in ("WD", "d"):
                left = days_left(clock, since, begin, left, calendar)
            due = _resumed(clock, begin, end, due, left, calendar)
        since = end
    course.append(Leg(since, due, left, due))
    return course


def _check_pause(begin: Instant, end: Instant, since: Instant, due: Instant) -> None:
    """Raise PauseRefused unless the pause lies between `since` and the due instant and ends after it begins."""
    if begin < since:
        raise PauseRefused(
            f"the pause from {iso(begin)} begins before {iso(since)}, when the clock began to run or was last resumed"
        )
    if due != UNRESOLVED and begin >= due:
        raise PauseRefused(f"the pause from {iso(begin)} begins when the clock has run out already, at {iso(due)}")
    if end < begin:
        raise PauseRefused(f"the pause from {iso(begin)} ends before it begins, at {iso(end)}")


def days_left(clock: Clock, since: Instant, begin: Instant, left: int, calendar: Calendar) -> int:
    """Return the days that remain of `left` when a pause begins: those strictly between are consumed (C6).

    A clock that has not run out keeps at least its last day, also where C3 had moved that day on.
    """
    after, before = day_of(since), day_of(begin)
    if before - after <= 1:
        return left
    if clock.unit == "d":
        return max(1, left - (before - after - 1))
    return left - (calendar.count_through(before - 1) - calendar.count_through(after))


def _resumed(clock: Clock, begin: Instant, end: Instant, due: Instant, left: int, calendar: Calendar) -> Instant:
    """Return the due instant after one pause; `left` counts the days that remain of a day-counted clock."""
    if clock.unit == "WD":
        return _nth_workday_end(clock, day_of(end), left, calendar)
    if clock.unit == "d":
        return _day_end(clock, day_of(end) + left, calendar)
    if clock.unit == "office_h":
        return _office_due(clock, end, _office_between(clock, begin, due, calendar), calendar)
    return _within_reach(due + (end - begin))


def _office_between(clock: Clock, begin: Instant, due: Instant, calendar: Calendar) -> int:
    assert clock.office is not None, clock.key
    return office_ms(due, clock.office, calendar) - office_ms(begin, clock.office, calendar)


def extended(clock: Clock, due: Instant, extend: int, calendar: Calendar) -> Instant:
    """Return the due instant `extend` units after the old one (C7), or UNRESOLVED."""
    if extend < 0:
        raise ValueError(f"an extension cannot be negative: {extend}")
    if due == UNRESOLVED or extend == 0:
        return due
    if clock.unit == "WD":
        return _nth_workday_end(clock, day_of(due - 1), extend, calendar)
    if clock.unit == "office_h":
        return _office_due(clock, due, extend * HOUR_MS, calendar)
    if clock.unit == "d":
        return _day_end(clock, day_of(due - 1) + extend, calendar)
    return _within_reach(due + extend * NATURAL_MS[clock.unit])


def overdue_at(due: Instant, k: int, calendar: Calendar) -> Instant:
    """Return the instant at which 'overdue k working days' fires: 00:00 of the k-th one after the due day (C8).

    k = 1 is the red card (红牌). UNRESOLVED when the due instant or a needed day is not known.
    """
    if k < 1:
        raise ValueError(f"overdue counts from 1 working day, not {k}")
    if due == UNRESOLVED:
        return UNRESOLVED
    through = calendar.count_through(day_of(due - 1))
    if through < 0 or through + k > len(calendar.starts):
        return UNRESOLVED
    return calendar.starts[through + k - 1]

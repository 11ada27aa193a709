"""All of 2004 to 2026 against the slow clock, and what must hold for every pause and extension."""

from datetime import datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slow_clock import (
    CHINA,
    NoPlan,
    after_office_minutes,
    midnight_after,
    nth_working_day,
    office_minutes_between,
    working_days_strictly_between,
    works,
)

from lianxin.deadlines import UNRESOLVED, Clock, OfficeHours, official_calendar, overdue_at, reckon
from lianxin.ground.clock import HOUR_MS, from_datetime

CALENDAR = official_calendar()
OFFICE = OfficeHours(((int(8.5 * HOUR_MS), 12 * HOUR_MS), (int(13.5 * HOUR_MS), int(17.5 * HOUR_MS))))
DAWN = datetime(2004, 1, 1, tzinfo=CHINA)
MINUTES = 23 * 525_600 + 6 * 1440  # 2004 to 2026 with their six leap days
STARTS = st.integers(0, MINUTES - 1).map(lambda minute: DAWN + timedelta(minutes=minute))


def clock(value: int, unit: str, *, roll_forward: bool = False) -> Clock:
    return Clock("k", value, unit, "", roll_forward=roll_forward, office=OFFICE if unit == "office_h" else None)


def instant_or_unresolved(find) -> int:
    try:
        return from_datetime(find())
    except NoPlan:
        return UNRESOLVED


def test_every_day_of_the_official_years_is_what_the_notices_say():
    day, last = CALENDAR.first, CALENDAR.last
    assert (day.isoformat(), last.isoformat()) == ("2004-01-01", "2026-12-31")
    wrong = []
    while day <= last:
        if CALENDAR.is_workday(day) != works(day):
            wrong.append(day)
        day += timedelta(days=1)
    assert wrong == []


@pytest.mark.parametrize("value", [1, 5, 15])
def test_every_start_day_of_23_years_falls_due_as_counted_day_by_day(value):
    day, wrong = CALENDAR.first, []
    while day <= CALENDAR.last:
        start = from_datetime(datetime.combine(day, time(10), CHINA))
        expected = instant_or_unresolved(lambda day=day: midnight_after(nth_working_day(day, value)))
        if reckon(clock(value, "WD"), start, CALENDAR).due != expected:
            wrong.append(day)
        day += timedelta(days=1)
    assert wrong == []


@settings(deadline=None)
@given(STARTS, st.integers(1, 60))
def test_cards_are_those_of_the_slow_clock(start, value):
    found = reckon(clock(value, "WD"), from_datetime(start), CALENDAR)
    last = None
    try:
        last = nth_working_day(start.date(), value)
    except NoPlan:
        assert found.due == found.yellow == found.red == UNRESOLVED
        return
    assert found.yellow == from_datetime(midnight_after(last - timedelta(days=1)))
    assert found.red == instant_or_unresolved(lambda: midnight_after(nth_working_day(last, 1) - timedelta(days=1)))
    assert overdue_at(found.due, 1, CALENDAR) == found.red


@settings(max_examples=40, deadline=None)
@given(STARTS, st.integers(1, 24))
def test_office_hours_are_those_counted_minute_by_minute(start, value):
    expected = instant_or_unresolved(lambda: after_office_minutes(start, value * 60))
    assert reckon(clock(value, "office_h"), from_datetime(start), CALENDAR).due == expected


@settings(deadline=None)
@given(STARTS, st.integers(1, 40), st.data())
def test_a_pause_in_working_days_consumes_the_days_strictly_between(start, value, data):
    try:
        due = midnight_after(nth_working_day(start.date(), value))
    except NoPlan:
        return
    minutes = int((due - start) / timedelta(minutes=1))
    begin = start + timedelta(minutes=data.draw(st.integers(0, minutes - 1)))
    end = begin + timedelta(minutes=data.draw(st.integers(0, 60 * 24 * 40)))
    extension = data.draw(st.integers(0, 20))

    def slowly() -> datetime:
        left = value - working_days_strictly_between(start.date(), begin.date())
        return midnight_after(nth_working_day(nth_working_day(end.date(), left), extension))

    pause = (from_datetime(begin), from_datetime(end))
    found = reckon(clock(value, "WD"), from_datetime(start), CALENDAR, suspend=pause, extend=extension)
    assert found.due == instant_or_unresolved(slowly)


@settings(max_examples=40, deadline=None)
@given(STARTS, st.integers(1, 12), st.data())
def test_a_pause_in_office_hours_keeps_the_minutes_not_consumed(start, value, data):
    try:
        due = after_office_minutes(start, value * 60)
    except NoPlan:
        return
    begin = start + timedelta(minutes=data.draw(st.integers(0, int((due - start) / timedelta(minutes=1)) - 1)))
    end = begin + timedelta(minutes=data.draw(st.integers(0, 60 * 24 * 5)))
    left = value * 60 - office_minutes_between(start, begin)
    found = reckon(
        clock(value, "office_h"), from_datetime(start), CALENDAR, suspend=(from_datetime(begin), from_datetime(end))
    )
    assert found.due == instant_or_unresolved(lambda: after_office_minutes(end, left))


@settings(deadline=None)
@given(STARTS, st.integers(1, 60))
def test_natural_days_move_to_the_first_working_day_at_or_after_their_end(start, value):
    last = start.date() + timedelta(days=value)

    def slowly() -> datetime:
        day = last
        while not works(day):
            day += timedelta(days=1)
        return midnight_after(day)

    assert reckon(clock(value, "d"), from_datetime(start), CALENDAR).due == from_datetime(midnight_after(last))
    found = reckon(clock(value, "d", roll_forward=True), from_datetime(start), CALENDAR).due
    assert found == instant_or_unresolved(slowly)


UNITS = st.sampled_from(["min", "h", "office_h", "d", "WD"])


@settings(deadline=None)
@given(STARTS, UNITS, st.integers(1, 30), st.integers(0, 30), st.integers(0, 30))
def test_extensions_add_up_and_a_longer_clock_never_ends_earlier(start, unit, value, one, two):
    begin = from_datetime(start)
    longer = reckon(clock(value, unit), begin, CALENDAR, extend=one + two).due
    shorter = reckon(clock(value, unit), begin, CALENDAR, extend=one).due
    assert longer == UNRESOLVED or begin < shorter <= longer
    # An extension from the old due equals a clock that was longer from the beginning.
    assert longer == reckon(clock(value + one + two, unit), begin, CALENDAR).due


@settings(deadline=None)
@given(STARTS, UNITS, st.integers(1, 30), st.data())
def test_a_pause_never_brings_a_due_date_forward_and_a_longer_one_never_earlier(start, unit, value, data):
    begin = from_datetime(start)
    due = reckon(clock(value, unit), begin, CALENDAR).due
    if due == UNRESOLVED:
        return
    paused = data.draw(st.integers(begin, due - 1))
    first = paused + data.draw(st.integers(0, 30 * 24 * HOUR_MS))
    second = first + data.draw(st.integers(0, 30 * 24 * HOUR_MS))
    early = reckon(clock(value, unit), begin, CALENDAR, suspend=(paused, first)).due
    late = reckon(clock(value, unit), begin, CALENDAR, suspend=(paused, second)).due
    assert early == UNRESOLVED or early >= due
    assert late == UNRESOLVED or late >= early

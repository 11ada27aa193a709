"""Clocks in working days: the named cases, each by hand, with the wrong answers people give."""

from datetime import date, timedelta

import pytest

from lianxin.deadlines import (
    UNRESOLVED,
    CalendarGap,
    Clock,
    PauseRefused,
    make_calendar,
    nth_workday_after,
    official_calendar,
    overdue_at,
    reckon,
    working_days_between,
)
from lianxin.ground.clock import at_iso

CALENDAR = official_calendar()


def working_days(value: int) -> Clock:
    return Clock("order.handle.default", value, "WD", "by hand")


def at(text: str) -> int:
    return at_iso(f"{text}:00+08:00")


@pytest.mark.parametrize(
    ("start", "value", "due_day"),
    [
        # National Day 1 to 7 October; Saturday 10 October is worked in exchange.
        ("2026-09-30T10:00", 1, "2026-10-08"),
        ("2026-09-30T10:00", 2, "2026-10-09"),
        ("2026-09-30T10:00", 5, "2026-10-13"),
        ("2026-10-01T20:00", 5, "2026-10-13"),  # dispatched on the holiday: counting starts with 8 October
        ("2026-10-01T20:00", 1, "2026-10-08"),
        ("2026-09-18T16:00", 5, "2026-09-24"),  # Sunday 20 September is worked
        ("2026-02-13T17:00", 5, "2026-02-27"),  # 14 February worked, Spring Festival to the 23rd
        ("2026-10-09T17:10", 1, "2026-10-10"),
        ("2026-10-09T17:10", 15, "2026-10-29"),
        ("2026-10-09T17:10", 30, "2026-11-19"),
        ("2026-11-18T09:00", 3, "2026-11-23"),  # a rework of three working days over a plain weekend
        ("2026-09-30T10:00", 15, "2026-10-27"),  # Guangdong's complaint
    ],
)
def test_a_promise_falls_due_at_the_end_of_the_last_working_day(start, value, due_day):
    assert reckon(working_days(value), at(start), CALENDAR).due == at(f"{due_day}T00:00") + 86_400_000


def test_national_day_is_neither_plain_weekdays_nor_blind_to_the_make_up_saturday():
    due = reckon(working_days(5), at("2026-09-30T10:00"), CALENDAR).due
    assert due != at("2026-10-08T00:00")  # Monday to Friday only: 7 October
    assert due != at("2026-10-15T00:00")  # without the make-up Saturday: 14 October


@pytest.mark.parametrize(
    ("start", "yellow", "red"),
    [
        ("2026-09-30T10:00", "2026-10-13T00:00", "2026-10-14T00:00"),
        ("2026-09-18T16:00", "2026-09-24T00:00", "2026-09-28T00:00"),  # 25 to 27 September are off
        ("2026-09-14T09:00", "2026-09-20T00:00", "2026-09-21T00:00"),  # the yellow card comes out on a worked Sunday
        ("2026-09-11T16:00", "2026-09-18T00:00", "2026-09-20T00:00"),  # and here the red one
    ],
)
def test_cards_come_out_at_the_beginning_of_working_days(start, yellow, red):
    found = reckon(working_days(5), at(start), CALENDAR)
    assert (found.yellow, found.red) == (at(yellow), at(red))


def test_the_last_day_before_an_unknown_year_is_promised_without_a_red_card():
    found = reckon(working_days(5), at("2026-12-24T09:00"), CALENDAR)
    assert (found.due, found.yellow, found.red) == (at("2027-01-01T00:00"), at("2026-12-31T00:00"), UNRESOLVED)


@pytest.mark.parametrize("start", ["2026-12-25T09:00", "2026-12-31T23:59", "2027-03-01T09:00", "2003-06-01T09:00"])
def test_a_date_in_an_unknown_year_is_not_invented(start):
    found = reckon(working_days(5), at(start), CALENDAR)
    assert (found.due, found.yellow, found.red) == (UNRESOLVED, UNRESOLVED, UNRESOLVED)


def test_natural_time_runs_on_in_an_unknown_year():
    assert reckon(Clock("h", 2, "h", ""), at("2027-03-01T09:00"), CALENDAR).due == at("2027-03-01T11:00")


def test_the_day_before_the_calendar_begins_is_start_enough():
    # 1 January 2004 is New Year's Day, a Thursday; the 2nd is the first working day.
    assert reckon(working_days(1), at("2003-12-31T09:00"), CALENDAR).due == at("2004-01-03T00:00")


def test_an_extension_counts_from_the_old_due_day():
    # Old due 13 October; 14 to 16, 19 to 23, 26 and 27 October are the ten days.
    assert reckon(working_days(5), at("2026-09-30T10:00"), CALENDAR, extend=10).due == at("2026-10-28T00:00")


def test_a_pause_keeps_the_days_not_consumed():
    pause = (at("2026-11-04T15:00"), at("2026-11-13T10:00"))
    # Consumed: 3 November. Four remain: 16, 17, 18 and 19 November.
    assert reckon(working_days(5), at("2026-11-02T09:00"), CALENDAR, suspend=pause).due == at("2026-11-20T00:00")


def test_the_pause_comes_before_the_extension():
    pause = (at("2026-11-04T15:00"), at("2026-11-13T10:00"))
    due = reckon(working_days(5), at("2026-11-02T09:00"), CALENDAR, suspend=[pause], extend=2).due
    assert due == at("2026-11-24T00:00")  # 19 November, then the 20th and Monday the 23rd


def test_two_pauses_add_up():
    pauses = [
        (at("2026-11-13T10:00"), at("2026-11-16T10:00")),
        (at("2026-11-04T15:00"), at("2026-11-09T10:00")),
    ]
    # 3 November consumed; 10, 11, 12 consumed; one left, the first working day after 16 November.
    assert reckon(working_days(5), at("2026-11-02T09:00"), CALENDAR, suspend=pauses).due == at("2026-11-18T00:00")


@pytest.mark.parametrize(
    ("begin", "end", "why"),
    [
        ("2026-11-01T15:00", "2026-11-13T10:00", "before"),
        ("2026-11-10T00:00", "2026-11-13T10:00", "run out already"),
        ("2026-11-04T15:00", "2026-11-03T10:00", "ends before it begins"),
    ],
)
def test_a_pause_that_does_not_fit_is_refused(begin, end, why):
    with pytest.raises(PauseRefused, match=why):
        reckon(working_days(5), at("2026-11-02T09:00"), CALENDAR, suspend=(at(begin), at(end)))


def test_overlapping_pauses_are_refused():
    pauses = [(at("2026-11-03T10:00"), at("2026-11-05T10:00")), (at("2026-11-04T10:00"), at("2026-11-06T10:00"))]
    with pytest.raises(PauseRefused):
        reckon(working_days(5), at("2026-11-02T09:00"), CALENDAR, suspend=pauses)


def test_a_negative_extension_is_refused():
    with pytest.raises(ValueError, match="negative"):
        reckon(working_days(5), at("2026-11-02T09:00"), CALENDAR, extend=-1)


@pytest.mark.parametrize(
    ("k", "fires"),
    [(1, "2026-10-14T00:00"), (3, "2026-10-16T00:00"), (5, "2026-10-20T00:00"), (10, "2026-10-27T00:00")],
)
def test_overdue_levels_fire_when_their_working_day_begins(k, fires):
    assert overdue_at(at("2026-10-14T00:00"), k, CALENDAR) == at(fires)


def test_overdue_in_an_unknown_year_has_no_date():
    assert overdue_at(at("2027-01-01T00:00"), 1, CALENDAR) == UNRESOLVED
    assert overdue_at(UNRESOLVED, 1, CALENDAR) == UNRESOLVED


def test_a_day_may_end_with_the_office():
    clock = Clock("k", 1, "WD", "", end_of_day=int(17.5 * 3_600_000))
    found = reckon(clock, at("2026-11-02T09:00"), CALENDAR)
    assert (found.due, found.yellow, found.red) == (
        at("2026-11-03T17:30"),
        at("2026-11-03T00:00"),
        at("2026-11-04T00:00"),
    )


def test_working_days_are_counted_between_dates():
    assert nth_workday_after(date(2026, 9, 30), 3, CALENDAR) == date(2026, 10, 10)
    assert working_days_between(date(2026, 9, 30), date(2026, 10, 10), CALENDAR) == 2  # the 8th and the 9th
    assert working_days_between(date(2026, 10, 10), date(2026, 9, 30), CALENDAR) == 0
    with pytest.raises(CalendarGap):
        nth_workday_after(date(2026, 12, 31), 1, CALENDAR)
    with pytest.raises(CalendarGap):
        working_days_between(date(2026, 12, 1), date(2027, 2, 1), CALENDAR)


def test_a_calendar_with_a_hole_is_refused():
    first = date(2026, 1, 1)
    days = {first + timedelta(days=n): True for n in (0, 1, 3)}
    with pytest.raises(CalendarGap, match="2026-01-03"):
        make_calendar(days)

"""Clocks in office hours, natural hours and natural days: lunch, make-up Saturdays, nights and pauses."""

import pytest

from lianxin.deadlines import UNRESOLVED, Clock, OfficeHours, PauseRefused, official_calendar, reckon
from lianxin.ground.clock import HOUR_MS, MINUTE_MS, at_iso

CALENDAR = official_calendar()
OFFICE = OfficeHours(
    ((8 * HOUR_MS + 30 * MINUTE_MS, 12 * HOUR_MS), (13 * HOUR_MS + 30 * MINUTE_MS, 17 * HOUR_MS + 30 * MINUTE_MS))
)


def office(value: int) -> Clock:
    return Clock("o", value, "office_h", "by hand", office=OFFICE)


def days(value: int, *, roll_forward: bool = False) -> Clock:
    return Clock("d", value, "d", "by hand", roll_forward=roll_forward)


def at(text: str) -> int:
    return at_iso(f"{text}:00+08:00")


@pytest.mark.parametrize(
    ("start", "value", "due"),
    [
        ("2026-10-09T16:00", 4, "2026-10-10T11:00"),  # 90 minutes on Friday, 150 on the make-up Saturday
        ("2026-10-09T17:10", 2, "2026-10-10T10:10"),  # 20 minutes on Friday, 100 on Saturday
        ("2026-11-03T11:30", 1, "2026-11-03T14:00"),  # half an hour before lunch, half after
        ("2026-11-03T12:30", 1, "2026-11-03T14:30"),  # asked at lunch
        ("2026-11-03T06:00", 1, "2026-11-03T09:30"),  # before the office opens
        ("2026-11-03T13:30", 4, "2026-11-03T17:30"),  # exactly until it closes, not the next morning
        ("2026-11-07T10:00", 1, "2026-11-09T09:30"),  # on a Saturday
        ("2026-09-30T17:00", 1, "2026-10-08T09:00"),  # over National Day
    ],
)
def test_office_hours_run_only_while_offices_work(start, value, due):
    found = reckon(office(value), at(start), CALENDAR)
    assert (found.due, found.yellow, found.red) == (at(due), None, None)


def test_office_hours_keep_what_was_not_consumed_at_the_pause():
    # 16:00 to 17:00 consumed on Friday; paused until Monday 12:45, at lunch; three hours from 13:30.
    pause = (at("2026-10-09T17:00"), at("2026-10-12T12:45"))
    assert reckon(office(4), at("2026-10-09T16:00"), CALENDAR, suspend=pause).due == at("2026-10-12T16:30")


def test_office_hours_are_extended_in_office_hours():
    assert reckon(office(4), at("2026-10-09T16:00"), CALENDAR, extend=2).due == at("2026-10-10T14:30")


@pytest.mark.parametrize("start", ["2026-12-31T17:00", "2027-01-05T09:00", "2003-12-31T09:00"])
def test_office_hours_of_an_unknown_year_are_not_promised(start):
    assert reckon(office(1), at(start), CALENDAR).due == UNRESOLVED


def test_minutes_run_by_night_and_on_holidays():
    clock = Clock("order.acknowledge.life_danger", 15, "min", "by hand")
    assert reckon(clock, at("2026-10-03T02:13"), CALENDAR).due == at("2026-10-03T02:28")


def test_natural_hours_go_on_after_a_pause_with_what_was_left():
    clock = Clock("h", 24, "h", "by hand")
    pause = (at("2026-10-03T12:00"), at("2026-10-05T00:00"))
    assert reckon(clock, at("2026-10-03T02:00"), CALENDAR, suspend=pause, extend=1).due == at("2026-10-05T15:00")


def test_natural_days_run_over_the_holiday():
    start = at("2026-09-30T10:00")
    assert reckon(days(7), start, CALENDAR).due == at("2026-10-08T00:00")
    assert reckon(days(15), start, CALENDAR).due == at("2026-10-16T00:00")


def test_natural_days_that_end_on_a_day_off_may_move_to_the_next_working_day():
    start = at("2026-09-30T10:00")
    assert reckon(days(7, roll_forward=True), start, CALENDAR).due == at("2026-10-09T00:00")
    assert reckon(days(15, roll_forward=True), start, CALENDAR).due == at("2026-10-16T00:00")


def test_natural_days_pause_like_working_days():
    # 3 November consumed, two left: 14 and 15 November.
    pause = (at("2026-11-04T15:00"), at("2026-11-13T10:00"))
    assert reckon(days(3), at("2026-11-02T09:00"), CALENDAR, suspend=pause).due == at("2026-11-16T00:00")


def test_a_moved_end_keeps_one_day_after_a_pause():
    # Seven days end on 7 October and move to the 8th; paused on the 8th, the last day is still to come.
    pause = (at("2026-10-08T09:00"), at("2026-10-12T09:00"))
    found = reckon(days(7, roll_forward=True), at("2026-09-30T10:00"), CALENDAR, suspend=pause)
    assert found.due == at("2026-10-14T00:00")


def test_moving_an_end_needs_the_calendar():
    assert reckon(days(7, roll_forward=True), at("2026-12-28T10:00"), CALENDAR).due == UNRESOLVED
    assert reckon(days(7), at("2026-12-28T10:00"), CALENDAR).due == at("2027-01-05T00:00")


def test_a_pause_at_the_due_instant_comes_too_late():
    with pytest.raises(PauseRefused):
        reckon(
            Clock("h", 2, "h", ""),
            at("2026-10-03T02:00"),
            CALENDAR,
            suspend=(at("2026-10-03T04:00"), at("2026-10-03T05:00")),
        )


def test_a_due_date_beyond_all_calendars_is_refused():
    with pytest.raises(OverflowError):
        reckon(days(1), at("2026-10-03T02:00"), CALENDAR, extend=10_000_000)


@pytest.mark.parametrize("spans", [(), ((10, 5),), ((0, 5), (5, 9)), ((0, 90_000_000),), ((-1, 5),), ((6, 9), (1, 3))])
def test_office_hours_that_make_no_day_are_refused(spans):
    with pytest.raises(ValueError, match="office hours"):
        OfficeHours(spans)


@pytest.mark.parametrize("change", [{"value": 0}, {"unit": "week"}, {"unit": "office_h"}, {"end_of_day": 0}])
def test_a_clock_that_cannot_be_counted_is_refused(change):
    with pytest.raises(ValueError):
        Clock(**{"key": "k", "value": 1, "unit": "WD", "src": "", **change})

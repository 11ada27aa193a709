"""The calendar of a coming year: asked for in November, entered with a document and two approvals."""

from datetime import date

import pytest

from lianxin.deadlines import (
    UNRESOLVED,
    Clock,
    PlanRefused,
    YearPlan,
    calendar_warning,
    official_calendar,
    reckon,
    with_plan,
)
from lianxin.ground.clock import at_iso

CALENDAR = official_calendar()


def plan(**change) -> YearPlan:
    """An invented plan: 1 to 3 January 2027 off, Saturday 9 January worked."""
    fields = {
        "year": 2027,
        "document": "关于2027年部分节假日安排的通知(试验)",
        "announced_on": date(2026, 11, 4),
        "approved_by": ("1001", "1002"),
        "off": {date(2027, 1, day): "元旦" for day in (1, 2, 3)},
        "made_up": {date(2027, 1, 9): "元旦"},
    }
    return YearPlan(**{**fields, **change})


def test_dates_that_were_missing_appear_with_the_plan():
    start = at_iso("2026-12-25T09:00:00+08:00")
    clock = Clock("k", 5, "WD", "")
    assert reckon(clock, start, CALENDAR).due == UNRESOLVED
    entered = with_plan(CALENDAR, plan())
    # 28 to 31 December are four; 1 to 3 January are off; Monday 4 January is the fifth.
    assert reckon(clock, start, entered).due == at_iso("2027-01-05T00:00:00+08:00")
    assert entered.is_workday(date(2027, 1, 9))
    assert entered.name(date(2027, 1, 2)) == "元旦"
    assert CALENDAR.last == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"document": " "}, "no document"),
        ({"approved_by": ("1001",)}, "two different people"),
        ({"approved_by": ("1001", "1001 ")}, "two different people"),
        ({"year": 2028}, "following year"),
        ({"off": {}}, "no holiday"),
        ({"off": {date(2026, 12, 31): "元旦"}}, "outside 2027"),
        ({"made_up": {date(2027, 1, 2): "元旦"}}, "both"),
        ({"made_up": {date(2027, 1, 4): "元旦"}}, "worked anyway"),
    ],
)
def test_a_doubtful_plan_is_refused(change, why):
    with pytest.raises(PlanRefused, match=why):
        with_plan(CALENDAR, plan(**change))


@pytest.mark.parametrize(
    ("today", "year"),
    [
        (date(2026, 10, 31), None),
        (date(2026, 11, 1), 2027),
        (date(2027, 1, 1), 2027),
        (date(2025, 11, 1), None),  # the plan of 2026 is known
    ],
)
def test_next_years_plan_is_asked_for_from_the_first_of_november(today, year):
    warning = calendar_warning(today)
    assert (warning.year if warning else None) == year
    if warning:
        assert str(year) in warning.zh and str(year) in warning.en


def test_the_warning_ends_with_the_entry():
    assert calendar_warning(date(2026, 11, 20), with_plan(CALENDAR, plan())) is None


def test_2026_has_248_working_days_and_six_worked_weekend_days():
    days = [day for day, works in CALENDAR.days().items() if works and day.year == 2026]
    assert len(days) == 248
    assert [f"{day:%m-%d}" for day in days if day.weekday() >= 5] == [
        "01-04",
        "02-14",
        "02-28",
        "05-09",
        "09-20",
        "10-10",
    ]

"""A promise without a date is excused by a missing calendar, and by nothing else."""

from lianxin.ground.clock import DAY_MS, at_iso
from lianxin.insight.audit.evidence import House
from lianxin.insight.audit.holding import undated
from lianxin.promises import Promise

MADE = at_iso("2026-12-25T09:00:00+08:00")
OPEN = Promise(1, "answer", 2_020261225000013, MADE, None, MADE + 7 * DAY_MS)


def test_while_the_plan_of_the_year_is_missing_an_open_date_is_no_violation() -> None:
    assert undated([OPEN], House(MADE, calendar_until=at_iso("2027-01-01T00:00:00+08:00"))) is None


def test_once_the_calendar_is_known_far_enough_it_is_one() -> None:
    wrong = undated([OPEN], House(MADE, calendar_until=at_iso("2029-01-01T00:00:00+08:00")))
    assert wrong is not None and "promise 1 has no date" in wrong


def test_without_a_calendar_to_compare_nothing_is_claimed() -> None:
    assert undated([OPEN], House(MADE)) is None

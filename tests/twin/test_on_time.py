"""The share answered in time counts assignments, not orders, and leaves out nothing that was due."""

from made.orders import OBJECTION, REVIEWER, Case, instant

from lianxin.ground.clock import DAY_MS
from lianxin.ground.ledger.entry import encode
from lianxin.orders import commands as c
from lianxin.twin.on_time import share_on_time

MONDAY = "2026-03-09T10:00"
"""Dispatched then, it is due on Monday 16 March at 24:00."""
LONG_AFTER = instant(MONDAY) + 60 * DAY_MS


def dispatched() -> Case:
    return Case("2026-03-09T09:30").to_unit(at=MONDAY)


def share(*cases: Case, now: int = LONG_AFTER) -> float | None:
    return share_on_time((encode(entry) for case in cases for entry in case.entries), now)


def answered(at: str, accepted: str) -> Case:
    case = dispatched()
    case.reply(at)
    case.accept(accepted)
    return case


def test_a_reply_counts_by_the_instant_it_came_once_it_is_accepted() -> None:
    in_time = answered("2026-03-16T23:59", "2026-03-17T08:40")
    late = answered("2026-03-17T00:00", "2026-03-17T08:40")
    assert (share(in_time), share(late), share(in_time, late)) == (1.0, 0.0, 0.5)


def test_a_rework_is_an_assignment_of_its_own() -> None:
    case = answered("2026-03-10T10:00", "2026-03-10T10:30")
    case.ask("2026-03-10T15:00", solved="not_solved", satisfied="no", reason="not_solved")
    case.act(c.ConfirmRework, REVIEWER, "reviewer", "2026-03-10T16:00", agreed=True, text="请补做")
    case.reply("2026-03-20T10:00")  # three working days were over on Friday 13 March
    case.accept()
    assert share(case) == 0.5


def test_an_open_one_is_due_when_its_date_has_passed_and_not_before() -> None:
    assert share(dispatched(), now=instant("2026-03-16T23:59")) is None
    assert share(dispatched(), now=instant("2026-03-17T00:00")) == 0.0


def test_a_reply_under_review_stands_where_it_came() -> None:
    case = dispatched()
    case.reply("2026-03-16T17:00")
    assert share(case) is None


def test_one_given_back_in_time_was_never_due_and_the_next_unit_has_a_clock_of_its_own() -> None:
    case = dispatched()
    case.unit(c.AskSendBack, "2026-03-10T10:00", code="R2", basis="三定规定", suggested="hbj")
    case.act(c.DecideSendBack, OBJECTION, "objection_reviewer", "2026-03-10T11:00", accepted=True, text="同意")
    assert share(case) is None
    case.dispatch("hbj", "2026-03-10T11:30")
    case.unit(c.Sign)
    case.reply("2026-03-17T23:00")
    case.accept("2026-03-18T08:40")
    assert share(case) == 1.0

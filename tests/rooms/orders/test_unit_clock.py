"""The unit's clock around holidays, extensions and suspensions, to the minute.

The citizen's clock never stops.

Working days (WD) around National Day 2026: 30 September, then 8, 9, 10 (a Saturday, make-up), 12, 13, 14 October.
"""

from datetime import date

import pytest
from made.orders import REVIEWER, RULES, SUPERVISOR, WORKDAY, Case, instant
from made.orders_in_states import EXTENSION, RETURN

from lianxin.deadlines import UNRESOLVED, YearPlan, with_plan
from lianxin.ground.clock import DAY_MS, HOUR_MS, MINUTE_MS
from lianxin.orders import commands as c
from lianxin.orders.dates import explained

NATIONAL_DAY = "2026-09-30T10:00"
LADDER = ("card_yellow", "card_red", "overdue_3", "overdue_5", "overdue_10")


def before_the_holiday(**about: str) -> Case:
    """A complaint dispatched on Wednesday 30 September 2026 at 10:00."""
    return Case("2026-09-30T09:30", **about).to_dispatched(at=NATIONAL_DAY)  # type: ignore[arg-type]


def test_a_dispatch_before_national_day_is_due_after_five_working_days() -> None:
    clock = before_the_holiday().order.clock
    assert clock is not None
    assert clock.sign_due == clock.contact_due == instant("2026-10-09T00:00")  # 1 WD: 10-08 24:00
    assert clock.window == instant("2026-10-10T00:00")  # 2 WD: 10-09 24:00
    assert clock.due == instant("2026-10-14T00:00")  # 5 WD; 10-07 without holidays, 10-15 without Saturday
    assert (clock.yellow, clock.red) == (instant("2026-10-13T00:00"), instant("2026-10-14T00:00"))


def test_a_dispatch_on_the_holiday_itself_starts_with_the_next_working_day() -> None:
    case = Case("2026-10-01T19:30").to_dispatched(at="2026-10-01T20:00")
    assert case.order.clock is not None
    assert case.order.clock.due == instant("2026-10-14T00:00")
    assert case.order.clock.sign_due == instant("2026-10-09T00:00")
    assert case.order.citizen_since == instant("2026-10-01T19:30")


def test_a_working_sunday_counts_and_the_red_card_waits_for_a_working_day() -> None:
    case = Case("2026-09-18T15:00").to_unit(at="2026-09-18T16:00")
    happened = dict(reversed(pair) for pair in case.run_until("2026-09-28T00:00"))  # type: ignore[arg-type]
    assert case.order.clock is not None
    assert case.order.clock.due == instant("2026-09-25T00:00")  # Sunday 09-20 counts: 20, 21, 22, 23, 24
    assert happened["card_yellow"] == instant("2026-09-24T00:00")
    assert happened["card_red"] == instant("2026-09-28T00:00")  # 25 to 27 September are days off


def test_a_dispatch_before_spring_festival() -> None:
    case = Case("2026-02-13T16:30").to_dispatched(at="2026-02-13T17:00")
    assert case.order.clock is not None
    assert case.order.clock.due == instant("2026-02-28T00:00")  # Sat 02-14, 02-24, 25, 26, 27


def test_cards_and_grades_of_an_order_without_any_reply() -> None:
    case = before_the_holiday()
    case.unit(c.Sign)
    happened = [(kind, at) for at, kind in case.run_until("2026-11-30T00:00") if kind in LADDER]
    assert happened == [
        ("card_yellow", instant("2026-10-13T00:00")),
        ("card_red", instant("2026-10-14T00:00")),
        ("overdue_3", instant("2026-10-16T00:00")),
        ("overdue_5", instant("2026-10-20T00:00")),
        ("overdue_10", instant("2026-10-27T00:00")),
    ]
    letters = [entry.say["letter"] for entry in case.entries if entry.kind in LADDER]
    assert len(set(letters)) == 5 and case.order.level == 4


def test_the_clock_that_looks_twice_gives_no_second_card() -> None:
    case = before_the_holiday()
    case.unit(c.Sign)
    case.tick("2026-10-14T00:00")
    assert case.order.cards == 1
    assert case.tick("2026-10-14T00:00") == []


def test_a_scheduler_that_slept_gives_every_card_once_and_in_order() -> None:
    case = before_the_holiday()
    case.unit(c.Sign)
    kinds = case.tick("2026-10-28T09:00")
    assert [kind for kind in kinds if kind in LADDER] == list(LADDER)


def test_cards_of_a_wrong_dispatch_are_annulled_and_still_listed() -> None:
    case = before_the_holiday()
    case.unit(c.Sign)
    case.tick("2026-10-14T00:00")
    case.act(c.AnnulCards, SUPERVISOR, "supervisor", reason="派单有误")
    assert not case.order.flags & {"card_yellow", "card_red"} and "cards_annulled" in case.order.flags
    assert {"card_yellow", "card_red"} <= {entry.kind for entry in case.entries}
    assert case.refusal(c.AnnulCards, SUPERVISOR, "supervisor", reason="再次").code == "no_cards"


# Signing


def test_a_dispatch_not_signed_in_time_stays_dispatched_and_supervision_starts() -> None:
    case = before_the_holiday()
    assert case.tick("2026-10-09T00:00")[0] == "sign_overdue"
    assert (case.order.state, case.order.holder) == ("dispatched", "tray:dispatch")
    assert "late_sign" in case.order.flags and case.order.level == 1
    case.unit(c.Sign)
    assert case.order.state == "in_progress" and "late_sign" not in case.order.flags


def test_danger_to_life_is_signed_within_a_quarter_of_an_hour_at_any_hour_of_a_holiday() -> None:
    case = Case("2026-10-03T02:12", urgency="life_danger", flags=("emergency",))
    case.to_dispatched(at="2026-10-03T02:13")
    assert case.order.clock is not None
    assert case.order.clock.sign_due == instant("2026-10-03T02:28")
    assert case.order.clock.due == instant("2026-10-03T04:13")  # 2 h around the clock
    assert case.tick("2026-10-03T02:28") == ["sign_overdue"] and case.order.level == 4


# Extension


def asked(at: str, amount: int = 10) -> Case:
    case = before_the_holiday()
    case.unit(c.Sign)
    case.unit(c.AskExtension, at, leader=True, **{**EXTENSION, "amount": amount})
    return case


def test_an_extension_counts_from_the_old_due_date() -> None:
    case = asked("2026-10-12T15:00")
    assert "extension_pending" in case.order.flags
    case.act(c.DecideExtension, SUPERVISOR, "supervisor", granted=True, text="同意")
    assert case.order.clock is not None
    assert case.order.clock.due == instant("2026-10-28T00:00")  # 10-14 … 10-27 are 10 WD after 10-13
    assert case.order.flags & {"extension_pending", "extended"} == {"extended"}
    answer = next(promise for promise in case.order.promises.values() if promise.kind == "answer")
    assert answer.due == instant("2026-10-28T00:00")


def test_an_extension_that_is_refused_leaves_the_old_date() -> None:
    case = asked("2026-10-12T15:00")
    due = case.order.clock
    case.act(c.DecideExtension, SUPERVISOR, "supervisor", granted=False, text="可以按期办结")
    assert case.order.clock == due and not case.order.flags & {"extension_pending", "extended"}


def test_eleven_working_days_are_too_many() -> None:
    case = before_the_holiday()
    case.unit(c.Sign)
    who = case.officer(leader=True)
    refused = case.refusal(c.AskExtension, *who, at="2026-10-12T15:00", **{**EXTENSION, "amount": 11})
    assert refused.sentence == "延期最多 10 个工作日，不能申请 11 个。"


def test_an_extension_asked_after_the_due_date_is_late_and_the_red_card_stays() -> None:
    case = before_the_holiday()
    case.unit(c.Sign)
    case.run_until("2026-10-14T00:00")
    refused = case.refusal(c.AskExtension, *case.officer(leader=True), at="2026-10-14T09:00", **EXTENSION)
    assert refused.code == "too_late" and "card_red" in case.order.flags


def test_an_extension_granted_after_the_red_card_does_not_remove_it() -> None:
    case = asked("2026-10-13T23:00")
    case.run_until("2026-10-14T00:00")
    case.act(c.DecideExtension, SUPERVISOR, "supervisor", "2026-10-14T09:00", granted=True, text="同意")
    assert "card_red" in case.order.flags and case.order.cards == 1
    assert case.order.card_at == instant("2026-10-30T00:00")  # 3 WD after 10-27: 28, 29, 30


def test_after_an_extension_the_new_last_day_is_warned_of_again() -> None:
    case = asked("2026-10-13T10:00", amount=2)
    case.run_until("2026-10-13T11:00")
    assert case.order.cards == 0
    case.act(c.DecideExtension, SUPERVISOR, "supervisor", granted=True, text="同意")
    assert case.order.card_at == instant("2026-10-15T00:00")  # the last of 10-14, 10-15


def test_a_second_extension_is_refused() -> None:
    case = asked("2026-10-12T15:00")
    case.act(c.DecideExtension, SUPERVISOR, "supervisor", granted=True, text="同意")
    refused = case.refusal(c.AskExtension, *case.officer(leader=True), **EXTENSION)
    assert refused.code == "extended_before" and "1 次" in refused.sentence


def test_hours_cannot_be_extended_by_working_days() -> None:
    case = Case(urgency="utilities").to_unit()
    assert case.refusal(c.AskExtension, *case.officer(leader=True), **EXTENSION).code == "urgent"


def test_one_question_at_a_time() -> None:
    case = asked("2026-10-09T15:00")
    ask = {"ground": "court", "resume_at": case.now + 9 * DAY_MS}
    assert case.refusal(c.AskSuspension, *case.officer(), **ask).code == "pending"
    assert case.refusal(c.AskSendBack, *case.officer(), **RETURN).code == "pending"


# Suspension


def suspended(resume_at: str = "2026-11-13T10:00") -> Case:
    """Dispatched Monday 2 November 09:00, suspended Wednesday 4 November 15:00."""
    case = Case("2026-11-02T08:30").to_unit(at="2026-11-02T09:00")
    case.unit(c.AskSuspension, "2026-11-04T14:00", ground="appraisal", resume_at=instant(resume_at))
    case.act(c.DecideSuspension, SUPERVISOR, "supervisor", "2026-11-04T15:00", granted=True, text="同意")
    return case


def test_a_suspension_keeps_what_was_consumed_and_goes_on_after_it() -> None:
    case = suspended("2026-11-30T09:00")
    case.unit(c.Resume, "2026-11-13T10:00", reason="鉴定完成")
    assert case.order.clock is not None
    assert case.order.clock.due == instant("2026-11-20T00:00")  # 1 WD consumed (11-03), 4 left: 16, 17, 18, 19
    assert case.order.citizen_since == instant("2026-11-02T08:30")


def test_it_resumes_by_itself_on_the_date_even_when_nobody_looked() -> None:
    case = suspended()
    assert case.tick("2026-11-16T03:00")[0] == "resumed"
    assert case.order.clock is not None and case.order.state == "in_progress"
    assert case.order.clock.pauses == ((instant("2026-11-04T15:00"), instant("2026-11-13T10:00")),)
    assert case.order.clock.due == instant("2026-11-20T00:00")


def test_no_card_falls_while_the_clock_stands() -> None:
    case = suspended()
    kinds = {kind for _, kind in case.run_until("2026-11-13T09:59")}
    assert not kinds & set(LADDER)


def test_while_suspended_the_citizen_is_promised_the_date_that_will_follow() -> None:
    case = suspended()
    answer = next(promise for promise in case.order.promises.values() if promise.kind == "answer")
    assert answer.due == instant("2026-11-20T00:00")


def test_a_suspension_beyond_thirty_working_days_is_the_duty_managers() -> None:
    case = Case("2026-03-02T08:30").to_unit(at="2026-03-02T09:00")
    resume_at = instant("2026-04-16T09:00")  # 30 WD after 03-03 end on 04-15 24:00; 04-06 is Qingming
    case.unit(c.AskSuspension, "2026-03-03T10:00", ground="court", resume_at=resume_at)
    refused = case.refusal(c.DecideSuspension, SUPERVISOR, "supervisor", granted=True, text="同意")
    assert refused.sentence == "挂起超过规则包上限，要由值班主任批准。"
    case.act(c.DecideSuspension, "staff:9001", "duty_manager", granted=True, text="同意")
    assert case.order.state == "suspended"


def test_up_to_thirty_working_days_the_supervisor_decides() -> None:
    case = Case("2026-03-02T08:30").to_unit(at="2026-03-02T09:00")
    case.unit(c.AskSuspension, "2026-03-03T10:00", ground="court", resume_at=instant("2026-04-15T17:00"))
    case.act(c.DecideSuspension, SUPERVISOR, "supervisor", "2026-03-03T11:00", granted=True, text="同意")
    assert case.order.state == "suspended"


def test_an_extended_clock_can_be_paused_in_the_time_it_was_extended_by() -> None:
    case = asked("2026-10-12T15:00")
    case.act(c.DecideExtension, SUPERVISOR, "supervisor", granted=True, text="同意")
    resume_at = instant("2026-11-02T09:00")
    case.unit(c.AskSuspension, "2026-10-20T10:00", ground="court", resume_at=resume_at)
    case.act(c.DecideSuspension, SUPERVISOR, "supervisor", "2026-10-20T11:00", granted=True, text="同意")
    case.run_until(resume_at)
    assert case.order.clock is not None
    # 15 WD in all; 8, 9, 10, 12, 13, 14, 15, 16, 19 October are consumed, 6 left: 3, 4, 5, 6, 9, 10 November
    assert case.order.clock.due == instant("2026-11-11T00:00")
    assert explained(RULES, case.order.clock)[-1].at is not None


def test_an_overdue_order_cannot_be_suspended() -> None:
    case = before_the_holiday()
    case.unit(c.Sign)
    ask = {"ground": "court", "resume_at": instant("2026-11-01T09:00")}
    assert case.refusal(c.AskSuspension, *case.officer(), at="2026-10-14T00:00", **ask).code == "too_late"


def test_a_suspension_whose_date_has_passed_before_it_was_decided_is_refused() -> None:
    case = before_the_holiday()
    case.unit(c.Sign)
    case.unit(c.AskSuspension, "2026-10-08T10:00", ground="season", resume_at=instant("2026-10-09T10:00"))
    decide = {"granted": True, "text": "同意"}
    assert case.refusal(c.DecideSuspension, SUPERVISOR, "supervisor", at="2026-10-09T11:00", **decide).code == "past"


# A year whose calendar nobody has published


def test_the_due_date_is_known_and_the_red_card_is_not() -> None:
    case = Case("2026-12-24T08:30").to_unit(at="2026-12-24T09:00")
    assert case.order.clock is not None
    assert (case.order.clock.due, case.order.clock.red) == (instant("2027-01-01T00:00"), UNRESOLVED)
    kinds = [kind for _, kind in case.run_until("2027-01-20T00:00")]
    assert "card_yellow" in kinds and "card_red" not in kinds
    assert case.order_date() > instant("2027-01-20T00:00")


def unresolved() -> Case:
    """Dispatched on Friday 25 December 2026: five working days reach into a year without a calendar."""
    return Case("2026-12-25T08:30").to_unit(at="2026-12-25T09:00")


def test_an_order_with_an_unknown_date_goes_on_and_is_looked_at_again() -> None:
    case = unresolved()
    assert case.order.clock is not None and case.order.clock.due == UNRESOLVED
    answer = next(promise for promise in case.order.promises.values() if promise.kind == "answer")
    assert answer.due is None and answer.next <= case.now + 7 * DAY_MS
    assert case.order.card_at is None
    case.run_until("2027-02-01T00:00")
    assert case.order_date() > instant("2027-02-01T00:00")


def test_when_the_calendar_has_come_the_dates_are_counted_in_one_step() -> None:
    case = unresolved()
    plan = YearPlan(
        year=2027,
        document="国办发明电〔2026〕9号",
        announced_on=date(2026, 12, 27),
        approved_by=("3001", "3002"),
        off={date(2027, 1, 1): "元旦"},
        made_up={},
    )
    case.rules = RULES.with_calendar(with_plan(RULES.calendar, plan))
    case.act(c.Recount, "system", "system", at="2026-12-28T10:00")
    assert case.order.clock is not None
    assert case.order.clock.due == instant("2027-01-05T00:00")  # 28, 29, 30, 31 December and Monday 4 January
    answer = next(promise for promise in case.order.promises.values() if promise.kind == "answer")
    assert answer.due == instant("2027-01-05T00:00")
    assert case.act(c.Recount, "system", "system", at="2026-12-28T10:01") == []


def test_while_it_is_missing_counting_again_changes_nothing() -> None:
    assert unresolved().act(c.Recount, "system", "system") == []


def test_clocks_in_hours_run_without_any_calendar() -> None:
    case = Case("2027-06-01T10:00", urgency="utilities").to_dispatched(at="2027-06-01T10:10")
    assert case.order.clock is not None
    assert case.order.clock.sign_due == instant("2027-06-01T10:40")
    assert case.order.clock.due == instant("2027-06-02T10:10")


# The two clocks are never mixed


@pytest.mark.parametrize("end", ["2026-03-31T00:00", "2026-05-15T00:00"])
def test_whatever_happens_the_citizens_clock_stands_where_it_began(end: str) -> None:
    case = Case().to_unit()
    case.run_until(end)
    assert case.order.citizen_since == instant(WORKDAY)
    assert case.order.state == "in_progress"


def test_a_reply_that_was_returned_runs_on_to_the_same_date() -> None:
    case = Case().to_unit()
    before = case.order.clock
    case.reply()
    case.act(c.ReturnReply, REVIEWER, "reviewer", defects="无佐证")
    case.unit(c.Sign)
    assert case.order.clock == before and case.order.state == "in_progress"


def test_an_enterprise_is_served_by_its_own_clocks() -> None:
    case = Case("2026-10-09T16:50", flags=("enterprise",)).to_dispatched(at="2026-10-09T17:10")
    assert case.order.clock is not None
    # 2 office hours: 20 minutes on Friday, 100 on the make-up Saturday
    assert case.order.clock.contact_due == instant("2026-10-10T10:10")
    assert case.order.clock.due == instant("2026-10-30T00:00")  # 15 WD: 10-10 … 10-29
    assert case.order.clock.rule == "enterprise_2115.solve"


def test_half_of_the_leads_time_is_the_assisting_units() -> None:
    case = Case(WORKDAY).to_dispatched(at="2026-03-09T10:00", assist=("csglj", "csglj", "zjj"))
    assert [(part.to, part.kind) for part in case.order.parts.values()] == [("unit:csglj", "assist")]
    clock, part = case.order.clock, case.order.parts[1]
    assert clock is not None and part.due - clock.start == (clock.due - clock.start) // 2


def test_reply_in_time_and_late() -> None:
    early, late = Case().to_unit(), Case().to_unit()
    early.reply(early.now + HOUR_MS)
    assert late.order.clock is not None
    late.reply(late.order.clock.due + MINUTE_MS)
    assert (early.order.on_time, late.order.on_time) == (True, False)

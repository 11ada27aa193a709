"""What does not end with an answer in time: the register with its milestones, and the demand that is unreasonable."""

import pytest
from made.orders import DUTY_MANAGER, NEIGHBOURS, SUPERVISOR, Case
from made.orders_in_states import asked_for_long_run, in_progress, long_run, pair

from lianxin.ground.clock import DAY_MS
from lianxin.orders import commands as c

UNREASONABLE = {"ground": "UR5", "facts": "现场核查不实", "explained": "已当面说明依据"}
CONCUR = (c.ConcurUnreasonable, SUPERVISOR, "supervisor")
DECIDE = (c.DecideUnreasonable, DUTY_MANAGER, "duty_manager")


def test_on_the_register_the_units_clock_stops_and_the_citizen_hears_by_the_milestone() -> None:
    case = long_run()
    assert (case.order.state, case.order.holder, case.order.clock) == ("long_run", "unit:zjj", None)
    assert {(p.kind, p.due) for p in case.order.promises.values()} == {("news", case.order.milestone_at)}


def test_news_comes_every_thirty_days_at_the_latest() -> None:
    case = in_progress()
    case.unit(c.RegisterLongRun, leader=True, plan="明年改造", milestone_at=case.now + 200 * DAY_MS)
    case.act(c.DecideLongRun, SUPERVISOR, "supervisor", granted=True, told="已告知")
    assert [p.due for p in case.order.promises.values()] == [case.now + 30 * DAY_MS]


def test_each_milestone_names_the_next() -> None:
    case = long_run()
    following = case.now + 20 * DAY_MS
    case.unit(c.ReachMilestone, told="已告知第一段完工", next_at=following)
    assert case.order.milestone_at == following and len(case.order.promises) == 1
    assert case.refusal(c.ReachMilestone, *case.officer(), told="", next_at=following).code == "not_told"
    assert case.refusal(c.ReachMilestone, *case.officer(), told="x", next_at=case.now).code == "no_date"


def test_a_missed_milestone_is_on_the_record_and_supervised() -> None:
    case = long_run()
    kinds = [kind for _, kind in case.run_until(case.order.milestone_at or 0)]
    assert set(kinds) == {"promise_broken", "milestone_missed"} and case.order.level == 1
    assert case.order.milestone_at is not None and case.order.milestone_at > case.now


def test_the_register_needs_a_plan_a_date_and_a_citizen_who_knows() -> None:
    case = in_progress()
    ask = (c.RegisterLongRun, *case.officer(leader=True))
    assert case.refusal(*ask, plan="", milestone_at=case.now + DAY_MS).code == "no_plan"
    assert case.refusal(*ask, plan="x", milestone_at=case.now).code == "no_date"
    assert case.refusal(*ask, plan="x", milestone_at=case.now + 367 * DAY_MS).code == "no_date"
    waiting = asked_for_long_run()
    decide = (c.DecideLongRun, SUPERVISOR, "supervisor")
    assert waiting.refusal(*decide, granted=True, told="").code == "not_told"
    assert waiting.refusal(*decide, at=waiting.now + 9 * DAY_MS, granted=True, told="x").code == "past"
    assert in_progress().refusal(*decide, granted=True, told="x").code == "no_proposal"


def test_a_refused_plan_leaves_the_clock_running() -> None:
    case = asked_for_long_run()
    case.act(c.DecideLongRun, SUPERVISOR, "supervisor", granted=False, told="可以按期办结")
    assert case.order.state == "in_progress" and case.order.clock is not None and case.order.proposal is None


def test_an_order_registered_after_its_date_stays_late() -> None:
    case = in_progress()
    assert case.order.clock is not None
    late = case.order.clock.due + 1
    case.unit(c.RegisterLongRun, late, leader=True, plan="列入计划", milestone_at=late + 9 * DAY_MS)
    case.act(c.DecideLongRun, SUPERVISOR, "supervisor", granted=True, told="已告知")
    case.reply()
    assert case.order.on_time is False


def test_a_reply_from_the_register_that_was_returned_goes_back_there() -> None:
    case = long_run()
    case.reply()
    case.act(c.ReturnReply, "staff:2001", "reviewer", defects="无佐证")
    case.unit(c.Sign)
    assert case.order.state == "long_run" and case.order.milestone_at is not None
    case.unit(c.ReachMilestone, told="已告知", next_at=case.now + DAY_MS)


# Unreasonable demands


def proposed() -> Case:
    case = in_progress()
    case.unit(c.ProposeUnreasonable, **UNREASONABLE)
    return case


def test_unit_supervisor_and_duty_manager_end_an_unreasonable_demand() -> None:
    case = proposed()
    case.act(*CONCUR, agreed=True, text="事实清楚")
    case.act(*DECIDE, agreed=True, text="认定为不合理诉求")
    assert (case.order.state, case.order.result, case.order.holder) == ("completed", "unreasonable", None)
    assert "unreasonable" in case.order.flags and case.order.satisfied_first is None


def test_the_second_decision_is_not_before_the_first_and_not_by_the_same_person() -> None:
    case = proposed()
    assert case.refusal(*DECIDE, agreed=True, text="认定").code == "no_proposal"
    case.act(*CONCUR, agreed=True, text="同意")
    refused = case.refusal(c.DecideUnreasonable, SUPERVISOR, "duty_manager", agreed=True, text="认定")
    assert refused.code == "separation"
    assert case.refusal(*DECIDE, agreed=True, text="").code == "no_text"


@pytest.mark.parametrize("second", [False, True])
def test_who_does_not_agree_sends_the_unit_back_to_work(second: bool) -> None:
    case = proposed()
    if second:
        case.act(*CONCUR, agreed=True, text="同意")
    case.act(*(DECIDE if second else CONCUR), agreed=False, text="请再与来电人沟通")
    assert case.order.state == "in_progress" and case.order.proposal is None
    case.reply()
    assert case.order.state == "replied"


@pytest.mark.parametrize("missing", [{"ground": "UR9"}, {"facts": ""}, {"explained": ""}])
def test_code_facts_and_explanation_are_needed(missing: dict[str, str]) -> None:
    case = in_progress()
    assert case.refusal(c.ProposeUnreasonable, *case.officer(), **{**UNREASONABLE, **missing}).code == "no_ground"


def test_neither_danger_to_life_nor_what_others_wait_for_is_unreasonable() -> None:
    danger = Case(urgency="life_danger").to_unit()
    assert danger.refusal(c.ProposeUnreasonable, *danger.officer(), **UNREASONABLE).code == "danger"
    _, parent = pair(Case(contact=NEIGHBOURS[0]))
    assert parent.refusal(c.ProposeUnreasonable, *parent.officer(), **UNREASONABLE).code == "others_wait"


def test_it_is_opened_again_when_new_facts_come() -> None:
    case = proposed()
    case.act(*CONCUR, agreed=True, text="同意")
    case.act(*DECIDE, agreed=True, text="认定")
    case.act(c.Reopen, "staff:2001", "reviewer", contact=case.order.contact, facts="有新的照片")
    assert case.order.state == "dispatched" and "unreasonable" not in case.order.flags


# Supervision


def test_a_grade_only_rises_and_each_letter_has_a_number() -> None:
    case = in_progress()
    urge = (c.Urge, SUPERVISOR, "supervisor")
    case.act(*urge, level=2, letter="督 7")
    assert case.refusal(*urge, level=1, letter="督 8").sentence == "督办等级只升不降，现在是 2 级。"
    assert case.refusal(*urge, level=3, letter="").code == "no_letter"
    assert case.refusal(*urge, level=5, letter="督 8").code == "no_level"

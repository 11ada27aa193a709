"""A leader writes on an order (批示): it has a date, it is answered, and the order does not end before."""

from datetime import date, timedelta

import msgspec
import pytest
from made.orders import DUTY_MANAGER, SUPERVISOR, WORKDAY, Case, instant
from made.orders_in_states import (
    PLACES,
    content_of,
    followup_due,
    followup_failed,
    in_progress,
    join,
    received_outside,
    replied,
)

from lianxin.deadlines import make_calendar, official_calendar
from lianxin.ground.clock import DAY_MS, MINUTE_MS
from lianxin.orders import commands as c
from lianxin.orders.dates import next_date
from lianxin.orders.refusal import Refused
from lianxin.orders.steps.instructions import CLOCK
from lianxin.rules import load_rules

LEADER = ("staff:9600", "leader")
CALENDAR_ENDS = "2026-12-31"


def instructed(case: Case | None = None) -> Case:
    """An order on which a leader wrote on Monday 9 March."""
    case = case or in_progress()
    case.act(c.Instruct, *LEADER, text_hash="aa")
    return case


def answer(case: Case, by: str = SUPERVISOR, role: str = "supervisor", number: int = 1) -> None:
    case.act(c.AnswerInstruction, by, role, instruction=number, text_hash="bb")


def test_it_is_a_key_order_under_supervision_with_three_working_days() -> None:
    case = instructed(Case(WORKDAY).to_unit())
    instruction = case.order.instructions[1]
    assert instruction.due == instant("2026-03-13T00:00")  # Tuesday 10, Wednesday 11, Thursday 12 to its 24:00
    assert (instruction.by, instruction.text_n) == ("staff:9600", 2)
    assert "leader_instruction" in case.order.flags and case.order.level == 3
    assert case.order.texts == 2 and case.last().text == "aa"


def test_a_supervision_that_is_higher_stays() -> None:
    case = in_progress()
    case.act(c.Urge, SUPERVISOR, "supervisor", level=4, letter="督 1")
    assert instructed(case).order.level == 4


def test_a_paper_one_is_entered_with_its_number() -> None:
    case = in_progress()
    assert case.refusal(c.Instruct, DUTY_MANAGER, "duty_manager", text_hash="aa").code == "no_letter"
    case.act(c.Instruct, DUTY_MANAGER, "duty_manager", text_hash="aa", letter="批〔2026〕7")
    assert case.last().say == {"instruction": 1, "letter": "批〔2026〕7"}


def test_an_instruction_and_an_answer_have_words() -> None:
    case = in_progress()
    assert case.refusal(c.Instruct, *LEADER, text_hash="").code == "no_text"
    case = instructed()
    empty = case.refusal(c.AnswerInstruction, SUPERVISOR, "supervisor", instruction=1, text_hash="")
    assert empty.code == "no_text"
    other = case.refusal(c.AnswerInstruction, SUPERVISOR, "supervisor", instruction=2, text_hash="bb")
    assert other.sentence == "没有第 2 件等待答复的批示。"


def test_nobody_but_a_leader_instructs_and_only_supervision_or_the_units_leader_answers() -> None:
    case = in_progress()
    assert case.refusal(c.Instruct, SUPERVISOR, "supervisor", text_hash="aa").code == "not_your_role"
    case = instructed()
    contact = case.refusal(c.AnswerInstruction, *case.officer(), instruction=1, text_hash="bb")
    assert contact.code == "not_your_role"
    stranger = case.refusal(c.AnswerInstruction, "unit:csglj:leader", "unit_leader", instruction=1, text_hash="bb")
    assert stranger.code == "not_your_unit"
    answer(case, *case.officer(leader=True))
    assert case.order.instructions == {} and case.last().text_n == 3


def test_unanswered_it_is_told_to_the_duty_manager_at_its_date_and_every_day_after() -> None:
    case = instructed(Case(WORKDAY).to_unit())
    happened = [at for at, kind in case.run_until("2026-03-14T12:00") if kind == "instruction_overdue"]
    assert happened == [instant("2026-03-13T00:00"), instant("2026-03-14T00:00")]
    assert case.said("instruction_overdue").say == {"instruction": 1, "to": "duty_manager"}
    assert "late_instruction" in case.order.flags and case.order.level == 4
    answer(case)
    assert "late_instruction" not in case.order.flags
    assert "instruction_overdue" not in {kind for _, kind in case.run_until("2026-03-15T12:00")}


def test_two_are_answered_one_by_one() -> None:
    case = instructed(instructed())
    answer(case, number=2)
    assert list(case.order.instructions) == [1]
    assert case.refusal(c.AnswerInstruction, SUPERVISOR, "supervisor", instruction=2, text_hash="bb").code == (
        "no_instruction"
    )
    answer(case)
    instructed(case)
    assert list(case.order.instructions) == [3]


def unreasonable() -> Case:
    case = in_progress()
    case.unit(c.ProposeUnreasonable, ground="UR5", facts="核查不实", explained="已说明")
    case.act(c.ConcurUnreasonable, SUPERVISOR, "supervisor", agreed=True, text="同意")
    return case


def lawful() -> Case:
    case = followup_due()
    case.ask(solved="not_solved", satisfied="no", reason="policy_disagree")
    return case


def refused_at_review() -> Case:
    case = Case()
    case.act(c.ProposeNotAccepted, "staff:2001", "reviewer", ground="petition", legal_way="凭信访编号查询")
    return case


ENDS = {
    "reply accepted": (replied, c.AcceptReply, "staff:2001", "reviewer", {}),
    "asked": (followup_due, c.RecordFollowup, "staff:4001", "followup_caller", None),
    "unreached": (followup_failed, c.CloseUnreached, "staff:4001", "followup_caller", None),
    "rated": (followup_due, c.Rate, "citizen", "citizen", None),
    "lawful": (lawful, c.ConfirmRework, "staff:2001", "reviewer", {"agreed": False, "text": "答复有据"}),
    "unreasonable": (unreasonable, c.DecideUnreasonable, DUTY_MANAGER, "duty_manager", None),
    "told of another system's answer": (received_outside, c.Inform, "staff:3001", "dispatcher", None),
    "withdrawn": (in_progress, c.Withdraw, "citizen", "citizen", None),
    "not accepted": (refused_at_review, c.ConfirmNotAccepted, "staff:6001", "shift_lead", None),
    "not reopened": (PLACES["reopen_asked"], c.DeclineReopen, "staff:2001", "reviewer", None),
}


@pytest.mark.parametrize("end", ENDS)
def test_nothing_ends_an_order_before_the_instruction_is_answered(end: str) -> None:
    before, kind, by, role, content = ENDS[end]
    case = instructed(before())
    refused = case.refusal(kind, by, role, **(content_of(kind, case) if content is None else content))
    assert refused.code == "instruction_open", refused.sentence
    answer(case)
    if kind is not c.CloseUnreached:  # which needs three attempts besides
        case.act(kind, by, role, **(content_of(kind, case) if content is None else content))


def test_an_order_with_an_instruction_is_not_merged_away() -> None:
    with pytest.raises(Refused, match="领导批示没有答复"):
        join(instructed(Case()), in_progress())


def test_a_pack_that_says_nothing_gives_three_days() -> None:
    rules = load_rules("bj-jiesujiban")
    silent = msgspec.structs.replace(rules, clocks={key: rules.clocks[key] for key in rules.clocks if key != CLOCK})
    case = instructed(Case(WORKDAY, rules=silent).to_unit())
    assert case.order.instructions[1].due == case.order.instructions[1].at + 3 * DAY_MS


def test_without_a_calendar_it_has_no_date_is_looked_at_again_and_dated_when_the_calendar_comes() -> None:
    assert official_calendar().last.isoformat() == CALENDAR_ENDS
    case = Case("2026-12-30T09:00").to_unit(at="2026-12-30T10:00")
    instructed(case)
    undated = case.order.instructions[1]
    assert undated.due is None and undated.next == undated.at + 7 * DAY_MS
    assert "instruction_overdue" not in {kind for _, kind in case.run_until("2027-01-20T00:00")}
    looked = [entry for entry in case.entries if entry.kind == "looked_at" and entry.instructions]
    assert looked and all(one.due is None for entry in looked for one in entry.instructions)
    beyond = (date(2027, 1, 1) + timedelta(days=n) for n in range(60))
    case.rules = case.rules.with_calendar(make_calendar(official_calendar().days() | dict.fromkeys(beyond, True)))
    case.act(c.Recount, "system", "system", at=case.now + MINUTE_MS)
    dated = case.order.instructions[1]
    assert dated.due == instant("2027-01-03T00:00")  # Thursday 31 December, 1 and 2 January, worked in this calendar
    assert dated.next == case.now + MINUTE_MS
    assert next_date(case.order) <= dated.next  # type: ignore[operator]

"""A citizen rates on the page (网上评价): it counts as the follow-up's answer, once, and nobody is forgotten by it."""

import pytest
from made.orders import AGENT, CALLER, NEIGHBOURS, OTHER_CALLER, REVIEWER, Case
from made.orders_in_states import PLACES, completed, followup_due, followup_failed, in_progress, join, part

from lianxin.insight.audit.separation import Parts
from lianxin.orders import commands as c
from lianxin.orders.order import OrderEntry

CITIZEN = ("citizen", "citizen")


def rate(case: Case, solved: str = "solved", satisfied: str = "very", **more: object) -> list[OrderEntry]:
    content = {"contact": case.order.contact, "solved": solved, "satisfied": satisfied, **more}
    return case.act(c.Rate, *CITIZEN, **content)


def of_two(kind: str = "complaint") -> tuple[Case, Case]:
    """An answered order of two citizens, and the joined one."""
    child, parent = Case(contact=NEIGHBOURS[0], kind=kind), in_progress()
    join(child, parent)
    parent.reply()
    parent.accept()
    return child, parent


@pytest.mark.parametrize("before", [followup_due, followup_failed])
def test_a_content_citizen_ends_it_and_the_entry_says_who_said_so(before: object) -> None:
    assert callable(before)
    case: Case = before()
    callers = case.order.callers
    entries = rate(case, satisfied="basic")
    assert (case.order.state, case.order.result) == ("completed", "solved")
    assert (case.order.solved_first, case.order.satisfied_first) == ("solved", "basic")
    assert entries[-1].actor == "citizen" and entries[-1].say["evidence"] == "来电人凭单号和查询码在网上评价"
    assert case.order.callers == callers, "nobody of the house called"


def test_in_the_middle_of_the_night_too() -> None:
    case = followup_due()
    case.act(c.Rate, *CITIZEN, at="2026-03-10T02:00", contact=case.order.contact, solved="solved", satisfied="yes")
    assert case.order.state == "completed"


def test_who_is_not_helped_goes_to_the_reviewer_as_after_a_call() -> None:
    case = followup_due()
    rate(case, "partly", "no", reason="slow")
    assert (case.order.state, case.order.proposal, case.order.holder) == ("followup_due", "rework", "tray:followup")
    assert case.last().say["reason"] == "slow"
    case = followup_due()
    rate(case, "not_solved", "very_no")
    assert case.last().say["reason"] == "other"


def test_solved_but_treated_badly_goes_to_the_reviewer_too() -> None:
    case = followup_due()
    rate(case, "solved", "very_no", reason="attitude")
    assert case.order.proposal == "rework"


def test_more_words_are_kept_beside_the_order() -> None:
    case = followup_due()
    entries = rate(case, "not_solved", "no", text_hash="cc")
    assert [entry.kind for entry in entries] == ["added", "followup_answered"]
    assert case.order.texts == 3 and entries[0].text == "cc"


def test_the_first_rating_stands() -> None:
    case = followup_due()
    rate(case, "partly", "no")
    again = case.refusal(c.Rate, *CITIZEN, contact=case.order.contact, solved="solved", satisfied="very")
    assert again.code == "rated" and "已经登记" in again.sentence
    case.act(c.ConfirmRework, REVIEWER, "reviewer", agreed=True, text="请到现场")
    case.unit(c.Sign)
    case.reply()
    case.accept()
    rate(case)
    order = case.order
    assert (order.solved_first, order.solved_final) == ("partly", "solved")
    assert (order.satisfied_first, order.satisfied_final) == ("no", "very")
    late = case.refusal(c.Rate, *CITIZEN, contact=order.contact, solved="not_solved", satisfied="no")
    assert late.code == "wrong_state" and case.order.solved_final == "solved"


def test_before_the_answer_and_after_the_end_there_is_nothing_to_rate() -> None:
    for before in (in_progress, completed, PLACES["replied"]):
        case = before()
        content = {"contact": case.order.contact, "solved": "solved", "satisfied": "very"}
        assert case.refusal(c.Rate, *CITIZEN, **content).code == "wrong_state"


@pytest.mark.parametrize(
    "wrong",
    [{"solved": "cannot_say"}, {"solved": ""}, {"satisfied": "no_comment"}, {"satisfied": "5"}, {"reason": "无"}],
)
def test_other_answers_than_those_of_the_page_are_refused(wrong: dict[str, str]) -> None:
    case = followup_due()
    content = {"contact": case.order.contact, "solved": "partly", "satisfied": "no", **wrong}
    assert case.refusal(c.Rate, *CITIZEN, **content).code == "no_answer"


def test_a_stranger_to_the_order_rates_nothing() -> None:
    case = followup_due()
    content = {"contact": NEIGHBOURS[9], "solved": "not_solved", "satisfied": "no"}
    assert case.refusal(c.Rate, *CITIZEN, **content).code == "rated"


def test_nobody_of_the_house_rates() -> None:
    case = followup_due()
    content = {"contact": case.order.contact, "solved": "solved", "satisfied": "very"}
    assert case.refusal(c.Rate, AGENT, "agent", **content).code == "not_your_role"


def test_a_promise_for_later_is_not_rated_over() -> None:
    case = followup_due()
    case.ask(solved="promised_later", later_at=case.now + 10 * 86_400_000)
    content = {"contact": case.order.contact, "solved": "solved", "satisfied": "very"}
    assert case.refusal(c.Rate, *CITIZEN, **content).code == "waits"


# Several citizens


def test_its_own_citizen_is_content_first_and_the_neighbour_is_still_asked() -> None:
    _, case = of_two()
    rate(case)
    assert case.order.open and case.order.settled == "solved"
    assert {promise.to for promise in case.order.promises.values()} == {NEIGHBOURS[0]}
    kinds = [entry.kind for entry in case.ask(contact=NEIGHBOURS[0])]
    assert kinds == ["joined_followed_up", "all_asked"]
    assert (case.order.state, case.order.result) == ("completed", "solved")


def test_the_neighbour_rates_too() -> None:
    _, case = of_two()
    rate(case, contact=NEIGHBOURS[0])
    assert case.order.open and {promise.to for promise in case.order.promises.values()} == {case.order.contact}
    rate(case)
    assert case.order.state == "completed"


def test_a_neighbour_who_is_not_content_brings_rework_and_its_own_citizen_is_asked_once_more() -> None:
    _, case = of_two()
    rate(case)
    rate(case, "not_solved", "no", contact=NEIGHBOURS[0])
    case.act(c.ConfirmRework, REVIEWER, "reviewer", agreed=True, text="请到现场")
    assert case.order.settled is None
    assert {promise.to for promise in case.order.promises.values()} == {case.order.contact, NEIGHBOURS[0]}


def test_a_neighbours_complaint_found_unfounded_ends_it_when_its_own_citizen_was_content() -> None:
    _, case = of_two()
    rate(case)
    rate(case, "not_solved", "no", contact=NEIGHBOURS[0])
    case.act(c.ConfirmRework, REVIEWER, "reviewer", agreed=False, text="答复有据，已解释")
    assert (case.order.state, case.order.result) == ("completed", "solved")


def test_its_own_citizens_complaint_found_unfounded_leaves_the_neighbour_to_be_asked() -> None:
    _, case = of_two()
    rate(case, "not_solved", "no")
    case.act(c.ConfirmRework, REVIEWER, "reviewer", agreed=False, text="答复有据，已解释")
    assert case.order.open and case.order.settled == "not_solved_lawful"
    case.ask(contact=NEIGHBOURS[0])
    assert case.order.result == "not_solved_lawful"


def test_the_last_who_is_still_to_be_asked_withdraws() -> None:
    _, case = of_two()
    rate(case)
    kinds = [entry.kind for entry in case.act(c.Withdraw, *CITIZEN, contact=NEIGHBOURS[0], evidence="短信")]
    assert kinds == ["one_withdrew", "all_asked"] and case.order.result == "solved"


def test_the_last_who_is_still_to_be_asked_is_parted_from_it() -> None:
    child, case = of_two()
    rate(case)
    part(child, case)
    assert (case.order.state, case.order.result) == ("completed", "solved")
    assert child.order.state == "submitted" and child.order.promises


def test_a_neighbour_whom_nobody_reaches_does_not_keep_it_open() -> None:
    _, case = of_two()
    rate(case)
    for day in (10, 11, 12):
        again = case.now + 26 * 3_600_000
        content = {"result": "no_answer", "again_at": again, "contact": NEIGHBOURS[0]}
        case.act(c.AttemptFailed, CALLER, "followup_caller", f"2026-03-{day}T10:00", **content)
    case.act(c.CloseUnreached, CALLER, "followup_caller", link="短信已发", contact=NEIGHBOURS[0])
    assert (case.order.state, case.order.result) == ("completed", "solved")


def test_a_citizen_who_rates_twice_across_a_rework_breaks_no_separation() -> None:
    case = followup_due()
    rate(case, "partly", "no")
    case.act(c.ConfirmRework, REVIEWER, "reviewer", agreed=True, text="请到现场")
    case.reply()
    case.accept()
    rate(case)
    parts = Parts()
    assert [parts.note(entry) for entry in case.entries] == [None] * len(case.entries)


def test_after_a_rating_and_a_rework_anybody_who_may_call_may_call() -> None:
    case = followup_due()
    rate(case, "partly", "no")
    case.act(c.ConfirmRework, REVIEWER, "reviewer", agreed=True, text="请到现场")
    case.reply()
    case.accept()
    case.ask(by=OTHER_CALLER)
    assert case.order.solved_final == "solved"


def test_who_has_rated_hears_of_it_when_the_order_goes_to_another_system_after_all() -> None:
    """Found by chance: the neighbour withdrew from the transferred order, and nobody was promised anything."""
    _, case = of_two()
    rate(case)
    case.act(c.Transfer, "staff:3009", "dispatcher", system="sd-12345", foreign_id="SD-1")
    assert {promise.to for promise in case.order.promises.values()} == {case.order.contact, NEIGHBOURS[0]}
    case.act(c.Withdraw, *CITIZEN, contact=NEIGHBOURS[0], evidence="短信")
    assert case.order.open and case.order.promises

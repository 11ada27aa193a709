"""From the call to the dispatch tray: what an order needs, who corrects it, and what is not accepted."""

from typing import Any

import pytest
from made.orders import AGENT, CONTACT, DISPATCHER, REVIEWER, SHIFT_LEAD, WORKDAY, Case, instant
from made.orders_in_states import PLACES, content_of, sent_back, submitted

from lianxin.ground.clock import DAY_MS, MINUTE_MS
from lianxin.orders import commands as c


def test_an_order_begins_in_the_review_tray_with_a_promise_to_its_citizen() -> None:
    order = submitted().order
    assert (order.state, order.holder, order.n, order.closed_at) == ("submitted", "tray:review", 1, None)
    (promise,) = order.promises.values()
    assert (promise.kind, promise.to, promise.due) == ("answer", CONTACT, instant("2026-03-17T00:00"))
    assert order.desk_due == instant("2026-03-09T09:30")  # review within 30 minutes


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"read_back": False}, "not_read_back"),
        ({"text_hash": ""}, "no_text"),
        ({"kind": "chat"}, "no_kind"),
        ({"urgency": "very"}, "no_urgency"),
        ({"category": ""}, "elements_missing"),
        ({"region": ""}, "elements_missing"),
        ({"citizen_since": instant(WORKDAY) + DAY_MS}, "clock_ahead"),
    ],
)
def test_an_incomplete_order_is_not_opened(changed: dict[str, Any], code: str) -> None:
    case = Case(submit=False)
    content = {**content_of(c.Submit, case), **changed}
    refused = case.refusal(c.Submit, AGENT, "agent", **content)
    assert refused.code == code and case.order.holder is None


def test_a_report_of_a_breach_is_confidential_by_itself() -> None:
    assert "confidential" in Case(kind="report").order.flags


# Sent back to the agent


def test_an_order_sent_back_is_the_review_trays_until_its_agent_signs() -> None:
    case = sent_back()
    assert (case.order.holder, case.order.offer.to if case.order.offer else None) == ("tray:review", AGENT)
    case.act(c.Sign, AGENT, "agent")
    assert case.order.holder == AGENT
    case.act(c.Revise, AGENT, "agent", region="371603", text_hash="cc")
    assert (case.order.state, case.order.holder, case.order.region) == ("submitted", "tray:review", "371603")


def test_an_agent_who_does_not_sign_leaves_it_with_the_reviewer() -> None:
    case = sent_back()
    assert case.tick() == ["handover_lapsed"]
    assert (case.order.state, case.order.holder, case.order.offer) == ("submitted", "tray:review", None)


def test_nobody_else_corrects_it() -> None:
    case = sent_back()
    assert case.refusal(c.Revise, "staff:1002", "agent", text_hash="cc").code == "not_yours"
    assert case.refusal(c.Sign, "staff:1002", "agent").code == "not_yours"


def test_a_web_form_has_no_agent_it_could_go_back_to() -> None:
    case = Case(submit=False)
    case.act(c.Submit, "system", "system", **content_of(c.Submit, case))
    refused = case.refusal(c.SendBack, REVIEWER, "reviewer", remarks={"region": "不清"})
    assert refused.code == "no_agent" and refused.instead


def test_a_correction_needs_remarks() -> None:
    for remarks in ({}, {"region": ""}):
        assert submitted().refusal(c.SendBack, REVIEWER, "reviewer", remarks=remarks).code == "no_remarks"


def test_a_more_urgent_matter_is_promised_sooner() -> None:
    case = submitted()
    case.approve(at="2026-03-09T09:10", urgency="utilities")
    (promise,) = case.order.promises.values()
    assert promise.due == instant("2026-03-10T09:00")  # 24 h from the submission


def test_a_matter_found_less_urgent_is_promised_by_the_usual_date() -> None:
    case = Case(urgency="utilities")
    case.approve(urgency="normal")
    assert [p.due for p in case.order.promises.values()] == [instant("2026-03-17T00:00")]


def test_review_and_dispatch_have_their_dates() -> None:
    case = submitted()
    case.approve()
    assert case.order.desk_due == instant("2026-03-10T00:00")  # the day of intake
    assert Case(urgency="urgent").order.desk_due == instant("2026-03-09T09:05")


# Not accepted


def proposed() -> Case:
    case = submitted()
    case.act(c.ProposeNotAccepted, REVIEWER, "reviewer", ground="litigation", legal_way="请向受理法院反映")
    return case


def test_two_persons_and_a_told_citizen_end_what_is_not_acceptable() -> None:
    case = proposed()
    assert case.refusal(c.ConfirmNotAccepted, REVIEWER, "shift_lead", told="电话").code == "separation"
    assert case.refusal(c.ConfirmNotAccepted, SHIFT_LEAD, "shift_lead", told="").code == "not_told"
    case.act(c.ConfirmNotAccepted, SHIFT_LEAD, "shift_lead", told="电话告知")
    assert (case.order.state, case.order.holder, case.order.promises) == ("not_accepted", None, {})


def test_without_a_proposal_there_is_nothing_to_confirm() -> None:
    assert submitted().refusal(c.ConfirmNotAccepted, SHIFT_LEAD, "shift_lead", told="电话").code == "no_proposal"


@pytest.mark.parametrize("missing", [{"ground": "tired"}, {"legal_way": ""}])
def test_a_refusal_names_a_ground_of_the_law_and_the_way_to_go(missing: dict[str, str]) -> None:
    content = {"ground": "petition", "legal_way": "凭信访编号查询", **missing}
    assert submitted().refusal(c.ProposeNotAccepted, REVIEWER, "reviewer", **content).code == "no_ground"


def test_danger_to_life_is_never_not_accepted() -> None:
    case = Case(urgency="life_danger")
    content = {"ground": "petition", "legal_way": "凭信访编号查询"}
    assert case.refusal(c.ProposeNotAccepted, REVIEWER, "reviewer", **content).code == "danger"


def test_an_approved_order_has_no_proposal_left() -> None:
    case = proposed()
    case.approve()
    assert case.order.proposal is None


# Separation of duties


def test_nobody_reviews_or_dispatches_what_they_wrote_themselves() -> None:
    approve = {"category": "0401", "region": "371602", "urgency": "normal"}
    assert submitted().refusal(c.Approve, AGENT, "reviewer", **approve).code == "separation"
    dispatch = {"unit": "zjj", "basis": "0401", "directory": "v1"}
    assert PLACES["approved"]().refusal(c.Dispatch, AGENT, "dispatcher", **dispatch).code == "separation"


# Withdrawal


@pytest.mark.parametrize("about", [{"urgency": "life_danger"}, {"flags": ("emergency",)}])
def test_public_safety_cannot_be_withdrawn(about: dict[str, Any]) -> None:
    assert Case(**about).refusal(c.Withdraw, "citizen", "citizen", evidence="录音").code == "public_safety"


def test_a_withdrawal_rests_on_a_recording_or_a_message() -> None:
    assert submitted().refusal(c.Withdraw, "citizen", "citizen", evidence="").code == "no_evidence"


def test_a_withdrawal_made_under_pressure_is_opened_again() -> None:
    case = PLACES["in_progress"]()
    case.act(c.Withdraw, "citizen", "citizen", evidence="短信")
    case.act(c.Reopen, REVIEWER, "reviewer", contact=CONTACT, facts="来电人称被要求撤诉")
    assert (case.order.state, case.order.holder, case.order.tracker) == ("dispatched", "tray:dispatch", DISPATCHER)


# Reopening


def test_a_completed_order_is_opened_again_with_new_facts_for_thirty_days() -> None:
    case = PLACES["completed"]()
    assert case.order.closed_at is not None
    closed, reopen = case.order.closed_at, {"contact": CONTACT, "facts": "又停了"}
    assert case.refusal(c.Reopen, REVIEWER, "reviewer", contact=CONTACT, facts="").code == "no_facts"
    late = case.refusal(c.Reopen, REVIEWER, "reviewer", at=closed + 30 * DAY_MS + 1, **reopen)
    assert late.sentence == "办结已超过 30 天，不能重新打开。"
    case.act(c.Reopen, REVIEWER, "reviewer", closed + 30 * DAY_MS, **reopen)
    assert case.order.closed_at is None and case.order.clock is not None and "reopened" in case.order.flags
    assert case.order.solved_first == "solved", "the first answer stays"


def test_what_was_never_accepted_is_not_opened_again() -> None:
    case = PLACES["not_accepted"]()
    case.tick()
    refused = case.refusal(c.Reopen, REVIEWER, "reviewer", contact=CONTACT, facts="新情况")
    assert refused.code == "not_reopenable"


# Transfer


def test_a_transferred_order_is_ours_until_the_receipt_and_theirs_until_the_citizen_knows() -> None:
    case = PLACES["in_progress"]()
    clock = case.order.clock
    case.act(c.Transfer, DISPATCHER, "dispatcher", system="sd-12345", foreign_id="SD-1")
    assert (case.order.holder, case.order.clock) == ("tray:dispatch", clock)
    assert case.refusal(c.Inform, DISPATCHER, "dispatcher", told="已告知").code == "not_received"
    case.act(c.Sign, "outside:sd-12345", "outside", receipt="回执")
    assert (case.order.holder, case.order.clock, case.order.closed_at) == ("outside:sd-12345", None, None)
    case.act(c.Inform, DISPATCHER, "dispatcher", told="已电话告知")
    assert (case.order.state, case.order.holder, case.order.result) == ("transferred", None, "transferred")


def test_a_told_citizen_closes_it_once_and_nothing_more_is_written_on_it() -> None:
    case = PLACES["informed"]()
    assert case.refusal(c.Inform, DISPATCHER, "dispatcher", told="再次").code == "wrong_state"
    assert case.refusal(c.Note, "staff:8001", "supervisor", told="进展").code == "wrong_state"


def test_a_missing_receipt_is_asked_for_after_a_day() -> None:
    case = PLACES["transferred"]()
    at = case.now + DAY_MS
    assert [kind for when, kind in case.run_until(at) if when == at] == ["desk_overdue"]
    assert case.order.offer is not None


# News


def test_news_needs_words() -> None:
    assert submitted().refusal(c.Add, AGENT, "agent", contact=CONTACT, text_hash="").code == "no_text"
    assert submitted().refusal(c.Note, "staff:8001", "supervisor").code == "empty"


def test_a_contact_that_comes_late_keeps_the_news_that_was_promised_instead() -> None:
    case = PLACES["in_progress"]()
    case.run_until(case.order.clock.contact_due)  # type: ignore[union-attr,arg-type]
    assert {p.kind for p in case.order.promises.values()} == {"answer", "news"}
    case.unit(c.LogContact, how="上门")
    assert {p.kind for p in case.order.promises.values()} == {"answer"}


def test_the_last_promise_is_never_kept_without_another() -> None:
    case = PLACES["in_progress"]()
    case.run_until(case.now + 20 * DAY_MS)
    case.unit(c.Note, told="已电话告知进展")
    assert [p.kind for p in case.order.promises.values()] == ["news"]
    assert next(iter(case.order.promises.values())).next > case.now + 6 * DAY_MS


def test_erasing_a_text_keeps_its_old_hash_in_the_chain() -> None:
    case = submitted()
    case.act(c.Erase, "staff:9500", "secadmin", text_n=1, text_hash="ff", ground="个人信息保护法 第四十七条")
    assert [entry.text for entry in case.entries if entry.text_n == 1] == ["aa", "ff"]
    missing = {"text_n": 2, "text_hash": "ff", "ground": "x"}
    assert case.refusal(c.Erase, "staff:9500", "secadmin", **missing).code == "no_such_text"


def test_a_tracker_is_of_the_house_and_comes_with_the_dispatch() -> None:
    change = (c.NameTracker, DISPATCHER, "dispatcher")
    assert submitted().refusal(*change, successor="staff:3002").code == "not_dispatched"
    case = PLACES["in_progress"]()
    assert case.order.tracker == DISPATCHER
    assert case.refusal(*change, successor="unit:zjj").code == "not_of_the_house"
    case.act(*change, successor="staff:3002")
    assert case.order.tracker == "staff:3002"


def test_a_clock_a_little_behind_writes_at_the_last_instant_and_one_far_behind_not_at_all() -> None:
    case = submitted()
    last = case.now
    case.approve(at=last - MINUTE_MS)
    assert case.order.last_at == last
    assert case.refusal(c.Note, "staff:8001", "supervisor", at=last - 3 * MINUTE_MS, told="x").code == "clock_back"

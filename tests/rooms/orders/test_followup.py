"""The citizen is asked: silence stays silence, the first answer is never changed, nobody's trouble is passed over."""

from typing import Any

import pytest
from made.orders import CALLER, DISPATCHER, NEIGHBOURS, OTHER_CALLER, REVIEWER, Case, instant
from made.orders_in_states import followup_due, in_progress, join, rework, rework_proposed

from lianxin.ground.clock import DAY_MS, HOUR_MS
from lianxin.orders import commands as c

TRY = (c.AttemptFailed, CALLER, "followup_caller")
END = (c.CloseUnreached, CALLER, "followup_caller")
LINK = {"link": "短信 18:05 已发，链接至 11-26 18:05 有效"}


def accepted_at(at: str, urgency: str = "normal") -> Case:
    """A reply that passed review at an instant."""
    flags = ("emergency",) if urgency == "life_danger" else ()
    case = Case(instant(at) - 3 * HOUR_MS, urgency=urgency, flags=flags).to_unit()
    case.reply(signed_by_leader=True)
    case.accept(at)
    return case


def tried(case: Case, *attempts: str) -> None:
    """Let calls fail at these instants; each names the next one, the last one hour later."""
    for at, again in zip(attempts, (*attempts[1:], ""), strict=True):
        again_at = instant(again) if again else instant(at) + HOUR_MS
        case.act(*TRY, at, result="no_answer", again_at=again_at)


# When


def test_a_reply_accepted_by_day_is_followed_up_the_same_day() -> None:
    assert accepted_at("2026-11-17T16:00").order.desk_due == instant("2026-11-17T21:00")


def test_a_reply_accepted_after_nine_in_the_evening_is_followed_up_the_next_day_until_nine() -> None:
    assert accepted_at("2026-11-17T21:10").order.desk_due == instant("2026-11-18T21:00")


def test_nobody_is_called_before_half_past_eight() -> None:
    case = accepted_at("2026-11-17T21:10")
    refused = case.refusal(*TRY, at="2026-11-18T08:29", result="no_answer", again_at=instant("2026-11-18T10:00"))
    assert refused.sentence == "现在是免打扰时段，08:30 以后才能回访。"
    case.ask("2026-11-18T08:30")
    assert case.order.state == "completed"


def test_after_an_emergency_the_citizen_is_called_within_two_hours_by_night_too() -> None:
    case = accepted_at("2026-11-18T02:00", urgency="life_danger")
    assert case.order.desk_due == instant("2026-11-18T04:00")
    case.ask("2026-11-18T02:30")
    assert case.order.state == "completed"


# Silence


def silent() -> Case:
    """Three calls in three bands on two days, and nobody answered."""
    case = accepted_at("2026-11-17T21:10")
    tried(case, "2026-11-18T09:10", "2026-11-18T14:20", "2026-11-19T18:00")
    return case


def test_three_calls_on_two_days_and_a_link_end_it_without_a_result() -> None:
    case = silent()
    case.act(*END, "2026-11-19T18:05", **LINK)
    order = case.order
    assert (order.state, order.result, order.holder) == ("completed", "no_contact", None)
    assert (order.solved_first, order.satisfied_first) == (None, None)
    assert case.last().say["evidence"] == LINK["link"]


def test_two_calls_are_too_few() -> None:
    case = accepted_at("2026-11-17T21:10")
    tried(case, "2026-11-18T09:10", "2026-11-19T09:10")
    refused = case.refusal(*END, **LINK)
    assert refused.code == "too_few" and "2 次" in refused.sentence


def test_without_the_link_it_does_not_end() -> None:
    assert silent().refusal(*END, link="").code == "no_link"


def test_the_last_of_three_calls_is_moved_to_another_day() -> None:
    case = accepted_at("2026-11-17T21:10")
    tried(case, "2026-11-18T09:10", "2026-11-18T14:20")
    assert case.order.desk_due == instant("2026-11-19T08:30")


def test_three_calls_on_one_day_are_not_enough_all_the_same() -> None:
    case = accepted_at("2026-11-17T21:10")
    tried(case, "2026-11-18T09:10", "2026-11-18T14:20", "2026-11-18T18:00")
    assert case.refusal(*END, at="2026-11-18T18:05", **LINK).code == "one_day"


def test_a_call_nobody_made_by_the_evening_is_a_broken_promise_and_still_owed() -> None:
    case = accepted_at("2026-11-17T16:00")
    assert set(case.tick("2026-11-17T21:00")) == {"promise_broken", "desk_overdue"}
    (promise,) = case.order.promises.values()
    assert (promise.kind, promise.due) == ("followup", instant("2026-11-18T21:00"))


def test_the_next_call_lies_within_a_week() -> None:
    case = followup_due()
    for wrong in (case.now, case.now + 8 * DAY_MS):
        assert case.refusal(*TRY, result="engaged", again_at=wrong).code == "past"


# What the answers lead to


@pytest.mark.parametrize(
    ("answers", "result"),
    [
        ({"solved": "solved", "satisfied": "very"}, "solved"),
        ({"solved": "solved", "satisfied": "basic"}, "solved"),
        ({"solved": "solved", "satisfied": "no", "reason": "slow"}, "solved"),
        ({"solved": "cannot_say", "satisfied": "yes"}, "unknown"),
        ({"solved": "solved", "satisfied": "no_comment"}, "unknown"),
    ],
)
def test_these_answers_complete_the_order(answers: dict[str, str], result: str) -> None:
    case = followup_due()
    case.ask(**answers)
    assert (case.order.state, case.order.result) == ("completed", result)
    assert (case.order.solved_first, case.order.satisfied_first) == (answers["solved"], answers["satisfied"])


@pytest.mark.parametrize(
    ("answers", "level"),
    [
        ({"solved": "not_solved", "satisfied": "no", "reason": "not_solved"}, -1),
        ({"solved": "partly", "satisfied": "yes", "reason": "slow"}, -1),
        ({"solved": "solved", "satisfied": "no", "reason": "answer_wrong"}, -1),
        ({"solved": "solved", "satisfied": "very_no", "reason": "attitude"}, -1),
        ({"solved": "solved", "satisfied": "yes", "informed": "differs"}, 2),
        ({"solved": "solved", "satisfied": "yes", "contacted": "no"}, 2),
    ],
)
def test_these_answers_ask_for_a_rework(answers: dict[str, str], level: int) -> None:
    case = followup_due()
    case.ask(**answers)
    assert (case.order.state, case.order.proposal, case.order.level) == ("followup_due", "rework", level)
    assert case.order.promises


def test_what_is_not_solved_has_a_reason() -> None:
    case = followup_due()
    said: dict[str, Any] = {"contact": case.order.contact, "contacted": "yes", "informed": "yes", "evidence": "录音"}
    refused = case.refusal(c.RecordFollowup, CALLER, "followup_caller", **said, solved="not_solved", satisfied="no")
    assert refused.code == "no_reason"


def test_a_follow_up_without_recording_is_none() -> None:
    case = followup_due()
    with pytest.raises(Exception, match="录音"):
        case.ask(evidence="")


def test_a_lawful_refusal_that_was_well_explained_is_completed_as_such() -> None:
    case = rework_proposed()
    case.act(c.ConfirmRework, REVIEWER, "reviewer", agreed=False, text="依法不予办理，已说明")
    assert (case.order.state, case.order.result) == ("completed", "not_solved_lawful")


def test_a_solved_matter_with_a_rude_officer_stays_solved_when_no_rework_is_needed() -> None:
    case = followup_due()
    case.ask(satisfied="no", reason="attitude")
    case.act(c.ConfirmRework, REVIEWER, "reviewer", agreed=False, text="已由单位当面致歉")
    assert (case.order.state, case.order.result) == ("completed", "solved")


def test_the_caller_does_not_confirm_the_rework_they_proposed() -> None:
    case = rework_proposed()
    assert case.refusal(c.ConfirmRework, CALLER, "reviewer", agreed=True, text="重办").code == "separation"


def test_while_a_rework_waits_for_its_confirmation_nobody_calls() -> None:
    case = rework_proposed()
    assert case.refusal(*TRY, result="engaged", again_at=case.now + HOUR_MS).code == "waits"


def test_a_promise_for_later_goes_to_the_long_run_register_with_its_date() -> None:
    case = followup_due()
    later = case.now + 10 * DAY_MS
    case.ask(solved="promised_later", later_at=later)
    assert (case.order.state, case.order.holder) == ("followup_due", "tray:followup")
    case.unit(c.Sign)
    assert (case.order.state, case.order.holder, case.order.milestone_at) == ("long_run", "unit:zjj", later)
    assert {(p.kind, p.due) for p in case.order.promises.values()} == {("news", later)}


def test_a_unit_that_does_not_sign_for_it_is_offered_it_again_under_supervision() -> None:
    case = followup_due()
    case.ask(solved="promised_later", later_at=case.now + 10 * DAY_MS)
    assert case.tick() == ["handover_lapsed", "offered_again"]
    assert case.order.offer is not None and case.order.level == 1 and case.order.holder == "tray:followup"


# First and final


def reworked() -> Case:
    """Not solved on 18 November, sent to rework that day, answered again on the 23rd in the evening."""
    case = accepted_at("2026-11-17T21:10")
    case.ask("2026-11-18T09:10", solved="not_solved", satisfied="no", reason="not_solved")
    case.act(c.ConfirmRework, REVIEWER, "reviewer", "2026-11-18T09:40", agreed=True, text="请到现场")
    case.unit(c.Sign)
    return case


def test_a_rework_has_three_working_days_and_its_own_clock() -> None:
    clock = reworked().order.clock
    assert clock is not None and clock.due == instant("2026-11-24T00:00") and clock.rule == "order.rework"


def test_first_and_final_answers_are_two_facts() -> None:
    case = reworked()
    case.reply("2026-11-23T21:20")
    case.accept("2026-11-23T21:30")
    case.ask("2026-11-24T10:00", by=OTHER_CALLER)
    order = case.order
    assert (order.satisfied_first, order.satisfied_final) == ("no", "yes")
    assert (order.solved_first, order.solved_final) == ("not_solved", "solved")
    assert order.result == "solved" and order.on_time is True


def test_the_first_answer_cannot_be_changed_afterwards() -> None:
    case = reworked()
    case.reply("2026-11-23T21:20")
    case.accept("2026-11-23T21:30")
    case.ask("2026-11-24T10:00", by=OTHER_CALLER)
    said = {"contact": case.order.contact, "contacted": "yes", "informed": "yes", "evidence": "录音"}
    refused = case.refusal(c.RecordFollowup, "staff:4003", "followup_caller", **said, solved="solved", satisfied="very")
    assert refused.code == "wrong_state" and case.order.solved_first == "not_solved"


def test_after_a_rework_somebody_else_asks() -> None:
    case = reworked()
    case.reply("2026-11-23T15:00")
    case.accept("2026-11-23T15:30")
    said = {"contact": case.order.contact, "contacted": "yes", "informed": "yes", "evidence": "录音"}
    refused = case.refusal(c.RecordFollowup, CALLER, "followup_caller", **said, solved="solved", satisfied="very")
    assert refused.code == "separation" and "首次回访" in refused.sentence


def test_a_rework_replied_to_without_a_signature_is_signed_by_the_reply() -> None:
    case = rework()
    case.reply()
    assert [entry.kind for entry in case.entries[-2:]] == ["signed", "replied"]
    assert [entry.giver for entry in case.entries[-2:]] == ["tray:followup", "unit:zjj"]


def test_the_last_rework_the_pack_allows_makes_it_a_difficult_order() -> None:
    case = rework()
    assert case.order.level == -1
    case.reply()
    case.accept()
    case.ask(by=OTHER_CALLER, solved="not_solved", satisfied="no", reason="not_solved")
    case.act(c.ConfirmRework, REVIEWER, "reviewer", agreed=True, text="再办")
    assert (case.order.reworks, case.order.level) == (2, 2)


def test_an_accepted_reply_lifts_the_supervision() -> None:
    case = in_progress()
    case.act(c.Urge, "staff:8001", "supervisor", level=2, letter="督 3")
    case.reply()
    case.accept()
    assert case.order.level == -1


# Who may ask


@pytest.mark.parametrize("who", ["staff:1001", DISPATCHER])
def test_who_took_the_call_or_sent_it_out_does_not_ask_about_it(who: str) -> None:
    case = followup_due()
    refused = case.refusal(*TRY[:1], who, "followup_caller", result="engaged", again_at=case.now + HOUR_MS)
    assert refused.code == "separation"


# Several citizens


def answered_for_two() -> Case:
    """An order of two citizens whose answer is out."""
    parent = in_progress()
    join(Case(contact=NEIGHBOURS[0]), parent)
    parent.reply()
    parent.accept()
    return parent


def test_each_citizen_is_called() -> None:
    case = answered_for_two()
    owed = {promise.to for promise in case.order.promises.values() if promise.kind == "followup"}
    assert owed == {case.order.contact, NEIGHBOURS[0]}
    said = {"contacted": "yes", "informed": "yes", "solved": "solved", "satisfied": "yes", "evidence": "录音"}
    refused = case.refusal(c.RecordFollowup, CALLER, "followup_caller", contact=case.order.contact, **said)
    assert refused.code == "others_first"
    case.ask(contact=NEIGHBOURS[0])
    case.ask()
    assert case.order.state == "completed"


def test_the_orders_own_figures_are_its_own_citizens() -> None:
    case = answered_for_two()
    case.ask(contact=NEIGHBOURS[0], satisfied="no", reason="slow")
    assert case.order.solved_first is None
    case.ask(satisfied="very")
    assert case.order.satisfied_first == "very"


def test_a_neighbour_who_is_not_content_sends_it_to_rework_for_all() -> None:
    case = answered_for_two()
    case.ask(contact=NEIGHBOURS[0], solved="not_solved", satisfied="no", reason="not_solved")
    case.act(c.ConfirmRework, REVIEWER, "reviewer", agreed=True, text="请再处理")
    owed = {promise.to for promise in case.order.promises.values() if promise.kind == "answer"}
    assert owed == {case.order.contact, NEIGHBOURS[0]} and case.order.solved_first is None


def test_calls_to_one_are_not_counted_for_the_other() -> None:
    case = answered_for_two()
    for _ in range(3):
        at = case.order.desk_due if case.order.attempts else None
        case.act(*TRY, at, result="no_answer", again_at=case.now + 26 * HOUR_MS)
    case.act(*END, **LINK)
    assert (case.last().kind, case.order.state, case.order.attempts) == ("joined_unreached", "followup_due", 0)
    assert case.refusal(*END, **LINK).code == "wrong_state"


def test_who_asked_a_neighbour_before_the_rework_may_ask_the_first_citizen_after_it() -> None:
    case = answered_for_two()
    case.ask(contact=NEIGHBOURS[0], solved="not_solved", satisfied="no", reason="not_solved")
    case.act(c.ConfirmRework, REVIEWER, "reviewer", agreed=True, text="请再处理")
    case.reply()
    case.accept()
    case.ask(contact=NEIGHBOURS[0], by=OTHER_CALLER)
    case.ask(by=CALLER)
    assert case.order.state == "completed"

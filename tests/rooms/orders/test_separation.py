"""Nobody judges their own work on an order (职责分离, domain §2), whatever roles they have besides."""

import pytest
from made.orders import AGENT, CALLER, DISPATCHER, NEIGHBOURS, REVIEWER, Case
from made.orders_in_states import PLACES, content_of, followup_due, followup_failed, in_progress, join, rework_proposed

from lianxin.orders import commands as c

UNIT_OFFICER = "unit:zjj:contact"
FORBIDDEN = [
    ("submitted", c.Approve, AGENT, "reviewer"),
    ("submitted", c.SendBack, AGENT, "reviewer"),
    ("submitted", c.ProposeNotAccepted, AGENT, "reviewer"),
    ("approved", c.Dispatch, AGENT, "dispatcher"),
    ("approved", c.Transfer, AGENT, "dispatcher"),
    ("replied", c.AcceptReply, AGENT, "reviewer"),
    ("replied", c.ReturnReply, AGENT, "reviewer"),
    ("send_back_review", c.DecideSendBack, DISPATCHER, "objection_reviewer"),
    ("objection_review", c.DecideSendBack, DISPATCHER, "objection_reviewer"),
    ("send_back_review", c.OpenJointMeeting, DISPATCHER, "supervisor"),
    ("joint_meeting", c.DecideJointMeeting, DISPATCHER, "duty_manager"),
    ("followup_due", c.RecordFollowup, AGENT, "followup_caller"),
    ("followup_due", c.RecordFollowup, DISPATCHER, "followup_caller"),
    ("followup_due", c.RecordFollowup, UNIT_OFFICER, "followup_caller"),
    ("followup_due", c.AttemptFailed, AGENT, "followup_caller"),
    ("followup_due", c.AttemptFailed, DISPATCHER, "followup_caller"),
    ("followup_due", c.AttemptFailed, UNIT_OFFICER, "followup_caller"),
    ("followup_failed", c.CloseUnreached, AGENT, "followup_caller"),
    ("followup_failed", c.CloseUnreached, UNIT_OFFICER, "followup_caller"),
    ("completed", c.Reopen, AGENT, "reviewer"),
    ("reopen_asked", c.DeclineReopen, AGENT, "reviewer"),
]


@pytest.mark.parametrize(
    ("place", "kind", "by", "role"), FORBIDDEN, ids=lambda one: one.__name__ if isinstance(one, type) else str(one)
)
def test_who_acted_on_it_before_does_not_judge_it(place: str, kind: type[c.Command], by: str, role: str) -> None:
    case = PLACES[place]()
    refused = case.refusal(kind, by, role, **content_of(kind, case))
    assert refused.code == "separation" and "另一位同事" in refused.sentence


def test_the_unit_never_asks_its_own_citizen() -> None:
    case = followup_due()
    refused = case.refusal(c.RecordFollowup, UNIT_OFFICER, "followup_caller", **content_of(c.RecordFollowup, case))
    assert refused.sentence == "您在这张工单上做过承办，“记录回访”要由另一位同事来做。"


def test_who_called_does_not_confirm_the_rework_they_proposed() -> None:
    case = rework_proposed()
    confirm = {"agreed": True, "text": "请重办"}
    assert case.refusal(c.ConfirmRework, CALLER, "reviewer", **confirm).code == "separation"
    assert case.refusal(c.ConfirmRework, AGENT, "reviewer", **confirm).code == "separation"


def test_nor_does_who_called_a_neighbour() -> None:
    case = in_progress()
    join(Case(contact=NEIGHBOURS[0]), case)
    case.reply()
    case.accept()
    case.ask(contact=NEIGHBOURS[0], by="staff:4009", solved="partly", satisfied="no", reason="slow")
    confirm = {"agreed": True, "text": "请重办"}
    assert case.refusal(c.ConfirmRework, "staff:4009", "reviewer", **confirm).code == "separation"
    case.act(c.ConfirmRework, REVIEWER, "reviewer", **confirm)


def test_after_a_rework_somebody_else_asks() -> None:
    case = rework_proposed()
    case.act(c.ConfirmRework, REVIEWER, "reviewer", agreed=True, text="请重办")
    case.reply()
    case.accept()
    refused = case.refusal(c.RecordFollowup, CALLER, "followup_caller", **content_of(c.RecordFollowup, case))
    assert refused.sentence == "您在这张工单上做过首次回访，“记录回访”要由另一位同事来做。"


def test_who_only_failed_to_reach_somebody_may_try_again() -> None:
    case = followup_failed()
    case.ask(by=CALLER)
    assert case.order.state == "completed"

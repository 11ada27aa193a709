"""Every arrow of the diagram is taken by somebody, and leads where it is drawn."""

from collections.abc import Callable
from typing import Any, Final

import pytest
from made.orders import AGENT, CALLER, DISPATCHER, DUTY_MANAGER, NEIGHBOURS, OBJECTION, REVIEWER, SUPERVISOR, Case
from made.orders_in_states import (
    PLACES,
    asked_for_long_run,
    asked_for_suspension,
    content_of,
    followup_due,
    followup_failed,
    in_progress,
    join,
    long_run,
    merged,
    pair,
    part,
    promised_later,
    received,
    received_outside,
    replied,
    rework_proposed,
    submitted,
    suspended,
    withdrawn,
)

from lianxin.ground.clock import HOUR_MS
from lianxin.orders import commands as c
from lianxin.orders.lifecycle import ALL_STEPS
from lianxin.orders.states import UNDER_WAY, place_of
from lianxin.orders.steps.written import Lodge, TakeIn

Arrow = tuple[type[c.Command], str, str]
Way = Callable[[], Case]


def took(kind: type[c.Command], by: str, role: str, before: Way, **content: Any) -> Way:
    """Return a way: bring an order somewhere, then let somebody take the step."""

    def way() -> Case:
        case = before()
        case.act(kind, by, role, **{**content_of(kind, case), **content})
        return case

    return way


def signed(before: Way) -> Way:
    def way() -> Case:
        case = before()
        assert case.order.offer is not None
        by = case.order.offer.to
        case.act(c.Sign, by, "unit_contact" if by.startswith("unit:") else "agent")
        return case

    return way


def by_unit(kind: type[c.Command], before: Way, leader: bool = False) -> Way:
    def way() -> Case:
        case = before()
        case.unit(kind, leader=leader, **content_of(kind, case))
        return case

    return way


def ticked(before: Way) -> Way:
    def way() -> Case:
        case = before()
        place = place_of(case.order)
        while place_of(case.order) == place:
            case.tick()
        return case

    return way


def reply_returned(before: Way) -> Way:
    return took(c.ReturnReply, REVIEWER, "reviewer", before)


def tried_three_times() -> Case:
    """Three calls on two days reached nobody."""
    case = followup_failed()
    for _ in range(2):
        again = case.now + 26 * HOUR_MS
        case.act(c.AttemptFailed, CALLER, "followup_caller", case.order.desk_due, result="engaged", again_at=again)
    return case


def with_neighbour(before: Callable[[Case], None]) -> Case:
    """An answered order of two citizens, after `before` was done with it."""
    parent = in_progress()
    join(Case(contact=NEIGHBOURS[0]), parent)
    parent.reply()
    parent.accept()
    before(parent)
    return parent


def neighbour_not_content(case: Case) -> None:
    case.ask(contact=NEIGHBOURS[0], solved="partly", satisfied="basic", reason="slow")


def reviewed_again(before: Way, agreed: bool) -> Way:
    return took(c.ConfirmRework, REVIEWER, "reviewer", before, agreed=agreed, text="见处理意见")


def unreached_neighbour() -> Case:
    """The neighbour was tried three times, in vain."""
    case = with_neighbour(lambda _: None)
    for _ in range(3):
        at = case.order.desk_due if case.order.attempts else None
        again = case.now + 26 * HOUR_MS
        case.act(c.AttemptFailed, CALLER, "followup_caller", at, result="no_answer", again_at=again)
    return case


def objected(before: Way) -> Way:
    return by_unit(c.Object, before)


def second_return() -> Case:
    case = PLACES["send_back_review"]()
    case.act(c.DecideSendBack, OBJECTION, "objection_reviewer", accepted=True, text="同意")
    case.dispatch("csglj")
    case.unit(c.AskSendBack, code="R2", basis="三定规定", suggested="zjj")
    return case


def separated() -> Case:
    child, parent = pair()
    part(child, parent)
    return child


def separated_late() -> Case:
    child, parent = pair()
    child.tick()
    part(child, parent)
    return child


def at_the_last_instant(
    before: Way, kind: type[c.Command] = c.Reopen, by: str = REVIEWER, role: str = "reviewer", **content: Any
) -> Way:
    """Archived after 30 days, and opened again at that very instant: 30 days are not over yet."""

    def way() -> Case:
        case = ticked(before)()
        content.setdefault("facts" if kind is c.Reopen else "text_hash", "又停了")
        case.act(kind, by, role, case.now, contact=case.order.contact, **content)
        return case

    return way


DECIDE = (c.DecideSendBack, OBJECTION, "objection_reviewer")
OPEN_MEETING = (c.OpenJointMeeting, SUPERVISOR, "supervisor")
ASK = (c.RecordFollowup, CALLER, "followup_caller")
SUPERVISED = (SUPERVISOR, "supervisor")

WAYS: Final[dict[Arrow, Way]] = {
    (Lodge, "", "received"): received,
    (TakeIn, "received", "submitted"): took(TakeIn, AGENT, "agent", received),
    (c.Submit, "", "submitted"): submitted,
    (c.SendBack, "submitted", "sent_back"): PLACES["sent_back"],
    (c.Revise, "sent_back", "submitted"): took(c.Revise, AGENT, "agent", PLACES["sent_back"]),
    (c.Tick, "sent_back", "submitted"): ticked(PLACES["sent_back"]),
    (c.ConfirmNotAccepted, "submitted", "not_accepted"): PLACES["not_accepted"],
    (c.Approve, "submitted", "approved"): PLACES["approved"],
    (c.Dispatch, "approved", "dispatched"): PLACES["dispatched"],
    (c.Sign, "dispatched", "in_progress"): signed(PLACES["dispatched"]),
    (c.Sign, "replied", "in_progress"): signed(reply_returned(replied)),
    (c.Sign, "replied", "long_run"): signed(reply_returned(by_unit(c.Reply, long_run))),
    (c.Sign, "followup_due", "long_run"): signed(promised_later),
    (c.AskSendBack, "dispatched", "send_back_review"): by_unit(c.AskSendBack, PLACES["dispatched"]),
    (c.AskSendBack, "in_progress", "send_back_review"): PLACES["send_back_review"],
    (c.DecideSendBack, "send_back_review", "approved"): took(*DECIDE, PLACES["send_back_review"]),
    (c.DecideSendBack, "send_back_review", "in_progress"): took(*DECIDE, PLACES["send_back_review"], accepted=False),
    (c.DecideSendBack, "send_back_review", "joint_meeting"): took(*DECIDE, second_return),
    (c.DecideSendBack, "objection_review", "approved"): took(*DECIDE, PLACES["objection_review"]),
    (c.DecideSendBack, "objection_review", "in_progress"): took(*DECIDE, PLACES["objection_review"], accepted=False),
    (c.DecideSendBack, "objection_review", "joint_meeting"): took(*DECIDE, objected(second_return)),
    (c.Object, "send_back_review", "objection_review"): PLACES["objection_review"],
    (c.OpenJointMeeting, "send_back_review", "joint_meeting"): took(*OPEN_MEETING, PLACES["send_back_review"]),
    (c.OpenJointMeeting, "objection_review", "joint_meeting"): PLACES["joint_meeting"],
    (c.DecideJointMeeting, "joint_meeting", "dispatched"): took(
        c.DecideJointMeeting, DUTY_MANAGER, "duty_manager", PLACES["joint_meeting"]
    ),
    (c.DecideSuspension, "in_progress", "suspended"): took(c.DecideSuspension, *SUPERVISED, asked_for_suspension),
    (c.Resume, "suspended", "in_progress"): by_unit(c.Resume, suspended),
    (c.Tick, "suspended", "in_progress"): ticked(suspended),
    (c.DecideLongRun, "in_progress", "long_run"): took(c.DecideLongRun, *SUPERVISED, asked_for_long_run),
    (c.DecideUnreasonable, "in_progress", "completed"): took(
        c.DecideUnreasonable,
        DUTY_MANAGER,
        "duty_manager",
        took(c.ConcurUnreasonable, *SUPERVISED, by_unit(c.ProposeUnreasonable, in_progress)),
    ),
    (c.Reply, "in_progress", "replied"): replied,
    (c.Reply, "rework", "replied"): by_unit(c.Reply, PLACES["rework"]),
    (c.Reply, "long_run", "replied"): by_unit(c.Reply, long_run),
    (c.AcceptReply, "replied", "followup_due"): followup_due,
    (c.AttemptFailed, "followup_due", "followup_failed"): followup_failed,
    (c.RecordFollowup, "followup_due", "completed"): took(*ASK, followup_due),
    (c.RecordFollowup, "followup_failed", "completed"): took(*ASK, followup_failed),
    (c.RecordFollowup, "followup_failed", "followup_due"): took(
        *ASK, followup_failed, solved="not_solved", satisfied="no", reason="slow"
    ),
    (c.ConfirmRework, "followup_due", "rework"): reviewed_again(rework_proposed, agreed=True),
    (c.ConfirmRework, "followup_due", "completed"): reviewed_again(rework_proposed, agreed=False),
    (c.CloseUnreached, "followup_failed", "completed"): took(
        c.CloseUnreached, CALLER, "followup_caller", tried_three_times
    ),
    (c.CloseUnreached, "followup_failed", "followup_due"): took(
        c.CloseUnreached, CALLER, "followup_caller", unreached_neighbour
    ),
    **{(c.Withdraw, state, "withdrawn"): took(c.Withdraw, "citizen", "citizen", PLACES[state]) for state in UNDER_WAY},
    **{
        (c.Transfer, state, "transferred"): took(c.Transfer, DISPATCHER, "dispatcher", PLACES[state])
        for state in UNDER_WAY
        if state != "transferred"
    },
    (c.Inform, "transferred", "informed"): took(c.Inform, DISPATCHER, "dispatcher", received_outside),
    (c.Rate, "followup_due", "completed"): took(c.Rate, "citizen", "citizen", followup_due),
    (c.Rate, "followup_failed", "completed"): took(c.Rate, "citizen", "citizen", followup_failed),
    (c.Rate, "followup_failed", "followup_due"): took(
        c.Rate, "citizen", "citizen", followup_failed, solved="partly", satisfied="no"
    ),
    (c.AskReopen, "completed", "reopen_asked"): PLACES["reopen_asked"],
    (c.AskReopen, "withdrawn", "reopen_asked"): took(c.AskReopen, AGENT, "agent", withdrawn),
    (c.AskReopen, "archived", "reopen_asked"): at_the_last_instant(
        PLACES["completed"], c.AskReopen, "citizen", "citizen", text_hash="ff"
    ),
    (c.DeclineReopen, "reopen_asked", "completed"): took(c.DeclineReopen, REVIEWER, "reviewer", PLACES["reopen_asked"]),
    (c.DeclineReopen, "reopen_asked", "withdrawn"): took(
        c.DeclineReopen, REVIEWER, "reviewer", took(c.AskReopen, "citizen", "citizen", withdrawn)
    ),
    (c.Reopen, "reopen_asked", "dispatched"): took(c.Reopen, REVIEWER, "reviewer", PLACES["reopen_asked"]),
    (c.Reopen, "reopen_asked", "submitted"): took(
        c.Reopen, REVIEWER, "reviewer", took(c.AskReopen, "citizen", "citizen", withdrawn)
    ),
    (c.Reopen, "completed", "dispatched"): took(c.Reopen, REVIEWER, "reviewer", PLACES["completed"]),
    (c.Reopen, "archived", "dispatched"): at_the_last_instant(PLACES["completed"]),
    (c.Reopen, "archived", "submitted"): at_the_last_instant(withdrawn),
    (c.Reopen, "withdrawn", "submitted"): took(c.Reopen, REVIEWER, "reviewer", withdrawn),
    (c.Reopen, "withdrawn", "dispatched"): took(
        c.Reopen, REVIEWER, "reviewer", took(c.Withdraw, "citizen", "citizen", in_progress)
    ),
    **{
        (c.Tick, state, "archived"): ticked(PLACES[state])
        for state in ("not_accepted", "merged", "withdrawn", "completed", "informed")
    },
    (c.Join, "submitted", "merged"): merged,
    (c.Join, "approved", "merged"): lambda: pair(PLACES["approved"](), Case(contact=NEIGHBOURS[3]).to_unit())[0],
    (c.Join, "sent_back", "merged"): lambda: pair(PLACES["sent_back"](), Case(contact=NEIGHBOURS[3]).to_unit())[0],
    (c.Separate, "merged", "submitted"): separated,
    (c.Separate, "archived", "submitted"): separated_late,
}


def test_every_arrow_of_the_table_has_a_way() -> None:
    drawn = {(kind, frm, to) for kind, step in ALL_STEPS.items() for frm, to in step.leads()}
    assert drawn - set(WAYS) == set(), "an arrow that nobody takes"
    assert set(WAYS) - drawn == set(), "a way that is not drawn"


@pytest.mark.parametrize("arrow", WAYS, ids=lambda arrow: f"{arrow[0].__name__} {arrow[1]} → {arrow[2]}")
def test_the_way_leads_where_the_arrow_points(arrow: Arrow) -> None:
    kind, frm, to = arrow
    case = WAYS[arrow]()
    assert place_of(case.order) == to
    assert (frm, to) in ALL_STEPS[kind].leads()


def test_a_neighbours_trouble_declined_goes_on_with_the_others() -> None:
    case = with_neighbour(neighbour_not_content)
    reviewed_again(lambda: case, agreed=False)()
    assert case.order.state == "followup_due" and case.order.holder == "tray:followup"
    case.ask()
    assert case.order.result == "solved"

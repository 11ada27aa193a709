"""What does somebody do next with an order, and when?

For each state one actor of the city: reviewer, dispatcher, unit, follow-up agent … The
answer follows from the order and the seed alone, so a city that was stopped goes on
where it was. Shares and delays are assumptions of the twin, not findings. Pure.
"""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from lianxin.deadlines import UNRESOLVED
from lianxin.ground.clock import DAY_MS, HOUR_MS, MINUTE_MS, Instant
from lianxin.orders import commands as c
from lianxin.orders.order import Order
from lianxin.orders.service import Words
from lianxin.twin import phrases
from lianxin.twin.dice import Dice, command_id, salt_of
from lianxin.twin.world import World


class Action(NamedTuple):
    """A command somebody will give at an instant, with the words it brings."""

    at: Instant
    command: c.Command
    words: Words | None = None


Candidate = Callable[[Order], int | None]
"""Finds an open order of the same matter, for joining; None: there is none."""


def no_candidate(_: Order) -> int | None:
    """Never find one."""
    return None


class Turn:
    """One order's next step: its dice for this step, and dice that stay the same for the whole dispatch."""

    __slots__ = ("candidate", "dice", "order", "plan", "world")

    def __init__(self, world: World, order: Order, candidate: Candidate) -> None:
        self.world = world
        self.order = order
        self.candidate = candidate
        self.dice = Dice(world.seed, order.id, order.seq)
        self.plan = Dice(world.seed, order.id, -order.dispatches - 64 * order.reworks - 4096 * order.extensions - 1)

    def act(self, at: Instant, by: str, role: str, kind: type[c.Command], words: str = "", **more: Any) -> Action:
        """Return the action of somebody; `words` become a text beside the order."""
        order, seed = self.order, self.world.seed
        at = max(at, order.last_at)
        said = Words("", words, salt_of(seed, order.id, order.seq)) if words else None
        if said is not None:
            more[_HASH.get(kind, "text_hash")] = said.hash()
        return Action(at, kind(id=command_id(at, seed, order.id, order.seq, 7), by=by, role=role, **more), said)

    def unit(self, at: Instant, kind: type[c.Command], words: str = "", leader: bool = False, **more: Any) -> Action:
        """Return the action of the unit's contact or leader."""
        officer, role = ("leader", "unit_leader") if leader else ("contact", "unit_contact")
        return self.act(at, f"unit:{self.order.unit}:{officer}", role, kind, words, **more)

    def house(self, at: Instant, role: str, kind: type[c.Command], *not_these: frozenset[str], **more: Any) -> Action:
        """Return the action of somebody on shift who did not act on it before."""
        return self.act(at, self.world.on_duty(role, at, self.dice, *not_these), role, kind, **more)


_HASH: Final[dict[type[c.Command], str]] = {c.Reply: "answer_hash"}


def next_action(world: World, order: Order, candidate: Candidate = no_candidate) -> Action | None:
    """Return what happens next to an order by somebody's hand, None where only the clock moves it."""
    if order.archived_at is not None or order.state in _LEFT_ALONE:
        return None
    return _BY_STATE[order.state](Turn(world, order, candidate))


_LEFT_ALONE: Final = frozenset({"not_accepted", "merged", "withdrawn", "archived"})


def _submitted(turn: Turn) -> Action:
    order, dice, world = turn.order, turn.dice, turn.world
    urgent = order.urgency != "normal"
    at = order.last_at + dice.lognormal(90_000 if urgent else 7 * MINUTE_MS, 0.6)
    if order.proposal == "not_accepted":
        return turn.house(
            at, "shift_lead", c.ConfirmNotAccepted, order.agents, order.reviewers, told="已电话告知法定途径"
        )
    if not urgent:
        into = turn.candidate(order) if turn.plan.chance(0.06) else None
        if into is not None:
            return turn.house(at, "reviewer", c.Join, order.agents, parent=into, reason="同一地点、同一诉求")
        if order.texts == 1 and turn.plan.chance(0.03) and any(who.startswith("staff:") for who in order.agents):
            return turn.house(at, "reviewer", c.SendBack, order.agents, remarks={"place": dice.one_of(phrases.REMARKS)})
        if turn.plan.chance(0.012):
            ground, way = dice.one_of(phrases.NOT_ACCEPTED)
            return turn.house(at, "reviewer", c.ProposeNotAccepted, order.agents, ground=ground, legal_way=way)
        if turn.plan.chance(0.008):
            return turn.act(at, "citizen", "citizen", c.Withdraw, evidence="来电录音")
    return turn.house(
        at,
        "reviewer",
        c.Approve,
        order.agents,
        category=order.category,
        region=order.region,
        urgency=order.urgency,
    )


def _sent_back(turn: Turn) -> Action:
    order, dice = turn.order, turn.dice
    agent = order.offer.to if order.offer is not None else order.holder
    assert agent is not None, order.number
    at = order.last_at + dice.lognormal(25 * MINUTE_MS, 0.7)
    return turn.act(at, agent, "agent", c.Revise, dice.one_of(phrases.CORRECTIONS))


def _approved(turn: Turn) -> Action:
    order, dice, world = turn.order, turn.dice, turn.world
    urgent = order.urgency != "normal"
    at = order.last_at + dice.lognormal(60_000 if urgent else 14 * MINUTE_MS, 0.7)
    if order.category == "9904" or (not urgent and turn.plan.chance(0.012)):
        system = "city-12345" if order.category == "9904" else "sd-12345"
        foreign = f"SD{order.id % 10**9:09d}"
        return turn.house(at, "dispatcher", c.Transfer, order.agents, system=system, foreign_id=foreign)
    unit = world.units.lead_for(order.category, order.region)
    refused = {past.split("|")[0] for past in order.send_backs}
    if unit in refused:
        unit = world.units.office_of(order.region).id
    if unit in refused:
        unit = next(other.id for other in world.units.all if other.id not in refused)
    assist = world.units.assist_for(order.category, order.region)[:1] if turn.plan.chance(0.08) else ()
    return turn.house(
        at,
        "dispatcher",
        c.Dispatch,
        order.agents,
        unit=unit,
        assist=assist,
        basis=f"派单目录 {order.category}",
        directory=world.units.directory.release,
    )


def _dispatched(turn: Turn) -> Action:
    order, dice, plan, world = turn.order, turn.dice, turn.plan, turn.world
    clock = order.clock
    assert clock is not None, order.number
    if order.urgency in ("life_danger", "utilities"):
        wait = plan.lognormal(5 * MINUTE_MS, 0.45)
        return turn.unit(max(clock.start + wait, order.last_at + MINUTE_MS), c.Sign)
    late = plan.chance(0.03)
    wait = plan.between(26 * HOUR_MS, 60 * HOUR_MS) if late else plan.lognormal(100 * MINUTE_MS, 0.9)
    at = world.office(max(clock.start + wait, order.last_at + MINUTE_MS), plan)
    window = clock.window
    if plan.chance(0.05) and not order.reworks and (window is None or window == UNRESOLVED or at < window):
        code = dice.one_of(("R1", "R2", "R2", "R3", "R4"))
        if not any(past.startswith(f"{order.unit}|{code}") for past in order.send_backs):
            return turn.unit(at, c.AskSendBack, code=code, basis="三定规定", suggested=dice.one_of(world.units.all).id)
    return turn.unit(at, c.Sign)


def _send_back_review(turn: Turn) -> Action:
    order, dice, world = turn.order, turn.dice, turn.world
    at = world.office(order.last_at + dice.lognormal(70 * MINUTE_MS, 0.6), dice)
    if dice.chance(0.06):
        return turn.unit(at, c.Object, ground="职责清单未列明本单位")
    accepted = dice.chance(0.6)
    text = "经核目录有误,同意退单" if accepted else "属于本单位职责,请继续办理"
    return turn.house(at, "objection_reviewer", c.DecideSendBack, order.dispatchers, accepted=accepted, text=text)


def _objection_review(turn: Turn) -> Action:
    order, dice, world = turn.order, turn.dice, turn.world
    at = world.office(order.last_at + dice.lognormal(3 * HOUR_MS, 0.5), dice)
    return turn.house(at, "supervisor", c.OpenJointMeeting, order.dispatchers, reason="两家单位职责交叉")


def _joint_meeting(turn: Turn) -> Action:
    order, dice, world = turn.order, turn.dice, turn.world
    at = world.office(order.last_at + dice.between(5 * HOUR_MS, 28 * HOUR_MS), dice)
    unit = order.unit if dice.chance(0.5) else world.units.office_of(order.region).id
    return turn.house(
        at,
        "duty_manager",
        c.DecideJointMeeting,
        unit=unit,
        minutes=f"会商纪要 {order.number}",
        directory=world.units.directory.release,
    )


def _in_progress(turn: Turn) -> Action:
    order, dice, plan, world = turn.order, turn.dice, turn.plan, turn.world
    clock = order.clock
    if clock is None:  # back from the long-run register with a reply that was returned
        return _reply(turn, order.last_at + dice.between(3 * HOUR_MS, 20 * HOUR_MS))
    pending = _pending(turn)
    if pending is not None:
        return pending
    part = _part(turn)
    if part is not None:
        return part
    reply_at = _reply_at(turn)
    if any(promise.kind == "contact" for promise in order.promises.values()):
        at = world.office(order.last_at + plan.lognormal(80 * MINUTE_MS, 0.8), dice)
        if at < reply_at:
            return turn.unit(at, c.LogContact, how=dice.one_of(phrases.CONTACTS))
    soon = world.office(order.last_at + 20 * MINUTE_MS, dice)
    normal = order.urgency == "normal" and clock.due != UNRESOLVED and not order.extensions and not clock.pauses
    fate = plan.throw()
    if normal and clock.yellow is not None and not order.reworks and order.last_kind != "extension_refused":
        ask = world.office(max(soon, clock.due - 30 * HOUR_MS), dice)
        if fate < 0.03 and ask < clock.due:
            return turn.unit(
                ask,
                c.AskExtension,
                leader=True,
                amount=dice.between(2, 9),
                reason="需协调多家单位",
                interim="已现场勘查",
                told="已电话告知来电人",
            )
        middle = world.office(max(soon, clock.start + (clock.due - clock.start) // 3), dice)
        if 0.03 <= fate < 0.042 and middle < clock.due and order.last_kind != "suspension_refused":
            ground = dice.one_of(("appraisal", "court", "season", "asked_to_wait"))
            return turn.unit(
                middle, c.AskSuspension, ground=ground, resume_at=middle + dice.between(3 * DAY_MS, 18 * DAY_MS)
            )
        if 0.042 <= fate < 0.05 and order.last_kind != "long_run_refused":
            return turn.unit(
                soon,
                c.RegisterLongRun,
                leader=True,
                plan="列入季度改造计划",
                milestone_at=soon + dice.between(6 * DAY_MS, 16 * DAY_MS),
            )
        if 0.05 <= fate < 0.055 and not order.owed and not order.parts and order.last_kind != "unreasonable_refused":
            return turn.unit(
                soon,
                c.ProposeUnreasonable,
                ground=dice.one_of(("UR2", "UR5", "UR6")),
                facts="现场核查与反映不符",
                explained="已当面说明依据",
            )
    if 0.055 <= fate < 0.065 and not order.owed and not order.parts and not order.flags & _PUBLIC:
        return turn.act(world.evening(soon, dice), "citizen", "citizen", c.Withdraw, evidence="来电录音")
    if 0.065 <= fate < 0.2 and order.last_kind != "noted" and soon < reply_at - 5 * HOUR_MS:
        at = world.office(order.last_at + (reply_at - order.last_at) // 2, dice)
        return turn.unit(at, c.Note, words=dice.one_of(phrases.PROGRESS), told="已电话告知进展")
    return _reply(turn, max(reply_at, order.last_at + 5 * MINUTE_MS))


_PUBLIC: Final = frozenset({"emergency"})


def _reply_at(turn: Turn) -> Instant:
    """When the unit will have solved it: mostly in time, sometimes late; the same at every step of a dispatch."""
    order, world = turn.order, turn.world
    clock = order.clock
    assert clock is not None, order.number
    plan = Dice(world.seed, order.id, order.dispatches, order.reworks, 3)
    due = clock.due if clock.due != UNRESOLVED else clock.start + 5 * DAY_MS
    if order.urgency in ("life_danger", "utilities"):
        share = plan.between(10, 85) if plan.chance(0.96) else plan.between(101, 180)
        return clock.start + (due - clock.start) * share // 100
    if plan.chance(0.045):
        return world.office(due + plan.lognormal(14 * HOUR_MS, 0.9), plan)
    share = plan.between(12, 82)
    return world.office(clock.start + (due - clock.start) * share // 100, plan)


def _reply(turn: Turn, at: Instant) -> Action:
    order, dice = turn.order, turn.dice
    key = bool(order.flags & {"emergency", "leader_instruction", "media", "group"})
    return turn.unit(
        at if order.urgency in ("life_danger", "utilities") else turn.world.office(at, dice),
        c.Reply,
        words=dice.one_of(phrases.ANSWERS),
        leader=key,
        basis=dice.one_of(phrases.BASES),
        contacted="已电话联系来电人并告知结果",
        signed_by_leader=key,
    )


def _pending(turn: Turn) -> Action | None:
    """Decisions of the house on what the unit asked for."""
    order, dice, world = turn.order, turn.dice, turn.world
    proposal = order.proposal or ""
    if not proposal:
        return None
    at = world.office(order.last_at + dice.lognormal(50 * MINUTE_MS, 0.7), dice)
    assert order.clock is not None, order.number
    if proposal.startswith("extension:"):
        granted = dice.chance(0.8)
        return turn.house(
            at,
            "supervisor",
            c.DecideExtension,
            granted=granted,
            text="同意延期" if granted else "可以按期办结,不同意延期",
        )
    if proposal.startswith("suspend:"):
        overdue = order.clock.due != UNRESOLVED and at >= order.clock.due
        late = int(proposal.split(":")[1]) <= at
        granted = dice.chance(0.85) and not overdue and not late
        return turn.house(
            at, "supervisor", c.DecideSuspension, granted=granted, text="同意挂起" if granted else "不符合挂起条件"
        )
    if proposal.startswith("long_run:"):
        return turn.house(at, "supervisor", c.DecideLongRun, granted=True, told="已告知来电人计划和日期")
    if proposal == "unreasonable":
        agreed = dice.chance(0.7)
        return turn.house(
            at, "supervisor", c.ConcurUnreasonable, agreed=agreed, text="事实清楚" if agreed else "请再与来电人沟通"
        )
    if proposal == "unreasonable:concurred":
        return turn.house(
            at, "duty_manager", c.DecideUnreasonable, agreed=True, text="认定为不合理诉求,已向来电人说明依据"
        )
    return None


def _part(turn: Turn) -> Action | None:
    """Assisting units sign and finish their parts before the lead unit answers."""
    order, dice, world = turn.order, turn.dice, turn.world
    for part in sorted(order.parts.values(), key=lambda one: one.id):
        if part.offer is not None:
            at = world.office(order.last_at + dice.lognormal(90 * MINUTE_MS, 0.7), dice)
            return turn.act(at, f"{part.to}:contact", "unit_contact", c.SignPart, part=part.id)
        if part.holder == part.to:
            at = world.office(order.last_at + dice.lognormal(4 * HOUR_MS, 0.7), dice)
            return turn.act(
                at,
                f"{part.holder}:contact",
                "unit_contact",
                c.FinishPart,
                part=part.id,
                result=dice.one_of(phrases.PROGRESS),
            )
    return None


def _suspended(turn: Turn) -> Action | None:
    return None


def _long_run(turn: Turn) -> Action:
    order, dice, world = turn.order, turn.dice, turn.world
    assert order.milestone_at is not None, order.number
    soon = order.last_at + HOUR_MS
    at = world.office(max(soon, order.milestone_at - dice.between(8 * HOUR_MS, 40 * HOUR_MS)), dice)
    if at >= order.milestone_at:  # a weekend lies before it
        at = world.office(soon, dice)
    if dice.chance(0.45):
        return turn.unit(
            at, c.ReachMilestone, told=dice.one_of(phrases.PROGRESS), next_at=at + dice.between(6 * DAY_MS, 14 * DAY_MS)
        )
    return _reply(turn, at)


def _replied(turn: Turn) -> Action:
    order, dice, world = turn.order, turn.dice, turn.world
    if order.offer is not None:
        at = world.office(order.last_at + dice.lognormal(100 * MINUTE_MS, 0.6), dice)
        return turn.unit(at, c.Sign)
    at = order.last_at + dice.lognormal(9 * MINUTE_MS, 0.6)
    if order.last_kind == "replied" and dice.chance(0.05):
        return turn.house(at, "reviewer", c.ReturnReply, defects=dice.one_of(phrases.DEFECTS))
    return turn.house(at, "reviewer", c.AcceptReply)


def _followup_due(turn: Turn) -> Action:
    order, dice, world = turn.order, turn.dice, turn.world
    proposal = order.proposal or ""
    if proposal == "rework":
        at = order.last_at + dice.lognormal(25 * MINUTE_MS, 0.6)
        agreed = order.reworks < 2 and dice.chance(0.75)
        text = "同意重办,请补正" if agreed else "单位答复有依据,已向来电人说明"
        return turn.house(at, "reviewer", c.ConfirmRework, order.callers, agreed=agreed, text=text)
    if proposal.startswith("later:"):
        return turn.unit(world.office(order.last_at + dice.lognormal(90 * MINUTE_MS, 0.6), dice), c.Sign)
    at = world.evening(order.last_at + dice.lognormal(110 * MINUTE_MS, 0.7), dice)
    if dice.chance(0.2):
        return _unreached(turn, at)
    owed = next(
        (p.to for p in order.promises.values() if p.kind == "followup" and p.to != order.contact), order.contact
    )
    return turn.house(
        at,
        "followup_agent",
        c.RecordFollowup,
        order.agents,
        order.dispatchers,
        order.callers if order.reworks else _NOBODY,
        contact=owed,
        **_answers(turn, at),
    )


_NOBODY: Final[frozenset[str]] = frozenset()


def _unreached(turn: Turn, at: Instant) -> Action:
    order, dice, world = turn.order, turn.dice, turn.world
    again = world.evening(at + dice.between(4 * HOUR_MS, 20 * HOUR_MS), dice)
    result = dice.one_of(("no_answer", "no_answer", "engaged", "refused"))
    return turn.house(
        at, "followup_agent", c.AttemptFailed, order.agents, order.dispatchers, result=result, again_at=again
    )


def _answers(turn: Turn, at: Instant) -> dict[str, Any]:
    dice, order = turn.dice, turn.order
    solved = dice.weighted(
        (("solved", 87.0), ("partly", 3.5), ("not_solved", 4.5), ("promised_later", 1.0), ("cannot_say", 4.0))
    )
    if solved == "promised_later" and order.unit is None:
        solved = "solved"
    good = solved in ("solved", "promised_later")
    shares = (
        (("very", 55.0), ("yes", 30.0), ("basic", 9.0), ("no", 3.0), ("no_comment", 3.0))
        if good
        else (("basic", 30.0), ("no", 45.0), ("very_no", 20.0), ("no_comment", 5.0))
    )
    answers: dict[str, Any] = {
        "contacted": "no" if dice.chance(0.012) else "yes",
        "informed": "differs" if dice.chance(0.008) else "yes",
        "solved": solved,
        "satisfied": dice.weighted(shares),
        "evidence": f"回访录音 {order.number}-{order.attempts + order.reworks}",
    }
    if solved == "promised_later":
        answers["later_at"] = at + dice.between(6 * DAY_MS, 20 * DAY_MS)
    if not good:
        answers["reason"] = dice.one_of(("slow", "not_solved", "answer_wrong", "attitude"))
    return answers


def _followup_failed(turn: Turn) -> Action:
    order, dice, world = turn.order, turn.dice, turn.world
    if order.proposal == "rework":
        return _followup_due(turn)
    assert order.desk_due is not None, order.number
    if order.attempts >= 3 and len(order.promises) <= 1:
        at = world.evening(order.last_at + dice.lognormal(20 * MINUTE_MS, 0.5), dice)
        return turn.house(
            at, "followup_agent", c.CloseUnreached, order.agents, order.dispatchers, link="评价链接短信已发出"
        )
    agreed = order.desk_due - dice.between(0, 30 * MINUTE_MS)
    if order.last_kind != "followup_attempted":  # the time agreed for the next try has passed
        agreed = order.last_at + dice.between(5 * MINUTE_MS, 90 * MINUTE_MS)
    at = world.evening(max(order.last_at + MINUTE_MS, agreed), dice)
    if dice.chance(0.35) and order.attempts < 6:
        return _unreached(turn, at)
    owed = next(
        (p.to for p in order.promises.values() if p.kind == "followup" and p.to != order.contact), order.contact
    )
    return turn.house(
        at,
        "followup_agent",
        c.RecordFollowup,
        order.agents,
        order.dispatchers,
        order.callers if order.reworks else _NOBODY,
        contact=owed,
        **_answers(turn, at),
    )


def _rework(turn: Turn) -> Action:
    order, dice, world = turn.order, turn.dice, turn.world
    if order.offer is not None:
        at = world.office(order.last_at + dice.lognormal(90 * MINUTE_MS, 0.7), dice)
        return turn.unit(at, c.Sign)
    return _reply(turn, max(_reply_at(turn), order.last_at + HOUR_MS))


def _transferred(turn: Turn) -> Action | None:
    order, dice, world = turn.order, turn.dice, turn.world
    if order.closed_at is not None:
        return None
    if order.offer is not None:
        at = order.last_at + dice.lognormal(40 * MINUTE_MS, 0.8)
        return turn.act(at, order.offer.to, "outside", c.Sign, receipt=f"HZ{order.id % 10**9:09d}")
    at = world.evening(order.last_at + dice.between(DAY_MS, 5 * DAY_MS), dice)
    return turn.house(at, "dispatcher", c.Inform, told="已电话告知对方答复")


def _completed(turn: Turn) -> Action | None:
    order, plan, world = turn.order, turn.plan, turn.world
    assert order.closed_at is not None, order.number
    if (
        order.dispatches > 1
        or order.unit is None
        or order.result not in ("solved", "unknown")
        or not plan.chance(0.012)
    ):
        return None
    at = world.evening(order.closed_at + plan.between(2 * DAY_MS, 20 * DAY_MS), plan)
    return turn.house(at, "reviewer", c.Reopen, order.agents, contact=order.contact, facts="同一问题再次出现")


_BY_STATE: Final[dict[str, Callable[[Turn], Action | None]]] = {
    "submitted": _submitted,
    "sent_back": _sent_back,
    "approved": _approved,
    "dispatched": _dispatched,
    "in_progress": _in_progress,
    "send_back_review": _send_back_review,
    "objection_review": _objection_review,
    "joint_meeting": _joint_meeting,
    "suspended": _suspended,
    "replied": _replied,
    "followup_due": _followup_due,
    "followup_failed": _followup_failed,
    "rework": _rework,
    "long_run": _long_run,
    "transferred": _transferred,
    "completed": _completed,
}

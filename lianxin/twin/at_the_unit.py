"""What do the units of the twin do with an order, and when? They sign, ask, answer, sometimes late. Pure."""

from typing import Any, Final

from lianxin.deadlines import UNRESOLVED
from lianxin.ground.clock import DAY_MS, HOUR_MS, MINUTE_MS, Instant
from lianxin.orders import commands as c
from lianxin.orders.order import UnitClock
from lianxin.twin import phrases, watching
from lianxin.twin.at_the_county import give_back, send_on
from lianxin.twin.dice import Dice
from lianxin.twin.turn import Action, Turn


def dispatched(turn: Turn) -> Action:
    order, dice, plan, world = turn.order, turn.dice, turn.plan, turn.world
    clock = order.clock
    assert clock is not None, order.number
    nudged = watching.nudge(turn)
    if nudged is not None:
        return nudged
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


def in_progress(turn: Turn) -> Action:
    order, dice = turn.order, turn.dice
    if order.clock is None:  # back from the long-run register with a reply that was returned
        return _reply(turn, order.last_at + dice.between(3 * HOUR_MS, 20 * HOUR_MS))
    waiting = _pending(turn) or _urged(turn) or watching.instruct(turn) or _relay(turn) or _part(turn) or send_on(turn)
    if waiting is not None:
        return waiting
    reply_at = _reply_at(turn)
    meanwhile = _first_contact(turn, reply_at) or _ask(turn, order.clock, turn.plan.throw(), reply_at)
    return meanwhile or _reply(turn, max(reply_at, order.last_at + 5 * MINUTE_MS))


def _urged(turn: Turn) -> Action | None:
    """The supervisor urges after a red card and at each further step of the ladder, who follows it before that."""
    order, dice = turn.order, turn.dice
    if order.last_kind not in URGED_AFTER:
        return watching.nudge(turn) or watching.word_back(turn)
    at = turn.world.office(order.last_at + dice.lognormal(45 * MINUTE_MS, 0.6), dice)
    return turn.house(at, "supervisor", c.Urge, level=order.level, letter=f"督办〔{order.number}〕{order.cards}")


URGED_AFTER: Final = frozenset({"card_red", "overdue_3", "overdue_5", "overdue_10"})


def _relay(turn: Turn) -> Action | None:
    """Urgent medicine goes from hand to hand (接力): three legs, each begun when the one before is done."""
    order, dice = turn.order, turn.dice
    if order.category != RELAYED or order.urgency == "normal" or order.parted >= 3:
        return None
    if order.targets or turn.world.levels.inside(order.unit or ""):  # a county sends on inside its region only
        return None
    clock = order.clock
    assert clock is not None, order.number
    legs = (f"unit:{order.unit}", "unit:jtj", f"unit:{turn.world.units.office_of(order.region).id}")
    at = order.last_at + dice.between(MINUTE_MS, 4 * MINUTE_MS)
    due = at + dice.between(40 * MINUTE_MS, 90 * MINUTE_MS)
    leg = order.parted
    return turn.unit(at, c.OpenPart, kind="leg", to=legs[leg], due=due, what=phrases.LEGS[leg], after=leg)


RELAYED: Final = "1106"
"""Urgent medicine, as in the case of the dialysis patient."""


def _first_contact(turn: Turn, reply_at: Instant) -> Action | None:
    order, dice = turn.order, turn.dice
    if not any(promise.kind == "contact" for promise in order.promises.values()):
        return None
    at = turn.world.office(order.last_at + turn.plan.lognormal(80 * MINUTE_MS, 0.8), dice)
    return turn.unit(at, c.LogContact, how=dice.one_of(phrases.CONTACTS)) if at < reply_at else None


def _ask(turn: Turn, clock: UnitClock, fate: float, reply_at: Instant) -> Action | None:
    """What some orders need before the answer; `fate` says which, the same at every step of a dispatch."""
    order, dice, world = turn.order, turn.dice, turn.world
    soon = world.office(order.last_at + 20 * MINUTE_MS, dice)
    alone = not order.owed and not order.parts
    if fate < 0.055:
        return _ask_the_house(turn, clock, fate, soon) if _may_ask(turn, clock) else None
    if fate < 0.065 and alone and "emergency" not in order.flags:
        return turn.act(world.evening(soon, dice), "citizen", "citizen", c.Withdraw, evidence="来电录音")
    if 0.065 <= fate < 0.2 and order.last_kind != "noted" and soon < reply_at - 5 * HOUR_MS:
        at = world.office(order.last_at + (reply_at - order.last_at) // 2, dice)
        return turn.unit(at, c.Note, words=dice.one_of(phrases.PROGRESS), told="已电话告知进展")
    return None


def _may_ask(turn: Turn, clock: UnitClock) -> bool:
    """Units ask once, for ordinary orders on a clock in working days, and not again after a refusal."""
    order = turn.order
    ordinary = order.urgency == "normal" and clock.due != UNRESOLVED and clock.yellow is not None
    return ordinary and not (order.extensions or clock.pauses or order.reworks or order.last_kind.endswith("_refused"))


def _ask_the_house(turn: Turn, clock: UnitClock, fate: float, soon: Instant) -> Action | None:
    order, dice, world = turn.order, turn.dice, turn.world
    if fate < 0.03:
        at = world.office(max(soon, clock.due - 30 * HOUR_MS), dice)
        more: dict[str, Any] = {"amount": dice.between(2, 9), "reason": "需协调多家单位", "interim": "已现场勘查"}
        return turn.unit(at, c.AskExtension, leader=True, told="已电话告知来电人", **more) if at < clock.due else None
    if fate < 0.042:
        at = world.office(max(soon, clock.start + (clock.due - clock.start) // 3), dice)
        ground = dice.one_of(("appraisal", "court", "season", "asked_to_wait"))
        resume_at = at + dice.between(3 * DAY_MS, 18 * DAY_MS)
        return turn.unit(at, c.AskSuspension, ground=ground, resume_at=resume_at) if at < clock.due else None
    if fate < 0.05:
        milestone_at = soon + dice.between(6 * DAY_MS, 16 * DAY_MS)
        return turn.unit(soon, c.RegisterLongRun, leader=True, plan="列入季度改造计划", milestone_at=milestone_at)
    if order.owed or order.parts:
        return None
    ground = dice.one_of(("UR2", "UR5", "UR6"))
    return turn.unit(soon, c.ProposeUnreasonable, ground=ground, facts="现场核查与反映不符", explained="已当面说明依据")


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
        words=dice.one_of(phrases.answers(order.category)),
        leader=key,
        basis=phrases.basis(order.category),
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
            text="同意延期" if granted else "可以按期办结，不同意延期",
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
        agreed = not order.others and not order.parts
        why = "认定为不合理诉求，已向来电人说明依据" if agreed else "还有其他来电人在等，请照常答复"
        return turn.house(at, "duty_manager", c.DecideUnreasonable, agreed=agreed, text=why)
    return None


def _part(turn: Turn) -> Action | None:
    """Assisting units sign and finish their parts before the lead unit answers."""
    order, dice, world = turn.order, turn.dice, turn.world
    for part in sorted(order.parts.values(), key=lambda one: one.id):
        if part.offer is not None:
            returned = give_back(turn, part)
            if returned is not None:
                return returned
            at = world.office(order.last_at + dice.lognormal(90 * MINUTE_MS, 0.7), dice)
            if part.kind == "leg":
                at = order.last_at + dice.lognormal(4 * MINUTE_MS, 0.5)
            return turn.act(at, f"{part.to}:contact", "unit_contact", c.SignPart, part=part.id)
        if part.holder == part.to:
            at = world.office(order.last_at + dice.lognormal(4 * HOUR_MS, 0.7), dice)
            if part.kind == "leg":
                at = order.last_at + dice.lognormal(25 * MINUTE_MS, 0.4)
            return turn.act(
                at,
                f"{part.holder}:contact",
                "unit_contact",
                c.FinishPart,
                part=part.id,
                result=dice.one_of(phrases.PROGRESS),
            )
    return None


def long_run(turn: Turn) -> Action:
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


def rework(turn: Turn) -> Action:
    order, dice, world = turn.order, turn.dice, turn.world
    if order.offer is not None:
        at = world.office(order.last_at + dice.lognormal(90 * MINUTE_MS, 0.7), dice)
        return turn.unit(at, c.Sign)
    return _reply(turn, max(_reply_at(turn), order.last_at + HOUR_MS))

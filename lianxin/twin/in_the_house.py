"""What do reviewers, dispatchers and supervisors of the twin do with an order, and when? Pure."""

from lianxin.ground.clock import DAY_MS, HOUR_MS, MINUTE_MS
from lianxin.orders import commands as c
from lianxin.twin import phrases
from lianxin.twin.turn import Action, Turn


def submitted(turn: Turn) -> Action:
    order, dice = turn.order, turn.dice
    urgent = order.urgency != "normal"
    at = order.last_at + dice.lognormal(90_000 if urgent else 7 * MINUTE_MS, 0.6)
    alone = not order.others
    if order.proposal == "not_accepted" and alone:
        return turn.house(
            at, "shift_lead", c.ConfirmNotAccepted, order.agents, order.reviewers, told="已电话告知法定途径"
        )
    if not urgent:
        into = turn.candidate(order) if turn.plan.chance(0.06) else None
        if into is not None:
            return turn.house(at, "reviewer", c.Join, order.agents, parent=into, reason="同一地点、同一诉求")
        if order.texts == 1 and turn.plan.chance(0.03) and any(who.startswith("staff:") for who in order.agents):
            return turn.house(at, "reviewer", c.SendBack, order.agents, remarks={"place": dice.one_of(phrases.REMARKS)})
        if turn.plan.chance(0.012) and alone:
            ground, way = dice.one_of(phrases.NOT_ACCEPTED)
            return turn.house(at, "reviewer", c.ProposeNotAccepted, order.agents, ground=ground, legal_way=way)
        if turn.plan.chance(0.008) and alone:
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


def sent_back(turn: Turn) -> Action:
    order, dice = turn.order, turn.dice
    agent = order.offer.to if order.offer is not None else order.holder
    assert agent is not None, order.number
    at = order.last_at + dice.lognormal(25 * MINUTE_MS, 0.7)
    return turn.act(at, agent, "agent", c.Revise, dice.one_of(phrases.CORRECTIONS))


def approved(turn: Turn) -> Action:
    order, dice, world = turn.order, turn.dice, turn.world
    urgent = order.urgency != "normal"
    at = order.last_at + dice.lognormal(60_000 if urgent else 14 * MINUTE_MS, 0.7)
    if order.category == "9904" or (not urgent and turn.plan.chance(0.012)):
        system = "city-12345" if order.category == "9904" else "sd-12345"
        foreign = f"SD{order.id % 10**9:09d}"
        return turn.house(at, "dispatcher", c.Transfer, order.agents, system=system, foreign_id=foreign)
    unit = _unit_for(turn)
    assist = world.units.assist_for(order.category, order.region)[:1] if turn.plan.chance(0.08) else ()
    assist = tuple(one for one in assist if one not in order.targets)
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


def _unit_for(turn: Turn) -> str:
    """Return who gets it: who leads by the directory, else the county; of whom it is about, one level up."""
    order, units = turn.order, turn.world.units
    lead, office = units.lead_for(order.category, order.region), units.office_of(order.region).id
    barred = {past.split("|")[0] for past in order.send_backs} | order.targets
    usual = (turn.world.levels.above(lead) or office, office) if lead in order.targets else (lead, office)
    return next(one for one in (*usual, *(unit.id for unit in units.all)) if one not in barred)


def send_back_review(turn: Turn) -> Action:
    order, dice, world = turn.order, turn.dice, turn.world
    at = world.office(order.last_at + dice.lognormal(70 * MINUTE_MS, 0.6), dice)
    if dice.chance(0.06):
        return turn.unit(at, c.Object, ground="职责清单未列明本单位")
    accepted = dice.chance(0.6)
    text = "经核目录有误，同意退单" if accepted else "属于本单位职责，请继续办理"
    return turn.house(at, "objection_reviewer", c.DecideSendBack, order.dispatchers, accepted=accepted, text=text)


def objection_review(turn: Turn) -> Action:
    order, dice, world = turn.order, turn.dice, turn.world
    at = world.office(order.last_at + dice.lognormal(3 * HOUR_MS, 0.5), dice)
    return turn.house(at, "supervisor", c.OpenJointMeeting, order.dispatchers, reason="两家单位职责交叉")


def joint_meeting(turn: Turn) -> Action:
    order, dice, world = turn.order, turn.dice, turn.world
    at = world.office(order.last_at + dice.between(5 * HOUR_MS, 28 * HOUR_MS), dice)
    unit = order.unit if dice.chance(0.5) else world.units.office_of(order.region).id
    unit = order.unit if unit in order.targets else unit
    return turn.house(
        at,
        "duty_manager",
        c.DecideJointMeeting,
        unit=unit,
        minutes=f"会商纪要 {order.number}",
        directory=world.units.directory.release,
    )


def replied(turn: Turn) -> Action:
    order, dice, world = turn.order, turn.dice, turn.world
    if order.offer is not None:
        at = world.office(order.last_at + dice.lognormal(100 * MINUTE_MS, 0.6), dice)
        return turn.unit(at, c.Sign)
    at = order.last_at + dice.lognormal(9 * MINUTE_MS, 0.6)
    if order.last_kind == "replied" and dice.chance(0.05):
        return turn.house(at, "reviewer", c.ReturnReply, defects=dice.one_of(phrases.DEFECTS))
    return turn.house(at, "reviewer", c.AcceptReply)


def transferred(turn: Turn) -> Action | None:
    order, dice, world = turn.order, turn.dice, turn.world
    if order.closed_at is not None:
        return None
    if order.offer is not None:
        at = order.last_at + dice.lognormal(40 * MINUTE_MS, 0.8)
        return turn.act(at, order.offer.to, "outside", c.Sign, receipt=f"HZ{order.id % 10**9:09d}")
    at = world.evening(order.last_at + dice.between(DAY_MS, 5 * DAY_MS), dice)
    return turn.house(at, "dispatcher", c.Inform, told="已电话告知对方答复")


def completed(turn: Turn) -> Action | None:
    order, plan, world = turn.order, turn.plan, turn.world
    assert order.closed_at is not None, order.number
    if (
        order.dispatches > 1
        or order.unit is None
        or order.was_closed is not None  # it was asked for before, and declined
        or order.result not in ("solved", "unknown")
        or not plan.chance(0.012)
    ):
        return None
    at = world.evening(order.closed_at + plan.between(2 * DAY_MS, 20 * DAY_MS), plan)
    if plan.chance(0.5):
        return turn.house(at, "reviewer", c.Reopen, contact=order.contact, facts="同一问题再次出现")
    words = plan.one_of(phrases.NEW_FACTS)
    return turn.act(at, "citizen", "citizen", c.AskReopen, words=words, contact=order.contact)


def reopen_asked(turn: Turn) -> Action:
    order, dice, world = turn.order, turn.dice, turn.world
    at = world.office(order.last_at + dice.lognormal(2 * HOUR_MS, 0.6), dice)
    if dice.chance(0.6):
        return turn.house(at, "reviewer", c.Reopen, contact=order.contact, facts="来电人提供了新的情况")
    return turn.house(at, "reviewer", c.DeclineReopen, reason=dice.one_of(phrases.DECLINED), told="已电话告知来电人")

"""From the dispatch tray to who solves it: dispatch, sign, transfer, and who follows it (转办、签收、转出)."""

import msgspec

from lianxin.deadlines import UNRESOLVED
from lianxin.ground.clock import DAY_MS
from lianxin.orders import commands as c
from lianxin.orders.dates import NEWS_EVERY_MS, OFFER_MS, next_card, rule_of, start_clock
from lianxin.orders.order import DISPATCH_TRAY, Offer, Part, UnitClock
from lianxin.orders.pen import PASSING, QUIET, Fields, Pen
from lianxin.orders.refusal import Refused
from lianxin.orders.step import speaks_for
from lianxin.orders.steps.instructions import nothing_instructed
from lianxin.orders.targets import check_takers
from lianxin.promises import Promise
from lianxin.rules import Rules


def dispatch(pen: Pen, cmd: c.Dispatch, rules: Rules) -> None:
    """Offer it to the lead unit; its clock starts now, the dispatch tray holds until it signs."""
    order = pen.order
    if not (cmd.unit and cmd.basis and cmd.directory):
        raise Refused("no_basis", "请选承办单位，并写明派单依据(目录条目或职责清单)。")
    check_takers(order, (cmd.unit, *cmd.assist), pen.levels)
    returned = (past.split("|") for past in order.send_backs)
    if any(past[0] == cmd.unit and len(past) == 2 for past in returned):
        raise Refused("returned_before", "这家单位的退单已经成立，不能再派回去。", "请另选单位，或提请会商。")
    rule = cmd.rule or rule_of(rules, order)
    if rule not in rules.clocks:
        raise Refused("no_such_clock", f"规则包 {rules.ref} 里没有时限“{rule}”。", "请按类别的默认时限派单。")
    send(pen, rules, "dispatched", cmd.unit, cmd.assist, rule, cmd.directory, {"basis": cmd.basis}, cmd.by)


def send(
    pen: Pen,
    rules: Rules,
    kind: str,
    unit: str,
    assist: tuple[str, ...],
    rule: str,
    directory: str,
    say: dict[str, str | int],
    tracker: str,
) -> None:
    """Write the entry of a dispatch: a new unit clock, the offer to the unit, parts for those who assist."""
    order = pen.order
    clock = start_clock(rules, f"unit:{unit}", rule, order.urgency, pen.now)
    pen.write(
        kind,
        state="dispatched",
        holder=None if order.holder == DISPATCH_TRAY else DISPATCH_TRAY,
        offer=Offer(f"unit:{unit}", None),
        tracker=tracker,
        role="dispatcher" if kind == "dispatched" else None,
        clock=clock,
        parts=_shares(pen, unit, assist, clock),
        made=contact_promise(pen, clock),
        unflags=pen.raised(*PASSING),
        say=say,
        fields={
            "unit": unit,
            "directory": directory,
            "desk_due": None,
            "proposal": None,
            "proposed_by": None,
            "cards": -1,
            "card_at": next_card(rules, clock, -1),
            "dispatches": order.dispatches + 1,
        },
    )


def _shares(pen: Pen, unit: str, assist: tuple[str, ...], clock: UnitClock) -> tuple[Part, ...]:
    """Return the parts of the assisting units (协办): within half of the lead unit's time (domain §3.5)."""
    order = pen.order
    half = (clock.due - pen.now) // 2 if clock.due != UNRESOLVED else 3 * DAY_MS
    at_work = {part.to for part in order.parts.values() if part.kind == "assist"}
    takers = [f"unit:{co}" for co in dict.fromkeys(assist) if co != unit and f"unit:{co}" not in at_work]
    due = pen.now + half
    return tuple(
        Part(order.parted + i, "assist", taker, DISPATCH_TRAY, due, Offer(taker, due))
        for i, taker in enumerate(takers, 1)
    )


def contact_promise(pen: Pen, clock: UnitClock) -> tuple[Promise, ...]:
    """Return the promise that the unit contacts the citizen first (首次联系), unless it is open already."""
    if clock.contact_due is None or pen.open("contact"):
        return ()
    return (pen.promise("contact", pen.order.contact, clock.contact_due),)


def sign(pen: Pen, cmd: c.Sign, rules: Rules) -> None:
    """Take what was offered: from this entry on the signer holds (签收)."""
    offer = pen.order.offer
    if offer is None:
        raise Refused("nothing_offered", "这张工单没有等待签收的交接。", "请刷新后查看现在由谁负责。")
    if not speaks_for(cmd.by, offer.to):
        raise Refused("not_yours", "这张工单不是交给您的，请核对单号。")
    take(pen, cmd.receipt)


def take(pen: Pen, receipt: str = "") -> None:
    """Write the signature of the one it is offered to, and what the order is from then on."""
    order = pen.order
    assert order.offer is not None, order.number
    state, clock, fields = _after_signature(pen)
    pen.write(
        "signed",
        state=state,
        holder=order.offer.to,
        no_offer=True,
        no_clock=order.state == "transferred",
        clock=clock,
        unflags=pen.raised("late_sign", "late_desk"),
        fields=fields,
        say={"receipt": receipt} if receipt else {},
    )


def _after_signature(pen: Pen) -> tuple[str | None, UnitClock | None, Fields]:
    """Return the new state, the clock that goes on, and the fields after a signature."""
    order, clock = pen.order, pen.order.clock
    fields: Fields = {"desk_due": None}
    if order.state == "dispatched":
        return "in_progress", None, fields
    if order.state == "transferred":
        return None, None, {**fields, "unit": None}
    if order.state == "followup_due":
        assert order.proposal is not None, order.number
        milestone = int(order.proposal.split(":")[1])
        return "long_run", None, {**fields, "milestone_at": milestone, "proposal": None, "proposed_by": None}
    if order.state == "replied":
        if clock is None:  # it was on the long-run register, and is again
            return "long_run", None, {**fields, "milestone_at": pen.now + NEWS_EVERY_MS}
        return "in_progress", msgspec.structs.replace(clock, replied_at=None), fields
    return None, None, fields if order.state == "rework" else {}


def transfer(pen: Pen, cmd: c.Transfer, rules: Rules) -> None:
    """Offer it to a system outside; the dispatch tray holds until its receipt, the unit's clock runs until then."""
    order = pen.order
    if not (cmd.system and cmd.foreign_id):
        raise Refused("no_foreign_id", "转出要写明转给哪个系统，并有对方的编号或受理凭证。")
    pen.write(
        "transferred",
        state="transferred",
        holder=None if order.holder == DISPATCH_TRAY else DISPATCH_TRAY,
        offer=Offer(f"outside:{cmd.system}", None),
        tracker=order.tracker or cmd.by,
        role="dispatcher",
        made=_own_news(pen),
        say={"system": cmd.system, "foreign_id": cmd.foreign_id},
        unflags=pen.raised(*PASSING),
        fields={**QUIET, "desk_due": pen.now + OFFER_MS},
    )


def _own_news(pen: Pen) -> tuple[Promise, ...]:
    """Return a promise of news to the order's own citizen who has rated already: somebody else answers now."""
    own = pen.order.contact
    return () if pen.open(to=own) else pen.promise_each("news", (own,), pen.now + NEWS_EVERY_MS)


def inform(pen: Pen, cmd: c.Inform, rules: Rules) -> None:
    """Close it: the outside system's answer has reached the citizen and everyone else it is owed to."""
    order = pen.order
    if not cmd.told:
        raise Refused("not_told", "对方的答复要先告知来电人。")
    if order.offer is not None:
        raise Refused("not_received", "对方系统还没有回执，暂不能了结。", "请催对方签收，或改派。")
    if order.parts:
        raise Refused("parts_open", f"还有 {len(order.parts)} 个子项没有办完，暂不能了结。")
    nothing_instructed(pen, "了结")
    pen.close("informed", None, "transferred", cmd.told)


def name_tracker(pen: Pen, cmd: c.NameTracker, rules: Rules) -> None:
    """Let another person of the house follow the order."""
    if not cmd.successor.startswith("staff:"):
        raise Refused("not_of_the_house", "跟踪人要是热线本单位的工作人员。")
    if pen.order.tracker is None:
        raise Refused("not_dispatched", "工单派出后才有跟踪人。")
    pen.write("tracker_named", tracker=cmd.successor, say={"successor": cmd.successor})


def pass_on(pen: Pen, cmd: c.PassOn, rules: Rules) -> None:
    """Give what a leaving person held, was offered or followed to the successor, in one entry if there was any."""
    order, leaver, heir = pen.order, cmd.by, cmd.successor
    offer = order.offer
    holds = order.holder == leaver
    offered = offer is not None and offer.to == leaver
    follows = order.tracker == leaver
    parts = tuple(_inherited(part, leaver, heir) for part in order.parts.values() if leaver in (part.holder, part.to))
    if not (holds or offered or follows or parts):
        return
    pen.write(
        "passed_on",
        holder=heir if holds else None,
        offer=Offer(heir, offer.until) if offered and offer is not None else None,
        tracker=heir if follows else None,
        parts=parts,
        say={"successor": heir},
    )


def _inherited(part: Part, leaver: str, heir: str) -> Part:
    holds = part.holder == leaver
    return msgspec.structs.replace(
        part,
        to=heir if part.to == leaver else part.to,
        holder=heir if holds else part.holder,
        offer=Offer(heir, part.offer.until) if part.offer is not None and part.offer.to == leaver else part.offer,
        n=part.n + 1 if holds else part.n,
    )

"""From the unit's reply to its rework: reply, review, rework (答复、审核、重办)."""

import msgspec

from lianxin.deadlines import UNRESOLVED
from lianxin.orders import commands as c
from lianxin.orders.dates import OFFER_MS, desk_due, next_card, rule_of, start_clock
from lianxin.orders.order import FOLLOWUP_TRAY, REVIEW_TRAY, Offer, Order, UnitClock
from lianxin.orders.pen import Pen
from lianxin.orders.refusal import Refused
from lianxin.orders.steps.dispatch import take
from lianxin.orders.steps.followup import NEXT_ONE, end_if_all_asked, settle_own
from lianxin.orders.steps.instructions import nothing_instructed
from lianxin.rules import Rules

KEY_FLAGS = frozenset({"emergency", "leader_instruction", "media", "group"})
"""Key orders (重件): their replies are signed by the unit's leader."""


def reply(pen: Pen, cmd: c.Reply, rules: Rules) -> None:
    """Hand the answer to the review tray; the unit's clock pauses at this instant. Replying signs for a rework."""
    order = pen.order
    if order.parts:
        raise Refused("parts_open", f"协办单位还有 {len(order.parts)} 个子项没有办完，暂不能答复。")
    if not (cmd.answer_hash and cmd.basis and cmd.contacted):
        raise Refused("no_evidence", "答复要逐项写明内容和依据，以及何时联系过来电人。")
    if order.flags & KEY_FLAGS and not cmd.signed_by_leader:
        raise Refused("leader_signs", "重件的答复要由单位分管领导签发。")
    if order.offer is not None:
        take(pen)
    clock = order.clock
    pen.write(
        "replied",
        state="replied",
        holder=REVIEW_TRAY,
        clock=None if clock is None else msgspec.structs.replace(clock, replied_at=pen.now),
        kept=pen.open("contact"),
        text=cmd.answer_hash,
        text_n=order.texts + 1,
        say={"basis": cmd.basis, "contacted": cmd.contacted},
        unflags=pen.raised("late_desk", "extension_pending", "urged"),
        fields={
            "desk_due": desk_due(rules, "review", pen.now, order.urgency),
            "milestone_at": None,
            "proposal": None,
            "proposed_by": None,
            "on_time": _on_time(order, pen.now),
        },
    )


def _on_time(order: Order, now: int) -> bool | None:
    """Return whether every reply so far came in time; None where the date could not be computed."""
    clock = order.clock
    if order.on_time is False or clock is None:
        return True if order.on_time is None else order.on_time
    return None if clock.due == UNRESOLVED else now < clock.due


def return_reply(pen: Pen, cmd: c.ReturnReply, rules: Rules) -> None:
    """Offer it back to the unit with its defects; once signed, the clock runs on to the same date."""
    order = pen.order
    if not cmd.defects:
        raise Refused("no_defects", "请写明缺了什么(答非所问、未联系、无依据、无佐证)。")
    if order.offer is not None:
        raise Refused("returned", "这份答复已经退给单位修改，等待单位签收。")
    pen.write(
        "reply_returned",
        role="reviewer",
        offer=Offer(f"unit:{order.unit}", pen.now + OFFER_MS),
        say={"defects": cmd.defects},
        unflags=pen.raised("late_desk"),
        fields={"desk_due": None},
    )


def accept_reply(pen: Pen, cmd: c.AcceptReply, rules: Rules) -> None:
    """Let the answer go out to all it is owed to; the unit's clock and supervision end, follow-up is promised."""
    order = pen.order
    if order.offer is not None:
        raise Refused("returned", "这份答复已经退给单位修改，等待单位签收。")
    nothing_instructed(pen, "通过答复")
    due = desk_due(rules, "followup", pen.now, order.urgency)
    pen.write(
        "reply_accepted",
        state="followup_due",
        holder=FOLLOWUP_TRAY,
        role="reviewer",
        kept=pen.open(),
        made=pen.promise_each("followup", order.appellants, due),
        no_clock=True,
        say={"sent_to": len(order.appellants)},
        unflags=pen.raised("late_desk"),
        fields={
            "desk_due": due,
            "answered_at": pen.now,
            **NEXT_ONE,
            "card_at": None,
            "level": -1,
        },
    )


def confirm_rework(pen: Pen, cmd: c.ConfirmRework, rules: Rules) -> None:
    """Send it to the unit again with a new clock, or find the unit's refusal lawful and well explained."""
    order = pen.order
    if order.proposal != "rework":
        raise Refused("no_proposal", "没有等待确认的重办。")
    if not cmd.text:
        raise Refused("no_text", "请写明要重办什么，或为什么不必重办。")
    if order.proposed_by == cmd.by:
        raise Refused("separation", "您在这张工单上做过回访，“确认重办”要由另一位同事来做。")
    if cmd.agreed:
        _order_rework(pen, cmd.text, rules)
    else:
        _leave_it(pen, cmd.text, rules)


def _leave_it(pen: Pen, text: str, rules: Rules) -> None:
    """End it when its own citizen was the one who was asked; otherwise go on asking the others."""
    order = pen.order
    nothing_instructed(pen, "认定不必重办")
    if order.asked != order.contact:
        pen.write(
            "rework_declined",
            kept=pen.open("followup", to=order.asked),
            say={"text": text},
            fields={
                **NEXT_ONE,
                "proposal": None,
                "proposed_by": None,
                "desk_due": desk_due(rules, "followup", pen.now, order.urgency),
            },
        )
        end_if_all_asked(pen, text)
    elif (order.solved_final or order.solved_first) == "solved":
        settle_own(pen, "rework_declined", "solved", {"evidence": text}, {})
    else:
        settle_own(pen, "completed", "not_solved_lawful", {"evidence": text}, {})


def _order_rework(pen: Pen, text: str, rules: Rules) -> None:
    order = pen.order
    rule = "order.rework" if "order.rework" in rules.clocks else rule_of(rules, order)
    clock = start_clock(rules, f"unit:{order.unit}", rule, order.urgency, pen.now)
    most = rules.number("order.rework.max_times")
    difficult = most is not None and order.reworks + 1 >= most
    pen.write(
        "rework_ordered",
        state="rework",
        offer=Offer(f"unit:{order.unit}", pen.now + OFFER_MS),
        kept=pen.open(),
        made=pen.promise_each("answer", order.appellants, clock.due),
        clock=clock,
        say={"text": text},
        unflags=pen.raised("late_desk"),
        fields={
            **fresh_ladder(rules, clock),
            "reworks": order.reworks + 1,
            "settled": None,
            **_supervised(order, difficult),
        },
    )


def _supervised(order: Order, difficult: bool) -> dict[str, str | int | bool | None]:
    """After as many reworks as the pack allows the order is a difficult one, under supervision of level 2 (T7)."""
    return {"level": max(order.level, 2)} if difficult else {}


def fresh_ladder(rules: Rules, clock: UnitClock) -> dict[str, str | int | bool | None]:
    """Return the fields with which the ladder of cards begins anew for a clock, and nothing else is decided."""
    return {
        "proposal": None,
        "proposed_by": None,
        "desk_due": None,
        "cards": -1,
        "card_at": next_card(rules, clock, -1),
    }

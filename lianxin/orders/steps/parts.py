"""Pieces of an order in other hands: shares of co-units, legs of a relay, items (子项、接力)."""

import msgspec

from lianxin.custody import holder_kind
from lianxin.orders import commands as c
from lianxin.orders.order import Offer, Part
from lianxin.orders.pen import Pen
from lianxin.orders.refusal import Refused
from lianxin.orders.step import speaks_for
from lianxin.rules import Rules

_TAKERS = frozenset({"unit", "staff", "outside"})
_KEEPERS_OF_TRAYS = frozenset({"dispatcher", "duty_manager"})


def open_part(pen: Pen, cmd: c.OpenPart, rules: Rules) -> None:
    """Open a piece with a date of its own; its giver holds it until the other signs.

    A leg of a relay (接力) opens only when the one before it is done.
    """
    order = pen.order
    assert order.holder is not None, order.number
    if not cmd.what:
        raise Refused("no_content", "请写明子项的内容。")
    if holder_kind(cmd.to) not in _TAKERS or ":" not in cmd.to:
        raise Refused("no_taker", "请选子项的承接单位或承接人。")
    if cmd.due <= pen.now:
        raise Refused("past_due", "子项的期限要在将来。")
    if cmd.after and (cmd.kind != "leg" or cmd.after > order.parted):
        raise Refused("no_such_part", f"第 {cmd.after} 个子项不能作为前一棒。")
    if cmd.role == "county_office":
        _check_level(pen, cmd)
    part = Part(
        order.parted + 1,
        cmd.kind,
        cmd.to,
        order.holder,
        cmd.due,
        None if cmd.after in order.parts else Offer(cmd.to, cmd.due),
        after=cmd.after,
    )
    pen.write("part_opened", parts=(part,), say={"what": cmd.what, "to": cmd.to})


def _check_level(pen: Pen, cmd: c.OpenPart) -> None:
    """A county's dispatch (二级派单) must be done a working day before the county's own date (domain §3.5)."""
    clock = pen.order.clock
    if clock is not None and clock.yellow is not None and cmd.due > clock.yellow > 0:
        raise Refused("too_late_below", "下一级的期限要比本级至少早 1 个工作日。", "请把子项的期限提前。")


def _part(pen: Pen, part_id: int) -> Part:
    part = pen.order.parts.get(part_id)
    if part is None:
        raise Refused("no_such_part", f"第 {part_id} 个子项不存在，或已经办完。")
    return part


def sign_part(pen: Pen, cmd: c.SignPart, rules: Rules) -> None:
    """Take a part that was offered."""
    part = _part(pen, cmd.part)
    if part.offer is None:
        waits = part.holder != part.to
        told = f"这个子项要等第 {part.after} 个子项办完。" if waits else "这个子项已经签收。"
        raise Refused("not_offered", told)
    if not speaks_for(cmd.by, part.offer.to):
        raise Refused("not_yours", "这个子项不是交给您的。")
    taken = msgspec.structs.replace(part, holder=part.to, offer=None, n=part.n + 1)
    pen.write("part_signed", parts=(taken,), say={"part": part.id})


def finish_part(pen: Pen, cmd: c.FinishPart, rules: Rules) -> None:
    """Close a part; in a relay the leg after it opens for its own taker.

    One that nobody signed for is its giver's to end; in a tray of the house a dispatcher's or duty manager's.
    """
    part = _part(pen, cmd.part)
    of_the_house = part.holder.startswith("tray:") and cmd.role in _KEEPERS_OF_TRAYS
    if not (of_the_house or speaks_for(cmd.by, part.holder)):
        raise Refused("not_yours", "这个子项现在不由您负责。")
    if not cmd.result:
        raise Refused("no_result", "请写明办理结果。")
    following = tuple(
        msgspec.structs.replace(leg, offer=Offer(leg.to, max(leg.due, pen.now)))
        for leg in pen.order.parts.values()
        if leg.after == part.id and leg.offer is None and leg.holder != leg.to
    )
    pen.write("part_finished", parts_closed=(part.id,), parts=following, say={"part": part.id, "result": cmd.result})

"""Pieces of an order in other hands: shares of co-units, legs of a relay, items, what counties send on (子项、接力)."""

from typing import Final

import msgspec

from lianxin.custody import holder_kind
from lianxin.deadlines import UNRESOLVED
from lianxin.orders import commands as c
from lianxin.orders.dates import due_or_none
from lianxin.orders.order import Offer, Part
from lianxin.orders.pen import Pen
from lianxin.orders.refusal import Refused
from lianxin.orders.sources import ruled
from lianxin.orders.states import AGENT, AT_UNIT, OPEN, UNIT
from lianxin.orders.step import Step, Table, speaks_for
from lianxin.orders.steps.below import check_inside, due_of_part, of_an_office
from lianxin.orders.steps.returns import SEND_BACK_CODES, day_end
from lianxin.orders.targets import check_takers, unit_of
from lianxin.rules import Rules

_TAKERS = frozenset({"unit", "staff", "outside"})
_KEEPERS_OF_TRAYS = frozenset({"dispatcher", "duty_manager"})
GIVEN_UP: Final = "|part"
"""Ends the ground of a part that its unit gave back, among the returns of the order."""


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
    unit = unit_of(cmd.to)
    check_takers(order, () if unit is None else (unit,), pen.levels)
    check_inside(pen, cmd)
    if cmd.kind == "below" and not of_an_office(pen, cmd):
        raise Refused("not_an_office", "二级派单由县区热线办或管委会办理。", "请开协办子项，或由转办员派单。")
    due = due_of_part(pen, cmd, rules)
    if due <= pen.now:
        raise Refused("past_due", "子项的期限要在将来。")
    if cmd.after and (cmd.kind != "leg" or cmd.after > order.parted):
        raise Refused("no_such_part", f"第 {cmd.after} 个子项不能作为前一棒。")
    part = Part(
        order.parted + 1,
        cmd.kind,
        cmd.to,
        order.holder,
        due,
        None if cmd.after in order.parts else Offer(cmd.to, due),
        after=cmd.after,
        window=due_or_none(rules, "order.send_back_window", pen.now) if cmd.kind == "below" else None,
    )
    pen.write("part_opened", parts=(part,), say={"what": cmd.what, "to": cmd.to})


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


def return_part(pen: Pen, cmd: c.ReturnPart, rules: Rules) -> None:
    """Give back what a county sent on (向上退回): in the window, once per ground; the county finds another for it."""
    order, part = pen.order, _part(pen, cmd.part)
    if part.kind != "below" or not speaks_for(cmd.by, part.to):
        raise Refused("not_yours", "只有县区转派给本单位的子项可以退回。", "协办事项请与主办单位协商。")
    if not (cmd.code in SEND_BACK_CODES and cmd.basis):
        raise Refused("no_ground", "退回要选理由代码 R1 至 R8，并写明依据。")
    window = part.window
    if window is not None and window != UNRESOLVED and pen.now >= window:
        raise Refused(
            "window_ended",
            f"退回窗口已在{day_end(window)}结束，不能再退。",
            "请继续办理，并与县区热线办协商。",
            ruled(rules, "order.send_back_window"),
        )
    ground = f"{unit_of(part.to)}|{cmd.code}{GIVEN_UP}"
    if ground in order.send_backs:
        raise Refused("same_ground", "同一理由已经退回过一次，不能再次退回。", "可以换用其他理由，或继续办理。")
    pen.write(
        "part_returned",
        parts_closed=(part.id,),
        helped=(),
        send_back=ground,
        say={"part": part.id, "code": cmd.code, "basis": cmd.basis},
    )


PARTS: Final[Table] = {
    c.OpenPart: Step(
        "开子项",
        "open a part",
        ("approved", "dispatched", *AT_UNIT, "rework", "long_run", "joint_meeting"),
        (),
        ("unit_contact", "unit_leader", "county_office", "dispatcher", "supervisor", "duty_manager"),
        open_part,
        "内容、承接方、期限；县区只派给本县区单位，比本级早 1 个工作日",
    ),
    c.SignPart: Step(
        "签收子项", "sign a part", OPEN, (), (*UNIT, "outside", *AGENT, "dispatcher", "duty_manager"), sign_part
    ),
    c.FinishPart: Step(
        "办完子项",
        "finish a part",
        OPEN,
        (),
        (*UNIT, "outside", *AGENT, "dispatcher", "duty_manager"),
        finish_part,
        "办理结果",
    ),
    c.ReturnPart: Step(
        "退回子项", "return a part", OPEN, (), UNIT, return_part, "理由代码、依据；在退单窗口内，同一理由一次"
    ),
}
"""The steps of parts."""

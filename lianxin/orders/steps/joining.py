"""Two orders, one matter: joining and its undoing (并单、撤销并单). Both chains are written by one command.

The joined order closes in the books; what its citizens are owed moves to the order
that goes on, so every one of them still gets an answer.
"""

from lianxin.ground.clock import Instant
from lianxin.orders import commands as c
from lianxin.orders.dates import desk_due, handle_rule
from lianxin.orders.order import CLOSED, REVIEW_TRAY, Order, OrderEntry
from lianxin.orders.pen import Pen
from lianxin.orders.refusal import Refused
from lianxin.orders.steps.intake import QUIET
from lianxin.rules import Rules

JOINABLE = frozenset({"submitted", "sent_back", "approved"})
GOES_ON = frozenset(
    {
        "submitted",
        "approved",
        "dispatched",
        "in_progress",
        "send_back_review",
        "objection_review",
        "joint_meeting",
        "suspended",
        "rework",
        "long_run",
    }
)
"""States in which an order can take another in: its answer is still to come."""

Two = tuple[list[OrderEntry], list[OrderEntry], Order, Order]


def join(child: Order, parent: Order, cmd: c.Join, rules: Rules, now: Instant) -> Two:
    """Return the entries of both orders and both orders after; `parent` is already the root.

    Raises Refused when either is in the wrong state or they are one and the same.
    """
    if child.id == parent.id:
        raise Refused("same", "不能把工单并入它自己。")
    if cmd.role != "reviewer":
        raise Refused("not_your_role", "并单由审核员决定。")
    if child.state not in JOINABLE:
        raise Refused("too_far", "这张工单已经派出,不能再并单。", "可以建立关联。")
    if parent.state not in GOES_ON:
        raise Refused("parent_answered", f"主单 {parent.number} 已经答复或了结,不能再并入。", "请照常办理。")
    if child.parts:
        raise Refused("parts_open", "这张工单还有子项没有办完。")
    if not cmd.reason:
        raise Refused("no_reason", "请写明为什么是同一件事。")
    into, up = Pen(child, cmd, now), Pen(parent, cmd, now)
    owed = tuple(dict.fromkeys((child.contact, *child.owed)))
    strangers = tuple(to for to in owed if to != parent.contact and to not in parent.owed)
    due = (
        parent.clock.due
        if parent.clock is not None
        else rules.due(handle_rule(rules, child.kind, child.urgency), now).due
    )
    into.write(
        "merged",
        state="merged",
        holder="",
        role="reviewer",
        moved=into.open(),
        say={"parent": parent.number, "reason": cmd.reason, "evidence": parent.number},
        fields={**QUIET, "parent": parent.id, "result": "merged"},
    )
    up.write(
        "joined",
        joins=(child.id,),
        owes=strangers,
        made=tuple(up.promise("answer", to, due, i) for i, to in enumerate(strangers, 1)),
        flags=("group",) if len(parent.owed) + len(strangers) + 1 >= 5 and "group" not in parent.flags else (),
        say={"child": child.number, "reason": cmd.reason},
    )
    return into.entries, up.entries, into.order, up.order


def separate(child: Order, parent: Order, cmd: c.Separate, rules: Rules, now: Instant) -> Two:
    """Return the entries of both orders, and both after; the joined one opens again in the review tray."""
    if cmd.role not in ("reviewer", "duty_manager"):
        raise Refused("not_your_role", "撤销并单由审核员决定。")
    if child.state != "merged":
        raise Refused("not_joined", "这张工单没有并单。")
    if not cmd.reason:
        raise Refused("no_reason", "请写明为什么不是同一件事。")
    own, up = Pen(child, cmd, now), Pen(parent, cmd, now)
    owed = tuple(dict.fromkeys((child.contact, *child.owed)))
    due = rules.due(handle_rule(rules, child.kind, child.urgency), now).due
    own.write(
        "separated",
        state="submitted",
        holder=REVIEW_TRAY,
        made=tuple(own.promise("answer", to, due, i) for i, to in enumerate(owed, 1)),
        say={"parent": parent.number, "reason": cmd.reason},
        fields={"parent": None, "result": "", "desk_due": desk_due(rules, "review", now, child.urgency)},
    )
    leaving = tuple(to for to in owed if to in parent.owed)
    up.write(
        "parted",
        unjoins=(child.id,),
        owes_not=leaving if parent.state not in CLOSED else (),
        moved=tuple(p.id for p in up.order.promises.values() if p.to in leaving),
        say={"child": child.number, "reason": cmd.reason},
    )
    return own.entries, up.entries, own.order, up.order

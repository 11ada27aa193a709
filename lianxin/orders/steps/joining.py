"""Several orders, one matter: joining and its undoing (并单、撤销并单). All their chains are written by one command.

The joined order closes in the books; what its citizens are owed moves to the order
that goes on, with the date they were told, so every one of them still gets an answer.
"""

from collections.abc import Sequence

from lianxin.ground.clock import Instant
from lianxin.orders import commands as c
from lianxin.orders.dates import answer_due, desk_due, rule_of
from lianxin.orders.order import REVIEW_TRAY, Order, OrderEntry
from lianxin.orders.pen import Pen
from lianxin.orders.project import units_of
from lianxin.orders.refusal import Refused
from lianxin.orders.sources import LAW
from lianxin.orders.step import Step, Table, permit
from lianxin.orders.steps.citizens import grown
from lianxin.orders.steps.followup import end_if_all_asked
from lianxin.orders.steps.instructions import nothing_instructed
from lianxin.orders.steps.reopening import close_again
from lianxin.promises import Promise
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

JOIN = Step(
    "并单", "join", tuple(sorted(JOINABLE)), ("merged",), ("reviewer",), None, "主单单号、为什么是同一件事", ("agent",)
)
SEPARATE = Step(
    "撤销并单",
    "undo the joining",
    ("merged", "archived"),
    ("submitted",),
    ("reviewer", "duty_manager"),
    None,
    "为什么不是同一件事",
)
PAIRS: Table = {c.Join: JOIN, c.Separate: SEPARATE}
"""Steps that write several orders at once."""

Two = tuple[list[OrderEntry], list[OrderEntry], Order, Order]
Written = tuple[list[OrderEntry], Order]


def join(child: Order, parent: Order, cmd: c.Join, rules: Rules, now: Instant) -> Two:
    """Return the entries of both orders and both orders after; `parent` is already the root, `rules` are the parent's.

    Raises Refused when either is in the wrong state or they are one and the same.
    """
    permit(child, cmd, JOIN, PAIRS)
    if child.id == parent.id:
        raise Refused("same", "不能把工单并入它自己。")
    if parent.state not in GOES_ON:
        raise Refused("parent_answered", f"主单 {parent.number} 已经答复或了结，不能再并入。", "请照常办理。")
    if child.parts:
        raise Refused("parts_open", "这张工单还有子项没有办完。")
    if child.instructions:
        raise Refused("instruction_open", "这张工单有领导批示没有答复，不能并入。", "请先答复批示，或照常派发。")
    if not cmd.reason:
        raise Refused("no_reason", "请写明为什么是同一件事。")
    _check_secrecy(child, parent)
    into, up = Pen(child, cmd, now), Pen(parent, cmd, now)
    came_by = (child.contact, *child.owed)
    newcomers = tuple(to for to in dict.fromkeys(came_by) if to not in parent.appellants)
    into.close(
        "merged",
        "merged",
        "merged",
        parent.number,
        {"parent": parent.id},
        role="reviewer",
        kept=(),
        moved=into.open(),
        say={"parent": parent.number, "reason": cmd.reason},
    )
    up.write(
        "joined",
        joins=(child.id,),
        owes=came_by,
        made=_carried(up, child, newcomers, answer_due(rules, parent, now)),
        targets=tuple(sorted(parent.targets | child.targets)) if child.targets - parent.targets else None,
        say={"child": child.number, "reason": cmd.reason},
        **grown(parent, len(newcomers)),
    )
    return into.entries, up.entries, into.order, up.order


def _check_secrecy(child: Order, parent: Order) -> None:
    """Return if joining tells nobody what the child keeps from them. Raises Refused."""
    if "confidential" in child.flags and "confidential" not in parent.flags:
        raise Refused("secret_alone", "保密工单只能并入保密工单。", "请单独派发，办理结果分别告知。")
    have = child.targets & set(units_of(parent))
    if have:
        raise Refused(
            "self_dispatch",
            f"主单正由{'、'.join(sorted(have))}办理，而这张工单反映的正是该单位，不能并入。",
            "请单独派给上一级办理。",
            LAW["self_dispatch"],
        )


def _carried(pen: Pen, left: Order, to: Sequence[int], otherwise: Instant) -> tuple[Promise, ...]:
    """Return the promises of an answer to these contacts with the date they were told on the order they leave."""
    told = {promise.to: promise.due for promise in left.promises.values() if promise.kind == "answer"}
    dates = [told.get(one, otherwise) for one in to]
    return tuple(
        pen.promise("answer", one, due if due is not None and due > pen.now else otherwise, i)
        for i, (one, due) in enumerate(zip(to, dates, strict=True), 1)
    )


def separate(
    child: Order, ancestors: Sequence[Order], cmd: c.Separate, rules: Rules, now: Instant
) -> tuple[Written, list[Written]]:
    """Return the entries and the order after, of the child and of each it was united with.

    ancestors  the order it was joined to, and whatever that one was joined to since, up to the root
    The child opens again in the review tray; nobody it came for is owed by the others any more,
    except who came by another way as well.
    """
    permit(child, cmd, SEPARATE, PAIRS)
    if child.result != "merged" or child.parent is None:
        raise Refused("not_joined", "这张工单没有并单。")
    assert ancestors and ancestors[0].id == child.parent, child.number
    if not cmd.reason:
        raise Refused("no_reason", "请写明为什么不是同一件事。")
    own, root = Pen(child, cmd, now), ancestors[-1]
    due = rules.due(rule_of(rules, child), now).due
    own.write(
        "separated",
        state="submitted",
        holder=REVIEW_TRAY,
        made=_carried(own, root, child.appellants, due),
        say={"parent": ancestors[0].number, "reason": cmd.reason},
        fields={
            "parent": None,
            "result": "",
            "archived_at": None,
            "desk_due": desk_due(rules, "review", now, child.urgency),
        },
    )
    return (own.entries, own.order), [_let_go(child, order, cmd, now) for order in ancestors]


def _let_go(child: Order, order: Order, cmd: c.Separate, now: Instant) -> Written:
    """Write that an order no longer answers for the child."""
    pen = Pen(order, cmd, now)
    rest, leaving = list(order.owed), []
    for to in (child.contact, *child.owed):
        if to in rest:
            rest.remove(to)
            leaving.append(to)
    gone = {to for to in leaving if to not in rest and to != order.contact}
    pen.write(
        "parted",
        unjoins=(child.id,) if child.id in order.joined else (),
        owes_not=tuple(leaving),
        moved=tuple(promise.id for promise in order.promises.values() if promise.to in gone),
        say={"child": child.number, "reason": cmd.reason},
    )
    _end_if_bare(pen, child)
    return pen.entries, pen.order


def _end_if_bare(pen: Pen, child: Order) -> None:
    """Close an order that owes nobody anything once the child has gone, with everything that was still to be done."""
    order, evidence = pen.order, f"撤销并单，由 {child.number} 单独办理"
    if order.closed_at is not None or order.promises:
        return
    if order.state == "reopen_asked":
        nothing_instructed(pen, "撤销并单")
        close_again(pen, "reopen_declined", evidence, {})
    else:
        end_if_all_asked(pen, evidence)

"""A closed matter comes back (重新打开): a citizen asks with new facts, a reviewer decides, and both are on record.

Whoever asks opens the order in the books again at once: it lies in the review tray with a
date and a promised answer, so the question cannot sink. Decided against, it is closed as it
was closed before, with the reason that the citizen was told. Pure.
"""

from typing import Final

from lianxin.ground.clock import DAY_MS, Instant
from lianxin.orders import commands as c
from lianxin.orders.dates import desk_due, rule_of, start_clock
from lianxin.orders.order import DISPATCH_TRAY, REVIEW_TRAY, Offer, Order
from lianxin.orders.pen import Fields, Pen
from lianxin.orders.refusal import Refused
from lianxin.orders.states import AGENT
from lianxin.orders.step import Step, Table
from lianxin.orders.steps.answer import fresh_ladder
from lianxin.orders.steps.instructions import nothing_instructed
from lianxin.rules import Rules

WITHIN_MS: Final = 30 * DAY_MS
"""So long after it was closed the first time it may come back (domain §3.3, step 30)."""
REOPENABLE: Final = frozenset({"solved", "unknown", "no_contact", "not_solved_lawful", "unreasonable", "withdrawn"})
"""What may be opened again; a withdrawal too, because it may have been made under pressure."""
_CLOSED: Final = ("completed", "withdrawn", "archived")


def ask_reopen(pen: Pen, cmd: c.AskReopen, rules: Rules) -> None:
    """Open it in the books for the reviewer to decide; whoever asks is promised an answer."""
    order = pen.order
    _check_reopenable(order, pen.now)
    if not cmd.text_hash:
        raise Refused("no_facts", "请写明有什么新的情况。", "例如：问题又出现了，答复中说的没有做到。")
    due = desk_due(rules, "reopen_review", pen.now)
    asker = cmd.contact if cmd.contact in order.appellants else order.contact
    pen.write(
        "reopen_asked",
        state="reopen_asked",
        holder=REVIEW_TRAY,
        made=(pen.promise("answer", asker, due),),
        text=cmd.text_hash,
        text_n=order.texts + 1,
        say={"contact": cmd.contact},
        fields={
            "was_state": "withdrawn" if order.result == "withdrawn" else "completed",
            "was_closed": _first_closed(order),
            "archived_at": None,
            "desk_due": due,
        },
    )


def decline_reopen(pen: Pen, cmd: c.DeclineReopen, rules: Rules) -> None:
    """Close it as it was closed before; the citizen was told why."""
    if not cmd.reason:
        raise Refused("no_reason", "请写明为什么不重新办理。")
    if not cmd.told:
        raise Refused("not_told", "不重新办理要先把理由告知来电人。", "请写明何时以何种方式告知了什么。")
    nothing_instructed(pen, "了结")
    close_again(pen, "reopen_declined", cmd.told, {"reason": cmd.reason})


def close_again(pen: Pen, kind: str, evidence: str, say: dict[str, str | int]) -> None:
    """Close an order of which only the reopening was asked for, as it stood before."""
    order = pen.order
    assert order.was_state is not None, order.number
    pen.close(kind, order.was_state, order.result, evidence, {"was_state": None}, say=say)


def _first_closed(order: Order) -> Instant:
    closed = order.was_closed if order.was_closed is not None else order.closed_at
    assert closed is not None, order.number
    return closed


def _check_reopenable(order: Order, now: Instant) -> None:
    if order.result not in REOPENABLE:
        raise Refused("not_reopenable", "这张工单不是办结的，不能重新打开。", "请新建工单。")
    if now - _first_closed(order) > WITHIN_MS:
        raise Refused("too_late", "办结已超过 30 天，不能重新打开。", "请新建工单并关联原单。")


def reopen(pen: Pen, cmd: c.Reopen, rules: Rules) -> None:
    """Open it again with new facts: for its unit with a new clock, or for review if none had it."""
    order = pen.order
    if order.was_state is None:  # nobody asked: the reviewer was told in another way
        _check_reopenable(order, pen.now)
    if not cmd.facts:
        raise Refused("no_facts", "重新打开要写明新的事实。")
    newcomer = (cmd.contact,) if cmd.contact not in order.appellants else ()
    owed = (*order.appellants, *newcomer)
    rule = rule_of(rules, order)
    again: Fields = {"archived_at": None, "result": "", "was_state": None, "was_closed": None}
    if order.unit is None:
        pen.write(
            "reopened",
            state="submitted",
            holder=None if order.holder == REVIEW_TRAY else REVIEW_TRAY,
            role="reviewer",
            kept=pen.open(),
            made=pen.promise_each("answer", owed, rules.due(rule, pen.now).due),
            owes=newcomer,
            flags=("reopened",),
            unflags=pen.raised("late_desk"),
            say={"facts": cmd.facts},
            fields={**again, "desk_due": desk_due(rules, "review", pen.now, order.urgency)},
        )
        return
    clock = start_clock(rules, f"unit:{order.unit}", rule, order.urgency, pen.now)
    pen.write(
        "reopened",
        state="dispatched",
        holder=DISPATCH_TRAY,
        offer=Offer(f"unit:{order.unit}", None),
        clock=clock,
        role="reviewer",
        kept=pen.open(),
        made=pen.promise_each("answer", owed, clock.due),
        owes=newcomer,
        flags=("reopened",),
        unflags=pen.raised("unreasonable", "late_desk"),
        say={"facts": cmd.facts},
        fields={**fresh_ladder(rules, clock), **again, "dispatches": order.dispatches + 1},
    )


REOPENING: Final[Table] = {
    c.AskReopen: Step(
        "申请重新办理",
        "ask for reopening",
        _CLOSED,
        ("reopen_asked",),
        ("citizen", *AGENT),
        ask_reopen,
        "新的情况；办结后 30 天内",
    ),
    c.DeclineReopen: Step(
        "不重新办理",
        "decline to reopen",
        ("reopen_asked",),
        ("completed", "withdrawn"),
        ("reviewer",),
        decline_reopen,
        "理由，已告知来电人",
        ("agent",),
    ),
    c.Reopen: Step(
        "重新打开",
        "reopen",
        ("reopen_asked", *_CLOSED),
        ("dispatched", "submitted"),
        ("reviewer",),
        reopen,
        "新的事实；办结后 30 天内",
        ("agent",),
        (
            ("reopen_asked", "dispatched"),
            ("reopen_asked", "submitted"),
            ("completed", "dispatched"),
            ("withdrawn", "dispatched"),
            ("withdrawn", "submitted"),
            ("archived", "dispatched"),
            ("archived", "submitted"),
        ),
    ),
}
"""The steps by which a closed order comes back, or stays closed."""

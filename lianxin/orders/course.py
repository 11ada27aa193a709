"""What has happened to an order, as a line that one can read (全程轨迹)?

From the entries alone, newest first: who gave, who took, signed or not, with which
evidence, and which promises were kept or broken by it. Pure.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

from lianxin.ground.clock import Instant
from lianxin.orders.order import Order, OrderEntry, Promise

Node = Literal["start", "note", "hand", "wait", "over", "now"]
"""How a step is drawn: begun, noted, handed over, waiting for a signature, overdue, latest."""

HIDDEN_SAY = frozenset({"letter", "to", "due", "promise", "contact", "sent_to", "part", "successor"})
_OVERDUE = ("sign_overdue", "card_red", "overdue_3", "overdue_5", "overdue_10", "promise_broken", "desk_overdue")
_OVERDUE_ALSO = ("part_overdue", "milestone_missed", "handover_lapsed", "instruction_overdue")


class Settled(msgspec.Struct, frozen=True):
    """A promise that this step kept or broke; `early_ms` is how long before its date, None without one."""

    kind: str
    kept: bool
    early_ms: int | None


class CourseStep(msgspec.Struct, frozen=True):
    """One step.

    kind          what happened, a word of the room
    giver, taker  holders, where responsibility was passed on
    offered       who is asked to sign, where a handover begins
    pending       that signature is still to come: the giver holds
    wait_ms       how long the taker took to sign
    say           evidence and reasons by name
    text_n        number of the text it brought, if any
    """

    seq: int
    at: Instant
    kind: str
    actor: str
    node: Node
    giver: str | None = None
    taker: str | None = None
    offered: str | None = None
    pending: bool = False
    wait_ms: int | None = None
    say: dict[str, str | int] = {}
    settled: tuple[Settled, ...] = ()
    text_n: int | None = None


def course_of(order: Order, entries: Sequence[OrderEntry]) -> tuple[CourseStep, ...]:
    """Return the course of an order from all its entries in their order, newest first."""
    promises: dict[int, Promise] = {}
    offered_at: Instant | None = None
    steps = []
    for entry in entries:
        promises.update({promise.id: promise for promise in (*entry.redated, *entry.made)})
        signing = entry.no_offer and bool(entry.holder)
        wait_ms = entry.at - offered_at if signing and offered_at is not None else None
        steps.append(_step(order, entry, promises, wait_ms, len(entries)))
        offered_at = entry.at if entry.offer is not None else offered_at
    return tuple(reversed(steps))


def handovers(course: Sequence[CourseStep]) -> int:
    """Return how often responsibility was passed on."""
    return sum(step.giver is not None and step.taker is not None for step in course)


def _step(
    order: Order, entry: OrderEntry, promises: dict[int, Promise], wait_ms: int | None, last_seq: int
) -> CourseStep:
    offered = entry.offer.to if entry.offer is not None else None
    pending = (
        offered is not None and order.offer is not None and order.offer.to == offered and _latest_offer(order, entry)
    )
    return CourseStep(
        seq=entry.seq,
        at=entry.at,
        kind=entry.kind,
        actor=entry.actor,
        node=_node(entry, pending, entry.seq == last_seq),
        giver=entry.giver if entry.holder else None,
        taker=entry.holder or None,
        offered=offered,
        pending=pending,
        wait_ms=wait_ms,
        say={name: value for name, value in entry.say.items() if name not in HIDDEN_SAY and value != ""},
        settled=tuple(_settled(entry, promises)),
        text_n=entry.text_n,
    )


def _latest_offer(order: Order, entry: OrderEntry) -> bool:
    """Whether the order still waits for the signature that this entry asked for."""
    return order.closed_at is None and order.held_since <= entry.at


def _node(entry: OrderEntry, pending: bool, last: bool) -> Node:
    if entry.kind in _OVERDUE or entry.kind in _OVERDUE_ALSO:
        return "over"
    if pending:
        return "wait"
    if last:
        return "now"
    if entry.seq == 1:
        return "start"
    return "hand" if entry.holder else "note"


def _settled(entry: OrderEntry, promises: dict[int, Promise]) -> list[Settled]:
    found = []
    for kept, ids in ((True, entry.kept), (False, entry.broken)):
        for promise in (promises[promise_id] for promise_id in ids if promise_id in promises):
            early = None if promise.due is None else promise.due - entry.at
            found.append(Settled(promise.kind, kept, early))
    return found

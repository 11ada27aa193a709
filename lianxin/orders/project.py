"""Which rows follow from an order's entries? Everything the lists and the books read, and nothing else.

Pure. The audit builds the same rows from the chain and compares: a row that says
something else than the entries is found.
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from lianxin.custody import Move
from lianxin.ground.clock import Instant
from lianxin.orders.dates import next_date
from lianxin.orders.evolve import apply
from lianxin.orders.order import Instruction, Order, OrderEntry
from lianxin.promises import Promise, PromiseRow, settled
from lianxin.units import UNIT_KEY

_NUMBER: Final = re.compile(r":\d+$")


class OrderRow(msgspec.Struct, gc=False):
    """An order as it stands in lists, as `orders_write` takes it.

    units    the units that have it or a part of it;  targets  those that are reported about
    actors   the people who hold it, were offered it, follow it or acted on it
    proposal what waits for a decision (`extension`, `suspend`, `unreasonable:concurred` …), without its number
    """

    id: int
    number: str
    state: str
    holder: str | None
    held: Instant | None
    offered: str | None
    tracker: str | None
    unit: str | None
    kind: str
    category: str
    region: str
    urgency: str
    flags: tuple[str, ...]
    contact: int
    parent: int | None
    pack: str
    opened: Instant
    due: Instant | None
    next: Instant | None
    closed: Instant | None
    archived: Instant | None
    person: str | None
    units: tuple[str, ...]
    targets: tuple[str, ...]
    actors: tuple[str, ...]
    proposal: str | None


class EventRow(msgspec.Struct, gc=False):
    """A line in the books of the day: opened or closed."""

    order: int
    seq: int
    at: Instant
    what: str


class InstructionRow(msgspec.Struct, gc=False):
    """A leader's instruction as `instructions_write` takes it; answered: when, by whom and with which text."""

    order: int
    n: int
    by: str
    at: Instant
    due: Instant | None
    text_n: int
    answered: Instant | None = None
    answered_by: str | None = None
    answer_n: int | None = None


class TimerRow(msgspec.Struct, gc=False):
    """The next date of a subject; due None: it has none any more."""

    subject: int
    due: Instant | None


class Rows(NamedTuple):
    """What some entries change in the tables, in the order in which it happened."""

    moves: list[Move]
    promises: list[PromiseRow]
    events: list[EventRow]
    instructions: list[InstructionRow]


def row_of(order: Order) -> OrderRow:
    """Return the order's row. Its due date is the unit's while a unit's clock runs, else the earliest promise's."""
    return OrderRow(
        order.id,
        order.number,
        order.state,
        order.holder,
        order.held_since if order.holder is not None else None,
        order.offer.to if order.offer is not None else None,
        order.tracker,
        order.unit,
        order.kind,
        order.category,
        order.region,
        order.urgency,
        tuple(sorted(order.flags)),
        order.contact,
        order.parent,
        order.pack,
        order.opened_at,
        due_of(order),
        next_date(order),
        order.closed_at,
        order.archived_at,
        order.person,
        units_of(order),
        tuple(sorted(order.targets)),
        actors_of(order),
        None if order.proposal is None else _NUMBER.sub("", order.proposal),
    )


def units_of(order: Order) -> tuple[str, ...]:
    """Return the units that have the order, or had or have a part of it on the present dispatch."""
    takers = [part.to for part in order.parts.values()]
    units = {taker.removeprefix(UNIT_KEY) for taker in takers if taker.startswith(UNIT_KEY)} | order.helped
    return tuple(sorted(units if order.unit is None else {*units, order.unit}))


def actors_of(order: Order) -> tuple[str, ...]:
    """Return the people who hold the order or a part, were offered it, follow it or acted on it in a role."""
    acted = order.agents | order.reviewers | order.dispatchers | order.callers | order.first_callers
    hold = [order.holder, order.tracker, None if order.offer is None else order.offer.to]
    hold += [key for part in order.parts.values() for key in (part.holder, part.to)]
    return tuple(sorted(key for key in {*acted, *hold} if key is not None and _is_a_person(key)))


def _is_a_person(key: str) -> bool:
    """Tell `staff:1023` and `unit:zjj:contact` from trays, whole units, outside systems and the citizen."""
    kind, _, name = key.partition(":")
    return kind == "staff" or (kind == "unit" and ":" in name)


def due_of(order: Order) -> Instant | None:
    """Return until when the holder must act: the unit's clock, else the earliest promise; None: unknown or closed."""
    if order.closed_at is not None:
        return None
    if order.clock is not None and order.clock.paused is None:
        return order.clock.due if order.clock.due > 0 else None
    return min((promise.due for promise in order.promises.values() if promise.due is not None), default=None)


def rows_of(before: Order, entries: Sequence[OrderEntry]) -> Rows:
    """Return the rows that these entries add to what `before` had."""
    order = msgspec.structs.replace(before)
    rows = Rows([], [], [], [])
    for entry in entries:
        step(order, entry, rows)
    return rows


def step(order: Order, entry: OrderEntry, rows: Rows) -> None:
    """Apply one entry to the order (in place) and append the rows it makes."""
    promises, parts, instructions = order.promises, order.parts, order.instructions
    was_open = order.n > 0 and order.closed_at is None
    apply(order, entry)
    if entry.holder is not None:
        holder = entry.holder or None
        rows.moves.append(Move(order.id, 0, order.n, holder, entry.at))
        if was_open != (holder is not None):
            rows.events.append(EventRow(order.id, entry.seq, entry.at, "closed" if was_open else "opened"))
    for part in entry.parts:
        known = parts.get(part.id)
        if known is None or known.n != part.n:
            rows.moves.append(Move(order.id, part.id, part.n, part.holder, entry.at))
    for part_id in entry.parts_closed:
        rows.moves.append(Move(order.id, part_id, parts[part_id].n, None, entry.at))
    _promise_rows(order.id, promises, entry, rows.promises)
    if entry.instructions or entry.answered:
        _instruction_rows(order.id, instructions, entry, rows.instructions)


def _promise_rows(subject: int, promises: dict[int, Promise], entry: OrderEntry, rows: list[PromiseRow]) -> None:
    for promise in (*entry.redated, *entry.made):
        rows.append(settled(subject, promise, "open", None))
    for state, ids in (("kept", entry.kept), ("broken", entry.broken), ("moved", entry.moved)):
        for promise_id in ids:
            rows.append(settled(subject, promises[promise_id], state, entry.at))


def _instruction_rows(
    subject: int, instructions: dict[int, Instruction], entry: OrderEntry, rows: list[InstructionRow]
) -> None:
    for one in entry.instructions:
        rows.append(InstructionRow(subject, one.id, one.by, one.at, one.due, one.text_n))
    for number in entry.answered:
        one = instructions[number]
        answer = (entry.at, entry.actor, entry.text_n)
        rows.append(InstructionRow(subject, one.id, one.by, one.at, one.due, one.text_n, *answer))

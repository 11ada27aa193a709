"""What is an order after an entry? The only place where an order changes.

Pure, and free of rules: the effects stand in the entry. `apply` works in place and is
for owners of a value nobody else sees (replay, audit, twin); `evolve` leaves the order as it was.
"""

from collections.abc import Iterable

import msgspec

from lianxin.orders.order import Order, OrderEntry

_ROLES = {"agent": "agents", "reviewer": "reviewers", "dispatcher": "dispatchers", "caller": "callers"}
FIELDS = frozenset(
    {
        "answered_at",
        "archived_at",
        "asked",
        "attempt_days",
        "attempt_on",
        "attempts",
        "card_at",
        "cards",
        "category",
        "citizen_since",
        "contact",
        "desk_due",
        "directory",
        "dispatches",
        "extensions",
        "kind",
        "level",
        "milestone_at",
        "number",
        "on_time",
        "opened_at",
        "pack",
        "parent",
        "person",
        "proposal",
        "proposed_by",
        "region",
        "result",
        "resume_at",
        "reworks",
        "satisfied_final",
        "satisfied_first",
        "settled",
        "solved_final",
        "solved_first",
        "unit",
        "urgency",
        "urges",
        "was_closed",
        "was_state",
    }
)
"""The values an entry may replace by name."""
_DISPATCHED = frozenset({"dispatches", "unit"})
"""Values that change with a dispatch, and with its end: who helped with the one before helps no more."""


def evolve(order: Order, entry: OrderEntry) -> Order:
    """Return the order after the entry; the order given is left as it was."""
    after = msgspec.structs.replace(order)
    apply(after, entry)
    return after


def replay(order: Order, entries: Iterable[OrderEntry]) -> Order:
    """Return the order after all the entries; the order given is left as it was."""
    after = msgspec.structs.replace(order)
    for entry in entries:
        apply(after, entry)
    return after


def apply(order: Order, entry: OrderEntry) -> None:
    """Change the order by the entry. Containers are replaced, never changed, so copies stay true."""
    order.seq = entry.seq
    order.last_at = entry.at
    order.last_kind = entry.kind
    order.last_actor = entry.actor
    if entry.state is not None:
        order.state = entry.state
        if entry.state == "rework":
            order.first_callers = order.callers
    if entry.holder is not None:
        _hold(order, entry)
    if entry.no_offer:
        order.offer = None
    if entry.offer is not None:
        order.offer = entry.offer
    if entry.tracker is not None:
        order.tracker = entry.tracker
    for name, value in entry.fields.items():
        assert name in FIELDS, name
        setattr(order, name, value)
    if entry.flags or entry.unflags:
        order.flags = order.flags.union(entry.flags).difference(entry.unflags)
    if entry.no_clock:
        order.clock = None
    if entry.clock is not None:
        order.clock = entry.clock
    if entry.made or entry.redated or entry.kept or entry.broken or entry.moved:
        _promises(order, entry)
    if order.helped and not _DISPATCHED.isdisjoint(entry.fields):
        order.helped = frozenset()
    if entry.parts or entry.parts_closed:
        _parts(order, entry)
    if entry.targets is not None:
        order.targets = frozenset(entry.targets)
    if entry.instructions or entry.answered:
        _instructions(order, entry)
    if entry.joins or entry.unjoins or entry.owes or entry.owes_not:
        _joined(order, entry)
    if entry.role is not None:
        field = _ROLES[entry.role]
        known: frozenset[str] = getattr(order, field)
        if entry.actor not in known:
            setattr(order, field, known.union((entry.actor,)))
    if entry.send_back is not None:
        order.send_backs = (*order.send_backs, entry.send_back)
    if entry.text_n is not None:
        order.texts = max(order.texts, entry.text_n)
    if entry.attachment is not None:
        order.attached = max(order.attached, entry.attachment.n)


def _hold(order: Order, entry: OrderEntry) -> None:
    if entry.holder:
        order.closed_at = None
        order.holder = entry.holder
        order.held_since = entry.at
        order.n += 1
    else:
        order.holder = None
        order.closed_at = entry.at
        order.offer = None


def _promises(order: Order, entry: OrderEntry) -> None:
    promises = dict(order.promises)
    for ended in (entry.kept, entry.broken, entry.moved):
        for promise_id in ended:
            del promises[promise_id]
    for promise in entry.redated:
        promises[promise.id] = promise
    for promise in entry.made:
        assert promise.id > order.promised, (order.id, promise.id)
        promises[promise.id] = promise
        order.promised = promise.id
    order.promises = promises


def _parts(order: Order, entry: OrderEntry) -> None:
    parts = dict(order.parts)
    for part in entry.parts:
        parts[part.id] = part
        order.parted = max(order.parted, part.id)
    for part_id in entry.parts_closed:
        del parts[part_id]
    order.parts = parts
    if entry.helped:
        order.helped = order.helped.union(entry.helped)


def _instructions(order: Order, entry: OrderEntry) -> None:
    instructions = dict(order.instructions)
    for instruction in entry.instructions:
        instructions[instruction.id] = instruction
        order.instructed = max(order.instructed, instruction.id)
    for number in entry.answered:
        del instructions[number]
    order.instructions = instructions


def _joined(order: Order, entry: OrderEntry) -> None:
    order.joined = tuple(one for one in (*order.joined, *entry.joins) if one not in entry.unjoins)
    owed = [*order.owed, *entry.owes]
    for one in entry.owes_not:
        assert one in owed, (order.id, one)
        owed.remove(one)
    order.owed = tuple(owed)

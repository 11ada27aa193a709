"""Is the course of one order true, and is its citizen still in good hands? Pure.

Replays the chain by the same `step` that wrote the tables, compares what it makes with
what is stored, and then asks what the house promises of every order.
"""

from collections.abc import Sequence

import msgspec

from lianxin.insight.audit.evidence import UNREADABLE, Asks, Evidence, House, Row
from lianxin.insight.audit.holding import holder_wrong, overdue, tracker_wrong, undated, unheeded, unknown_holder
from lianxin.insight.audit.links import check_leaves, read_entries
from lianxin.insight.audit.of_files import check_files
from lianxin.insight.audit.rows import (
    check_custody,
    check_instructions,
    check_promises,
    check_timer,
    differing,
    intervals,
    last_words,
)
from lianxin.insight.audit.separation import WATCHED, Parts
from lianxin.insight.audit.tally import Tally
from lianxin.insight.audit.violation import number_of
from lianxin.orders.dates import next_date
from lianxin.orders.order import Order, OrderEntry
from lianxin.orders.project import OrderRow, Rows, row_of, step
from lianxin.orders.texts import text_hash

_decode_entry = msgspec.json.Decoder(OrderEntry).decode
_decode_order = msgspec.json.Decoder(Order).decode
COLUMNS = tuple(field.name for field in msgspec.structs.fields(OrderRow))


def check_order(evidence: Evidence, house: House, tally: Tally, asks: Asks) -> None:
    """Check one order, count it, and leave what it claims about other chains in `asks`."""
    if evidence.entries is None:
        _check_unread(evidence, house, tally, asks)
        return
    if not evidence.entries:
        _check_without_entries(evidence, tally)
        return
    entries = read_entries(evidence, _decode_entry, tally)
    tally.entries += len(evidence.entries)
    order, rows = Order(id=evidence.chain, number=number_of(evidence.chain)), Rows([], [], [], [])
    texts: dict[int, str | None] = {}
    if not _replay(order, entries, rows, texts, tally):
        entries.whole = False
    _count(order, rows, tally)
    if entries.whole:
        _check_rows(evidence, order, rows, tally)
        check_texts(evidence.texts, texts, evidence.chain, tally)
        check_files(evidence, entries, tally)
        check_promises_of_house(order, house, tally, asks)


def _replay(
    order: Order, entries: Sequence[OrderEntry], rows: Rows, texts: dict[int, str | None], tally: Tally
) -> bool:
    """Let the entries happen once more; False when they cannot have happened."""
    parts = Parts()
    for entry in entries:
        if entry.holder is not None and entry.giver != order.holder:
            given = f"entry {entry.seq} takes it from {entry.giver or 'nobody'}, but {order.holder or 'nobody'} held it"
            tally.found("custody_gap", order.id, given)
        try:
            step(order, entry, rows)
        except (KeyError, AssertionError):
            tally.found("chain_broken", order.id, f"entry {entry.seq} ({entry.kind}) cannot follow the ones before it")
            return False
        if entry.kind in WATCHED:
            part = parts.note(entry)
            if part is not None:
                detail = f"entry {entry.seq} ({entry.kind}) is by {entry.actor}, who was its {part}"
                tally.found("separation_broken", order.id, detail)
        if entry.text_n is not None:
            texts[entry.text_n] = entry.text
        if entry.holder == "" and not entry.say.get("evidence"):
            tally.found(
                "closed_without_evidence", order.id, f"entry {entry.seq} ({entry.kind}) closes it without evidence"
            )
    return True


def _count(order: Order, rows: Rows, tally: Tally) -> None:
    for event in rows.events:
        tally.happened(event.what, event.at)
    count_held(order, tally)
    for row in rows.promises:
        if row.state == "kept":
            tally.kept += 1
        elif row.state == "broken":
            tally.broken += 1


def count_held(order: Order, tally: Tally) -> None:
    """Count who holds the order and its parts, and what is owed."""
    if order.closed_at is None:
        tally.open += 1
        holder = order.holder or ""
        tally.holders[holder] = tally.holders.get(holder, 0) + 1
    for part in order.parts.values():
        tally.parts[part.holder] = tally.parts.get(part.holder, 0) + 1
    tally.promised += len(order.promises)
    if order.state != "suspended":
        tally.unresolved += sum(promise.due is None for promise in order.promises.values())


def _check_rows(evidence: Evidence, order: Order, rows: Rows, tally: Tally) -> None:
    chain = evidence.chain
    if evidence.stands is not None and not _same(evidence.stands.snapshot, order):
        tally.found("projection_differs", chain, "the order as it is kept for commands is not what its entries make")
    check_row(evidence, order, tally)
    check_custody(evidence, intervals(rows.moves), tally)
    check_promises(evidence, last_words(rows.promises), tally)
    check_instructions(evidence, rows.instructions, tally)
    events = [msgspec.structs.astuple(event) for event in rows.events]
    if list(map(tuple, evidence.events)) != events:
        tally.found("projection_differs", chain, "its openings and closings in the books are not those of its entries")


def _same(snapshot: bytes, order: Order) -> bool:
    try:
        return _decode_order(snapshot) == order
    except UNREADABLE:
        return False


def check_row(evidence: Evidence, order: Order, tally: Tally) -> None:
    """Compare the order's row in the lists, and its timer."""
    values = msgspec.structs.astuple(row_of(order))
    expected = [list(value) if isinstance(value, tuple) else value for value in values]
    if evidence.row is None:
        tally.found("order_missing", evidence.chain, "it has entries and is on no list of orders")
    elif evidence.row != tuple(expected):
        tally.found("projection_differs", evidence.chain, differing(COLUMNS, expected, tuple(evidence.row)))
    check_timer(evidence, next_date(order), tally)


def check_texts(stored: Sequence[Row], expected: dict[int, str | None], chain: int, tally: Tally) -> None:
    """Compare the texts beside the order with the hashes its entries hold; after an erasure with the erasure's."""
    found = {row[1]: row for row in stored}
    for n, digest in expected.items():
        row = found.pop(n, None)
        if row is None:
            tally.found("text_changed", chain, f"text {n} is gone")
        elif text_hash(row[4] or b"", row[2], row[3]) != digest:
            tally.found("text_changed", chain, f"text {n} is not the one whose hash the entry holds")
    for n in found:
        tally.found("text_changed", chain, f"text {n} is stored, which no entry brought")


def check_promises_of_house(order: Order, house: House, tally: Tally, asks: Asks) -> None:
    """Ask what the house promises of every order, open or closed (总则)."""
    asks.contacts += [(order.id, to) for to in (order.contact, *order.owed) if to]
    for detail in overdue(order.promises.values(), house):
        tally.found("promise_unkept", order.id, detail)
    for detail in unheeded(order, house):
        tally.found("instruction_unanswered", order.id, detail)
    if order.closed_at is None:
        _check_open(order, house, tally)
        return
    if order.promises:
        owed = ", ".join(str(promise) for promise in sorted(order.promises))
        tally.found("promise_unkept", order.id, f"it is closed and promises {owed} are still open")
    if order.parts:
        tally.found(
            "part_open", order.id, f"it is closed and parts {', '.join(map(str, sorted(order.parts)))} are open"
        )
    if order.state == "merged" and order.parent is not None:
        asks.answers += [(order.id, to, order.parent) for to in (order.contact, *order.owed) if to]


def _check_open(order: Order, house: House, tally: Tally) -> None:
    for kind, wrong in (
        ("holder_invalid", holder_wrong(order, house)),
        ("tracker_missing", tracker_wrong(order, house)),
        ("due_missing", "it has no next date" if next_date(order) is None else None),
        ("due_missing", undated(order.promises.values(), house)),
        ("promise_missing", None if order.promises else "it is open and nothing is promised to its citizen"),
    ):
        if wrong is not None:
            tally.found(kind, order.id, wrong)
    for part in order.parts.values():
        wrong = unknown_holder(part.holder, house)
        if wrong is not None:
            tally.found("holder_invalid", order.id, f"part {part.id}: {wrong}")


def _check_without_entries(evidence: Evidence, tally: Tally) -> None:
    if evidence.leaves.seq:
        detail = f"the whole order is gone; a checkpoint sealed it up to entry {evidence.leaves.seq}"
        tally.found("order_missing", evidence.chain, detail)
    else:
        tally.found("order_missing", evidence.chain, "it stands in the lists and has no entries")


def _check_unread(evidence: Evidence, house: House, tally: Tally, asks: Asks) -> None:
    """Check an order whose entries are not read again because a checkpoint already sealed them (`--since`)."""
    stands = evidence.stands
    assert stands is not None, evidence.chain
    tally.entries += stands.seq
    check_leaves(evidence, tally)
    try:
        order = _decode_order(stands.snapshot)
    except UNREADABLE:
        tally.found("projection_differs", evidence.chain, "the order as it is kept for commands cannot be read")
        return
    for _, _, at, what in evidence.events:
        tally.happened(what, int(at))
    tally.kept += sum(row[7] == "kept" for row in evidence.promises)
    tally.broken += sum(row[7] == "broken" for row in evidence.promises)
    count_held(order, tally)
    check_row(evidence, order, tally)
    check_promises_of_house(order, house, tally, asks)

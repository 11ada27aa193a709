"""Which rows do imported orders make in each table? Columns as COPY takes them. Pure.

The same rows as the writers of the one statement would leave behind, without the steps
in between: an interval of custody with its end, a promise with its last word.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from struct import Struct
from typing import Any, Final

import msgspec

from lianxin.custody import Move
from lianxin.exchange.history import Brought, Kept
from lianxin.ground.clock import Instant, to_datetime
from lianxin.ground.ledger import GENESIS, encode, link
from lianxin.ground.text import grams
from lianxin.orders.dates import next_date
from lianxin.orders.project import OrderRow, row_of
from lianxin.promises import PromiseRow

Row = tuple[Any, ...]

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "chains": ("chain_id", "seq", "head", "snapshot"),
    "entries": ("chain_id", "seq", "at", "kind", "actor", "command_id", "hash", "body"),
    "custody": ("subject_id", "part", "n", "holder", "since", "until"),
    "promises": (
        "subject_id", "promise_id", "kind", "owed_to", "made_at", "due_at", "next_at", "state", "settled_at",
    ),
    "orders": (
        "order_id", "number", "state", "holder", "held_since", "offered_to", "tracker", "unit", "kind", "category",
        "region", "urgency", "flags", "contact_id", "parent_id", "pack", "opened_at", "due_at", "next_at",
        "closed_at", "archived_at", "person_id", "units", "targets", "actors", "proposal",
    ),
    "order_events": ("order_id", "seq", "at", "what"),
    "timers": ("subject_id", "due_at"),
}  # fmt: skip
"""Table -> columns, in the order in which the tables are filled; texts are packed apart."""
TEXT_COLUMNS: Final = ("order_id", "n", "at", "title", "text", "salt", "grams")
_TIMES: Final = tuple(
    place
    for place, name in enumerate(OrderRow.__struct_fields__)
    if name in ("held", "opened", "due", "next", "closed", "archived")
)
"""Places of the instants in an order's row."""
_encode = msgspec.json.Encoder().encode


def tables_of(brought: Sequence[Brought]) -> dict[str, list[Row]]:
    """Return the rows of all these orders by table; a table without rows is left out."""
    tables: dict[str, list[Row]] = {table: [] for table in COLUMNS}
    for one in brought:
        _ledger_rows(one, tables)
        order = one.order
        tables["orders"].append(_order_row(one))
        tables["custody"] += _custody_rows(one.rows.moves)
        tables["promises"] += _promise_rows(one.rows.promises)
        tables["order_events"] += [(row.order, row.seq, to_datetime(row.at), row.what) for row in one.rows.events]
        due = next_date(order)
        if due is not None:
            tables["timers"].append((order.id, to_datetime(due)))
    return {table: rows for table, rows in tables.items() if rows}


def _ledger_rows(one: Brought, tables: dict[str, list[Row]]) -> None:
    head = GENESIS
    for entry in one.entries:
        body = encode(entry)
        head = link(head, body)
        tables["entries"].append(
            (entry.chain, entry.seq, to_datetime(entry.at), entry.kind, entry.actor, entry.command, head, body)
        )
    order = one.order
    tables["chains"].append((order.id, order.seq, head, _encode(order)))


def _time(at: Instant | None) -> datetime | None:
    return None if at is None else to_datetime(at)


def _order_row(one: Brought) -> Row:
    values = list(msgspec.structs.astuple(row_of(one.order)))
    for place in _TIMES:
        values[place] = _time(values[place])
    return tuple(values)


def _custody_rows(moves: Iterable[Move]) -> list[Row]:
    """Return the intervals that the moves of an order without parts make."""
    rows: list[Row] = []
    for move in moves:
        at = to_datetime(move.at)
        if rows:
            rows[-1] = (*rows[-1][:5], at)
        if move.holder is not None:
            rows.append((move.subject, move.part, move.n, move.holder, at, None))
    return rows


def _promise_rows(promises: Iterable[PromiseRow]) -> list[Row]:
    """Return each promise as it stands after its last row."""
    last = {row.id: row for row in promises}
    return [
        (
            row.subject, row.id, row.kind, row.to, to_datetime(row.made), _time(row.due), to_datetime(row.next),
            row.state, _time(row.settled),
        )
        for row in last.values()
    ]  # fmt: skip


_HEAD: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END: Final = b"\xff\xff"
_TEXT_BEGIN: Final = Struct(">hiqiiiq")
_LENGTH: Final = Struct(">i").pack
_ARRAY_BEGIN: Final = Struct(">iiIii")
_INT4_OID: Final = 23
_POSTGRES_EPOCH_MS: Final = 946_684_800_000
"""2000-01-01T00:00Z, from which PostgreSQL counts microseconds."""


def packed_texts(brought: Sequence[Brought]) -> bytes:
    """Return the texts of all these orders as COPY takes them in binary.

    Two hundred grams per text cost a driver more than everything else of an order; packed at once they cost a tenth.
    """
    parts = [_HEAD]
    for one in brought:
        for kept in one.texts:
            at_us = (kept.at - _POSTGRES_EPOCH_MS) * 1000
            parts.append(_TEXT_BEGIN.pack(7, 8, one.order.id, 4, kept.n, 8, at_us))
            for value in (kept.title.encode(), kept.text.encode(), kept.salt, _packed(_grams_of(kept))):
                parts += (_LENGTH(len(value)), value)
    return b"".join((*parts, _END))


def _grams_of(kept: Kept) -> list[int]:
    return grams(f"{kept.title}\n{kept.text}")


def _packed(numbers: list[int]) -> bytes:
    """Return an integer[] in PostgreSQL's binary form: one dimension, no nulls, each number behind its length."""
    count = len(numbers)
    interleaved = [4] * (2 * count)
    interleaved[1::2] = numbers
    return _ARRAY_BEGIN.pack(1, 0, _INT4_OID, count, 1) + _pairs(count).pack(*interleaved)


@lru_cache(maxsize=1024)
def _pairs(count: int) -> Struct:
    return Struct(f">{2 * count}i")

"""What do the pages of orders read from the database? Values come out, no row leaves this file."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from lianxin.ground.clock import Instant, from_datetime, to_datetime
from lianxin.ground.store import load_queries
from lianxin.orders.listing import PAGE, Cursor, HolderLine, Row
from lianxin.orders.searching import matching_orders
from lianxin.orders.sheet import Found, Joined, PromiseLine, StoredEntry, Text, Undelivered

if TYPE_CHECKING:
    from asyncpg import Pool, Record

_QUERIES = load_queries("lianxin.orders")
_BEGINNING: Final = Cursor(-(10**13), 0)


class OrderReader:
    """Reads lists and orders, always for somebody: what they may not see is not there.

    `reader` is the work number of who asks (`Who.number`). The pool's connections enter as the application role.
    """

    def __init__(self, pool: "Pool[Record]") -> None:
        self._pool = pool

    async def held(self, reader: str, holder: str | None, after: Cursor | None) -> tuple[Row, ...]:
        """Return up to PAGE + 1 open orders of a holder (None: of all) behind `after`, most urgent first.

        Orders whose date is not known come last, by their number.
        """
        start = after or _BEGINNING
        rows: list[Record] = []
        if start.due is not None:
            rows = await self._dated(reader, holder, start.due, start.order_id)
            start = Cursor(None, 0)
        if len(rows) <= PAGE:
            rows += await self._undated(reader, holder, start.order_id, PAGE + 1 - len(rows))
        return tuple(map(_row, rows))

    async def search(self, reader: str, query: str, below: int | None) -> tuple[Row, ...]:
        """Return up to PAGE + 1 orders with a text that contains the query, newest first.

        below  order id of the last row of the page before
        A query without a character to look for finds nothing.
        """
        found = await matching_orders(self._pool, reader, query, below, PAGE + 1)
        rows = await self._pool.fetch(_QUERIES.rows_of.sql, reader, found) if found else []
        return tuple(map(_row, rows))

    async def count(self, reader: str, holder: str) -> int:
        """Return how many open orders a holder has."""
        return int(await self._pool.fetchval(_QUERIES.held_count.sql, reader, holder))

    async def holders(self, reader: str, now: Instant) -> tuple[HolderLine, ...]:
        """Return every holder with open orders, most orders first."""
        rows = await self._pool.fetch(_QUERIES.holders.sql, to_datetime(now), reader)
        return tuple(HolderLine(row[0], row[1], row[2]) for row in rows)

    async def order(self, reader: str, number: str) -> tuple[Found, str] | None:
        """Return what there is of an order, and the pack it is under; None where there is none that one may see."""
        row = await self._pool.fetchrow(_QUERIES.whole.sql, reader, number)
        return None if row is None else (_found(row), row["pack"])

    async def seen(self, reader: str, number: str) -> int | None:
        """Return the id of the order with this number, None where there is none that one may see."""
        about = await self._pool.fetchrow(_QUERIES.about.sql, reader, number)
        return None if about is None else int(about["order_id"])

    async def sees(self, reader: str, order_id: int) -> bool:
        """Return whether one may see this order."""
        return bool(await self._pool.fetchval(_QUERIES.sees.sql, reader, order_id))

    async def sees_contact(self, reader: str, contact_id: int) -> bool:
        """Return whether one may see this contact."""
        return bool(await self._pool.fetchval(_QUERIES.sees_contact.sql, reader, contact_id))

    async def _dated(self, reader: str, holder: str | None, due: Instant, order_id: int) -> "list[Record]":
        at = to_datetime(due)
        if holder is None:
            return list(await self._pool.fetch(_QUERIES.open_dated.sql, reader, at, order_id, PAGE + 1))
        return list(await self._pool.fetch(_QUERIES.held_dated.sql, reader, holder, at, order_id, PAGE + 1))

    async def _undated(self, reader: str, holder: str | None, order_id: int, limit: int) -> "Sequence[Record]":
        if holder is None:
            return await self._pool.fetch(_QUERIES.open_undated.sql, reader, order_id, limit)
        return await self._pool.fetch(_QUERIES.held_undated.sql, reader, holder, order_id, limit)


def _instant(at: datetime | None) -> Instant | None:
    return None if at is None else from_datetime(at)


def _row(row: Any) -> Row:
    return Row(
        order_id=row["order_id"],
        number=row["number"],
        title=row["title"] or row["number"],
        state=row["state"],
        holder=row["holder"],
        held_since=_instant(row["held_since"]),
        offered_to=row["offered_to"],
        category=row["category"],
        region=row["region"],
        urgency=row["urgency"],
        flags=tuple(row["flags"]),
        opened_at=from_datetime(row["opened_at"]),
        due=_instant(row["due_at"]),
        closed_at=_instant(row["closed_at"]),
    )


def _found(row: Any) -> Found:
    """Return what one row says of an order; each list is an array for each of its columns."""
    joined = {
        id_: Joined(number, title) for id_, number, title in _lines(row, "same_ids", "same_numbers", "same_titles")
    }
    parent = joined.pop(row["parent_id"], None)
    promises = _lines(row, "promise_ids", "kinds", "owed_tos", "made_ats", "due_ats", "states", "settled_ats")
    return Found(
        order_id=row["order_id"],
        number=row["number"],
        entries=tuple(StoredEntry(*line) for line in _lines(row, "entry_seqs", "hashes", "bodies")),
        texts=tuple(
            Text(n, from_datetime(at), title, text)
            for n, at, title, text in _lines(row, "text_ns", "text_ats", "titles", "texts")
        ),
        promises=tuple(_promise(*line) for line in promises),
        undelivered=tuple(
            Undelivered(template, state, from_datetime(at))
            for template, state, at in _lines(row, "lost_templates", "lost_states", "lost_ats")
        ),
        parent=parent,
        joined=tuple(joined.values()),
        channel=row["channel"] or "",
        sealed=row["sealed_seq"] or 0,
        checkpoint=row["checkpoint_id"],
        sealed_at=_instant(row["sealed_at"]),
    )


def _lines(row: Any, *columns: str) -> "zip[tuple[Any, ...]]":
    return zip(*(row[column] or () for column in columns), strict=True)


def _promise(
    promise_id: int,
    kind: str,
    owed_to: int,
    made_at: datetime,
    due_at: datetime | None,
    state: str,
    settled_at: datetime | None,
) -> PromiseLine:
    return PromiseLine(promise_id, kind, owed_to, from_datetime(made_at), _instant(due_at), state, _instant(settled_at))

"""What does the interface read from the database? Lists by filter, heads, entries, promises; only what is seen.

`reader` is always the work number of whoever asks: what they may not see is not there.
"""

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import msgspec

from lianxin.contacts.contact import PENDING
from lianxin.exchange.api import shapes
from lianxin.exchange.api.paging import (
    FIRST,
    BehindContact,
    BehindPromise,
    contact_cursor,
    order_cursor,
    promise_cursor,
)
from lianxin.exchange.api.telling import contact_line, promise_line
from lianxin.ground.clock import CST, from_datetime, to_datetime
from lianxin.ground.ledger import Loaded
from lianxin.ground.ledger.postgres import loaded_of
from lianxin.ground.store import load_queries
from lianxin.orders.searching import matching_orders
from lianxin.orders.sheet import PromiseLine

if TYPE_CHECKING:
    from asyncpg import Pool, Record

_QUERIES = load_queries("lianxin.exchange.api")
PORTION: Final = 400
"""Orders with the words looked for that are compared with the other filters at once."""
PORTIONS_MAX: Final = 10
"""After so many portions a page ends, full or not; its cursor goes on from there."""
_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)
_FAR_OFF: Final = datetime(2200, 1, 1, tzinfo=UTC)


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """Which orders; None filters nothing.

    open_only  only those that somebody must still hold
    since      only those to which something was written at or after this instant
    text       words or a piece of them, which a text of the order must contain
    """

    open_only: bool = True
    holder: str | None = None
    unit: str | None = None
    state: str | None = None
    due_before: datetime | None = None
    since: datetime | None = None
    text: str = ""


class ContactFilters(msgspec.Struct, frozen=True, kw_only=True):
    """Which contacts; None filters nothing. since: those that arrived at or after it; before: those earlier than it."""

    channel: str | None = None
    disposition: str | None = None
    since: datetime | None = None
    before: datetime | None = None


class Head(msgspec.Struct, frozen=True):
    """Where an order's chain ends."""

    order_id: int
    seq: int
    hash: str


class ApiReader:
    """Reads for the interface. The pool's connections enter as the application role."""

    def __init__(self, pool: "Pool[Record]") -> None:
        self._pool = pool

    async def orders(self, reader: str, asked: Filters, below: int, limit: int) -> shapes.OrderPage:
        """Return the newest orders below an id. A search may end before the page is full; `next` then goes on."""
        if asked.text:
            return await self._searched(reader, asked, below, limit)
        rows = await self._rows(reader, asked, below, limit + 1, None)
        after = order_cursor(rows[limit - 1]["order_id"]) if len(rows) > limit else None
        return shapes.OrderPage(list(map(_line, rows[:limit])), after)

    async def _searched(self, reader: str, asked: Filters, below: int, limit: int) -> shapes.OrderPage:
        found: list[Record] = []
        async for ids in self._portions(reader, asked.text, below):
            found += await self._rows(reader, asked, FIRST, limit + 1 - len(found), ids)
            if len(found) > limit:
                return shapes.OrderPage(list(map(_line, found[:limit])), order_cursor(found[limit - 1]["order_id"]))
            below = ids[-1] if len(ids) == PORTION else 0
        return shapes.OrderPage(list(map(_line, found)), order_cursor(below) if below else None)

    async def _portions(self, reader: str, text: str, below: int) -> AsyncIterator[list[int]]:
        """Yield the orders that contain the words, newest first, for as long as a request may take."""
        for _ in range(PORTIONS_MAX):
            ids = await matching_orders(self._pool, reader, text, below, PORTION)
            yield ids
            if len(ids) < PORTION:
                return
            below = ids[-1]

    async def _rows(
        self, reader: str, asked: Filters, below: int, limit: int, ids: list[int] | None
    ) -> "Sequence[Record]":
        rest = (asked.state, asked.due_before, ids, limit)
        fetch = self._pool.fetch
        if asked.since is not None:
            some = (asked.since, below, reader, asked.open_only, asked.holder, asked.unit)
            return await fetch(_QUERIES.changed_orders.sql, *some, *rest)
        if not asked.open_only:
            return await fetch(_QUERIES.all_orders.sql, reader, below, asked.holder, asked.unit, *rest)
        if asked.holder is not None:
            return await fetch(_QUERIES.open_of_holder.sql, reader, asked.holder, below, asked.unit, *rest)
        if asked.unit is not None:
            return await fetch(_QUERIES.open_of_unit.sql, reader, asked.unit, below, *rest)
        return await fetch(_QUERIES.open_orders.sql, reader, below, *rest)

    async def head(self, reader: str, number: str) -> Head | None:
        """Return where an order's chain ends; None: there is no such order for this reader."""
        row = await self._pool.fetchrow(_QUERIES.head.sql, reader, number)
        return None if row is None else Head(row["order_id"], row["seq"], row["head"].hex())

    async def load(self, reader: str, order_id: int, command: UUID, chains: Sequence[int]) -> Loaded:
        """See `Store.load`; the order's chain is not begun for a reader who does not see the order."""
        rows = await self._pool.fetch(_QUERIES.load_seen.sql, list(chains), order_id, reader, command)
        return loaded_of(rows, chains)

    async def entries(self, reader: str, number: str, behind: int, limit: int) -> shapes.EntryPage | None:
        """Return entries behind a place; None: there is no such order for this reader."""
        rows = await self._pool.fetch(_QUERIES.entries_behind.sql, reader, behind, number, limit + 1)
        if not rows:
            return None
        lines = [_entry(row) for row in rows[:limit] if row["seq"] is not None]
        return shapes.EntryPage(lines, lines[-1].seq if len(rows) > limit else None)

    async def promises_of(self, reader: str, number: str) -> shapes.PromisePage | None:
        """Return all promises on an order; None: there is no such order for this reader."""
        rows = await self._pool.fetch(_QUERIES.promises_of_order.sql, reader, number)
        if not rows:
            return None
        return shapes.PromisePage([_promise(row) for row in rows if row["promise_id"] is not None], None)

    async def open_promises(
        self, reader: str, due_before: datetime | None, unit: str | None, after: BehindPromise | None, limit: int
    ) -> shapes.PromisePage:
        """Return open promises, earliest date first; those without a date come last, unless `due_before` is given."""
        rows: list[Record] = []
        if after is None or after.due is not None:
            due = _LONG_AGO if after is None or after.due is None else to_datetime(after.due)
            place = (0, 0) if after is None else (after.order_id, after.id)
            rows += await self._pool.fetch(_QUERIES.open_promises.sql, reader, due, *place, due_before, unit, limit + 1)
        if len(rows) <= limit and due_before is None:
            place = (after.order_id, after.id) if after is not None and after.due is None else (0, 0)
            rows += await self._pool.fetch(_QUERIES.undated_promises.sql, reader, *place, unit, limit + 1 - len(rows))
        last = rows[limit - 1] if len(rows) > limit else None
        return shapes.PromisePage([_promise(row) for row in rows[:limit]], None if last is None else _behind(last))

    async def contact(self, reader: str, contact_id: int) -> "Record | None":
        """Return a contact with the value of its chain; None: there is none for this reader."""
        return await self._pool.fetchrow(_QUERIES.contact.sql, reader, contact_id)

    async def contacts(
        self, reader: str, asked: ContactFilters, after: BehindContact | None, limit: int
    ) -> shapes.ContactPage:
        """Return the latest contacts behind a place."""
        place = (_FAR_OFF, FIRST) if after is None else (to_datetime(after.arrived), after.id)
        some = (*place, asked.channel, asked.since, asked.before)
        if asked.disposition == PENDING:
            rows = await self._pool.fetch(_QUERIES.pending_contacts.sql, reader, *some, limit + 1)
        else:
            rows = await self._pool.fetch(_QUERIES.all_contacts.sql, reader, *some, asked.disposition, limit + 1)
        last = rows[limit - 1] if len(rows) > limit else None
        cursor = None if last is None else contact_cursor(from_datetime(last["arrived_at"]), last["contact_id"])
        return shapes.ContactPage([shapes.ContactLine(**contact_line(row)) for row in rows[:limit]], cursor)

    async def seen_among(self, reader: str, order_ids: Collection[int]) -> frozenset[int]:
        """Return those of these orders that this reader sees."""
        if not order_ids:
            return frozenset()
        rows = await self._pool.fetch(_QUERIES.seen_among.sql, reader, list(order_ids))
        return frozenset(row["order_id"] for row in rows)

    async def brought(self, contact_id: int) -> tuple[datetime, int | None]:
        """Return when a message that was handed in came, and the order it was put to."""
        row = await self._pool.fetchrow(_QUERIES.brought.sql, contact_id)
        assert row is not None, contact_id
        return row["received_at"].astimezone(CST), row["order_id"]

    async def books(self) -> "tuple[Record, dict[str, int]]":
        """Return how the books stand, and how many alarms of each kind are open."""
        books = await self._pool.fetchrow(_QUERIES.books.sql)
        assert books is not None
        alarms = await self._pool.fetch(_QUERIES.alarms_by_kind.sql)
        return books, {row["kind"]: row["alarms"] for row in alarms}


def _line(row: Any) -> shapes.OrderLine:
    return shapes.OrderLine(
        number=row["number"],
        title=row["title"] or row["number"],
        state=row["state"],
        holder=row["holder"],
        held_since=_local(row["held_since"]),
        offered_to=row["offered_to"],
        tracker=row["tracker"],
        unit=row["unit"],
        kind=row["kind"],
        category=row["category"],
        region=row["region"],
        urgency=row["urgency"],
        flags=row["flags"],
        opened=row["opened_at"].astimezone(CST),
        due=_local(row["due_at"]),
        closed=_local(row["closed_at"]),
    )


def _local(at: datetime | None) -> datetime | None:
    return None if at is None else at.astimezone(CST)


def _entry(row: Any) -> shapes.EntryLine:
    return shapes.EntryLine(
        seq=row["seq"],
        at=row["at"].astimezone(CST),
        kind=row["kind"],
        actor=row["actor"],
        command=str(row["command_id"]),
        hash=row["hash"].hex(),
        body=row["body"].decode(),
    )


def _promise(row: Any) -> shapes.PromiseLine:
    due, settled = row["due_at"], row["settled_at"]
    return promise_line(
        row["number"],
        PromiseLine(
            row["promise_id"],
            row["kind"],
            row["owed_to"],
            from_datetime(row["made_at"]),
            None if due is None else from_datetime(due),
            row["state"],
            None if settled is None else from_datetime(settled),
        ),
    )


def _behind(row: Any) -> str:
    due = None if row["due_at"] is None else from_datetime(row["due_at"])
    return promise_cursor(due, row["subject_id"], row["promise_id"])

"""How is the book of responsibility read? In one snapshot, so that its numbers belong together.

What was carried over cannot change during a day, so it is counted once per day; the
rest costs a few milliseconds. Readers who come within a moment of each other share one reading.
"""

import asyncio
from datetime import date
from typing import TYPE_CHECKING, Final

import msgspec

from lianxin.desks.book import Book, ContactsToday, Handover, HolderCount, PromisesToday, Seal
from lianxin.desks.grouping import by_county, grouped
from lianxin.ground.clock import DAY_MS, from_datetime, local_date, midnight, to_datetime
from lianxin.ground.store import load_queries
from lianxin.ground.web import Present, ReadPresent
from lianxin.units import Units

if TYPE_CHECKING:
    from asyncpg import Pool, Record
    from asyncpg.pool import PoolConnectionProxy

_QUERIES = load_queries("lianxin.desks")
HANDOVERS: Final = 3
SHARED_S: Final = 0.5
"""For how long a reading is shared: less than the pause between two signals to one page."""


class BookReader:
    """Reads the book. The pool's connections enter as the application role."""

    def __init__(self, pool: "Pool[Record]", units: Units, present: ReadPresent) -> None:
        self._pool = pool
        self._units = units
        self._present = present
        self._carried: tuple[date, int] | None = None
        self._latest: tuple[float, Book] | None = None
        self._one_at_a_time = asyncio.Lock()

    async def __call__(self, reader: str) -> Book:
        """Return the book as it stands, at most `SHARED_S` old, with the last handovers that this reader may see.

        reader  `Who.number`
        """
        rows = await self._pool.fetch(_QUERIES.latest_held.sql, reader, HANDOVERS)
        return msgspec.structs.replace(await self.counts(), handovers=tuple(map(_handover, rows)))

    async def counts(self) -> Book:
        """Return what the book says to everybody: counts, and no single order."""
        async with self._one_at_a_time:
            passed = asyncio.get_running_loop().time()
            if self._latest is None or passed - self._latest[0] > SHARED_S:
                self._latest = (passed, await self._read(await self._present()))
            return self._latest[1]

    async def _read(self, present: Present) -> Book:
        async with (
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            return await self._snapshot(connection, present)

    async def _snapshot(self, db: "PoolConnectionProxy[Record]", present: Present) -> Book:
        day = local_date(present.now)
        begin, end = to_datetime(midnight(day)), to_datetime(midnight(day) + DAY_MS)
        today = await db.fetchrow(_QUERIES.balance_of_day.sql, begin, end)
        assert today is not None
        holders = await self._holders(db, present)
        hours, dispositions = await self._contacts(db, present)
        seal = await db.fetchrow(_QUERIES.last_seal.sql)
        return Book(
            now=present.now,
            carried=await self._carried_over(db, day),
            opened=today["opened"],
            closed=today["closed"],
            groups=grouped(holders, self._units),
            promises=await self._promises(db, present),
            contacts=ContactsToday(hours, dispositions),
            counties=by_county(holders, self._units),
            seal=Seal(seal["checkpoint_id"], from_datetime(seal["at"])) if seal is not None else None,
            demo=present.demo,
            missing_years=tuple(
                row["subject"] for row in await db.fetch(_QUERIES.open_alarms.sql) if row["kind"] == "CAL_MISSING"
            ),
        )

    async def _carried_over(self, db: "PoolConnectionProxy[Record]", day: date) -> int:
        if self._carried is None or self._carried[0] != day:
            row = await db.fetchrow(_QUERIES.balance_before.sql, to_datetime(midnight(day)))
            assert row is not None
            self._carried = (day, row["opened"] - row["closed"])
        return self._carried[1]

    async def _holders(self, db: "PoolConnectionProxy[Record]", present: Present) -> list[HolderCount]:
        begin = to_datetime(midnight(local_date(present.now)))
        opened = {row["holder"]: row["orders"] for row in await db.fetch(_QUERIES.opened_by_holder.sql, begin)}
        rows = await db.fetch(_QUERIES.holders.sql, to_datetime(present.now))
        return [HolderCount(row["holder"], row["orders"], opened.get(row["holder"], 0), row["overdue"]) for row in rows]

    async def _promises(self, db: "PoolConnectionProxy[Record]", present: Present) -> PromisesToday:
        start = midnight(local_date(present.now))
        begin, end = to_datetime(start), to_datetime(start + DAY_MS)
        settled = {row["state"]: row["promises"] for row in await db.fetch(_QUERIES.promises_settled.sql, begin, end)}
        still_open = await db.fetchval(_QUERIES.promises_due.sql, begin, end)
        return PromisesToday(settled.get("kept", 0), still_open, settled.get("broken", 0))

    async def _contacts(
        self, db: "PoolConnectionProxy[Record]", present: Present
    ) -> tuple[tuple[int, ...], dict[str, int]]:
        start = midnight(local_date(present.now))
        hours, dispositions = [0] * 24, dict[str, int]()
        for row in await db.fetch(_QUERIES.contacts_of_day.sql, to_datetime(start), to_datetime(start + DAY_MS)):
            hours[row["hour"]] += row["contacts"]
            dispositions[row["disposition"]] = dispositions.get(row["disposition"], 0) + row["contacts"]
        return tuple(hours), dispositions


def _handover(row: "Record") -> Handover:
    """Return the last passing on of an order; one that waits for a signature shows who is to sign."""
    at, title = from_datetime(row["held_since"]), row["title"] or row["number"]
    if row["offered_to"] is not None:
        return Handover(at, row["number"], title, row["holder"], row["offered_to"], signed=False)
    return Handover(at, row["number"], title, row["before"], row["holder"])

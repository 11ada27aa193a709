"""Does made-up data stand in this database? Once it does, no hotline may ever be run on it.

The mark is set before the first made-up person is written, so that it is there whatever
happens next, and nothing takes it away again.
"""

from typing import TYPE_CHECKING

import msgspec

from lianxin.ground.clock import Instant, iso
from lianxin.ground.store import load_queries

if TYPE_CHECKING:
    from asyncpg import Pool, Record

_QUERIES = load_queries("lianxin.ground.site")


class DemoMark(msgspec.Struct, frozen=True):
    """Which city's people were made up, and since when (ISO) they stand here."""

    city: str
    since: str


async def mark_demo(pool: "Pool[Record]", city: str, at: Instant) -> None:
    """Mark the database as one with made-up data; the first mark stays."""
    await pool.execute(_QUERIES.mark_demo.sql, msgspec.json.encode(DemoMark(city, iso(at))).decode())


async def demo_mark(pool: "Pool[Record]") -> DemoMark | None:
    """Return the mark; None for a database without made-up data."""
    found = await pool.fetchval(_QUERIES.demo_mark.sql)
    return None if found is None else msgspec.json.decode(found, type=DemoMark)

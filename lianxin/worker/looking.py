"""What does an operator see of the timers?"""

from typing import TYPE_CHECKING

import msgspec

from lianxin.ground.clock import Instant, from_datetime, iso, to_datetime
from lianxin.ground.site.home import load_site
from lianxin.ground.site.time_here import read_site_clock
from lianxin.ground.store import load_queries, open_pool

if TYPE_CHECKING:
    from asyncpg import Pool, Record

_QUERIES = load_queries("lianxin.worker")
_SHOWN = 100


class Failing(msgspec.Struct, frozen=True):
    """A timer whose command failed: how often, when it is tried again, and why it failed last."""

    subject: int
    attempts: int
    again: str
    reason: str | None


class Outlook(msgspec.Struct, frozen=True):
    """How many dates are ahead, how many of them late, when the next is; and which cannot be seen to."""

    timers: int
    late: int
    next: str | None
    failing: tuple[Failing, ...]


async def outlook(pool: "Pool[Record]", now: Instant) -> Outlook:
    """Return what the clock has before it."""
    row = await pool.fetchrow(_QUERIES.waiting.sql, to_datetime(now))
    assert row is not None
    failing = await pool.fetch(_QUERIES.failing.sql, _SHOWN)
    return Outlook(
        row["timers"],
        row["late"],
        None if row["earliest"] is None else iso(from_datetime(row["earliest"])),
        tuple(Failing(one[0], one[2], iso(from_datetime(one[1])), one[3]) for one in failing),
    )


async def look() -> Outlook:
    """Return the outlook of this site."""
    with load_site().database() as database:
        pool = await open_pool(database.app_url, size_max=1)
        try:
            return await outlook(pool, (await read_site_clock(pool)).now())
        finally:
            await pool.close()

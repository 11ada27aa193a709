"""What did each day come to? Counted once after its end, read from there ever after."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec

from lianxin.ground.clock import DAY_MS, Instant, local_date, midnight, to_datetime
from lianxin.ground.store import load_queries
from lianxin.insight.figures import Counts, Line, summed

if TYPE_CHECKING:
    from asyncpg import Pool, Record

_QUERIES = load_queries("lianxin.insight")
_COUNTS: Final = (_QUERIES.orders_of_day, _QUERIES.contacts_of_day)
CATCH_UP_DAYS: Final = 40
"""So many days at most are counted in one go; a history that was brought in is not counted day by day."""


async def count_days(pool: "Pool[Record]", now: Instant) -> int:
    """Count every day that has ended and was not counted yet; return how many were.

    Two processes at once count a day once: the first one's figures stay.
    """
    yesterday = local_date(now) - timedelta(days=1)
    last: date | None = await pool.fetchval(_QUERIES.last_counted_day.sql)
    first_at = await pool.fetchval(_QUERIES.first_contact_at.sql)
    if first_at is None:
        return 0
    begun = local_date(int(first_at.timestamp() * 1000))
    day = max(begun, yesterday - timedelta(days=CATCH_UP_DAYS)) if last is None else last + timedelta(days=1)
    counted = 0
    while day <= yesterday:
        await _count(pool, day, now)
        day, counted = day + timedelta(days=1), counted + 1
    return counted


async def report(pool: "Pool[Record]", grouping: str, first: date, last: date) -> tuple[Line, ...]:
    """Return the lines of a report over the days from `first` to `last`, by key; days not counted are missing."""
    rows = await pool.fetch(_QUERIES.daily_between.sql, grouping, first, last)
    groups: dict[str, list[Counts]] = {}
    for row in rows:
        groups.setdefault(row["key"], []).append(msgspec.json.decode(row["figures"]))
    return tuple(Line(key, summed(counts)) for key, counts in sorted(groups.items()))


async def counted_days(pool: "Pool[Record]") -> tuple[date, date] | None:
    """Return the first and the last day that was counted; None while none was."""
    row = await pool.fetchrow(_QUERIES.counted_days.sql)
    return None if row is None or row[0] is None else (row[0], row[1])


async def _count(pool: "Pool[Record]", day: date, now: Instant) -> None:
    begin = midnight(day)
    bounds = to_datetime(begin), to_datetime(begin + DAY_MS)
    async with pool.acquire() as db, db.transaction(isolation="repeatable_read"):
        found: dict[tuple[str, str], dict[str, int]] = {("city", ""): {}}
        for query in _COUNTS:
            for row in await db.fetch(query.sql, *bounds):
                counts = found.setdefault((row["grouping"], row["key"]), {})
                counts.update({name: count for name, count in row.items() if name not in ("grouping", "key")})
        lines: list[tuple[Any, ...]] = [
            (day, grouping, key, msgspec.json.encode(counts).decode(), to_datetime(now))
            for (grouping, key), counts in found.items()
        ]
        await db.executemany(_QUERIES.keep_day.sql, lines)

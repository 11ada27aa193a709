"""Is the calendar of next year there, and what waits for it?

From 1 November the missing plan of the next year is an alarm to the duty manager (C10),
opened once. When the plan has come, every date that was left open is counted in one run.
"""

from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

import structlog

from lianxin.deadlines import Calendar, calendar_warning, official_calendar
from lianxin.ground.clock import Instant, local_date, to_datetime
from lianxin.ground.store import load_queries
from lianxin.orders import commands as c
from lianxin.orders.refusal import Refused
from lianxin.orders.service import Services

if TYPE_CHECKING:
    from asyncpg import Pool, Record

log = structlog.get_logger(__name__)
_QUERIES = load_queries("lianxin.worker")
CAL_MISSING: Final = "CAL_MISSING"
_SPACE: Final = UUID("0d1f4f0e-3f57-5b32-9a0a-5d1c6f7f7a10")


async def watch_calendar(
    pool: "Pool[Record]", services: Services, now: Instant, calendar: Calendar | None = None
) -> None:
    """Open the alarm of a year whose plan is missing, or close it and count what waited for it.

    calendar  the official one unless given
    """
    known = calendar or official_calendar()
    for (year,) in await pool.fetch(_QUERIES.open_subjects.sql, CAL_MISSING):
        if known.covers_year(int(year)):
            counted = await _count(services, await _waiting(pool), year, now)
            await pool.execute(_QUERIES.close_alarm.sql, to_datetime(now), CAL_MISSING, year)
            log.info("the calendar has come", year=year, counted=counted)
    waiting = await _waiting(pool)
    if waiting or calendar_warning(local_date(now), known) is not None:
        missing = known.last.year + 1
        opened = await pool.fetchval(_QUERIES.open_alarm.sql, CAL_MISSING, str(missing), to_datetime(now))
        if opened is not None:
            log.error("alarm", kind=CAL_MISSING, year=missing, orders=len(waiting))


async def _waiting(pool: "Pool[Record]") -> list[int]:
    return [row[0] for row in await pool.fetch(_QUERIES.unresolved_orders.sql)]


async def _count(services: Services, orders: list[int], year: str, now: Instant) -> int:
    """Count the dates of these orders anew; one that cannot be counted keeps its next date and is told."""
    counted = 0
    for order_id in orders:
        command = c.Recount(id=uuid5(_SPACE, f"{order_id} {year}"), by="system", role="system")
        try:
            await services.act(order_id, command, now)
        except Refused as refused:
            log.warning("not counted anew", command_id=str(command.id), order=order_id, reason=refused.code)
        else:
            counted += 1
    return counted

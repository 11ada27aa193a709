"""A worker may be on its way to a date: for ten minutes, and for a minute of the machine where a demo's time flies."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
from one_order import Office

from lianxin.contacts import course
from lianxin.ground.clock import HOUR_MS, MINUTE_MS, Instant, at_iso
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.site.time_here import write_site_clock
from lianxin.ground.store import Database
from lianxin.insight.audit.database import audit_database
from lianxin.insight.audit.evidence import grace_at
from lianxin.orders.service import contact_id_of

RANG_BACK_BY: Instant = at_iso("2026-03-09T09:32:00+08:00")
"""A caller left at 9:02; half an hour is the pack's limit for ringing back (`telephony.ring_back`)."""


@pytest.mark.parametrize(
    ("speed", "minutes"),
    [(None, 10), (0.0, 10), (1.0, 10), (10.0, 10), (60.0, 60), (200.0, 200), (-5.0, 10)],
)
def test_a_date_may_be_late_by_ten_minutes_here_or_one_of_the_machine(speed: float | None, minutes: int) -> None:
    assert grace_at(speed) == minutes * MINUTE_MS


@pytest.fixture
async def left(pool: "asyncpg.Pool[asyncpg.Record]") -> "AsyncIterator[asyncpg.Pool[asyncpg.Record]]":
    """A caller who left and was not rung back, and another who rang three hours later."""
    office = Office(PostgresLedger(pool))
    contact = await _arrives(office, "20260309-000018")
    await office.services.meet(contact, course.Leave(id=office.id(), by="citizen"), office.later())
    office.now += 3 * HOUR_MS
    await _arrives(office, "20260309-000025")
    yield pool


async def _arrives(office: Office, number: str) -> int:
    contact = contact_id_of(number)
    arrive = course.Arrive(id=office.id(), by="system", channel="call")
    await office.services.meet(contact, arrive, office.later())
    return contact


@pytest.mark.parametrize(
    ("speed", "kinds"),
    [
        (None, {"promise_unkept"}),
        (1.0, {"promise_unkept"}),
        (60.0, {"promise_unkept"}),  # an hour late at most, and it is three
        (200.0, set()),
    ],
)
async def test_a_promise_nobody_looked_at_is_found_when_the_worker_had_its_time(
    speed: float | None, kinds: set[str], left: "asyncpg.Pool[asyncpg.Record]", database: Database
) -> None:
    if speed is not None:
        await write_site_clock(left, RANG_BACK_BY, speed)
    report = await asyncio.to_thread(audit_database, database.app_url)
    assert {violation.kind for violation in report.violations} == kinds


@pytest.mark.parametrize("speed", ['"fast"', "null", "1e400", "[]", "-1"])
async def test_a_clock_that_nobody_set_hides_nothing_and_breaks_nothing(
    speed: str, left: "asyncpg.Pool[asyncpg.Record]", database: Database
) -> None:
    assert database.superuser_url is not None
    administrator = await asyncpg.connect(database.superuser_url)
    await administrator.execute("INSERT INTO site (name, value) VALUES ('clock', $1)", f'{{"speed": {speed}}}')
    await administrator.close()
    report = await asyncio.to_thread(audit_database, database.app_url)
    assert report.ok == (speed == "1e400")  # as fast as any demo runs: three hours are gone in eleven seconds

"""A visitor writes at the portal of a demo: people at a desk take it in, and from then on the city works on it."""

import asyncio
from datetime import date
from uuid import uuid4

import pytest

from lianxin.ground.clock import at_iso
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.site.time_here import SiteClock, write_site_clock
from lianxin.ground.text import make_number
from lianxin.orders.service import Services, Words, contact_id_of, order_id_of
from lianxin.orders.steps.written import Lodge, TakeIn
from lianxin.people import load_staff
from lianxin.personnel import enrol
from lianxin.twin import live
from lianxin.twin.demo import LAST_DAY, demo_world, services_of
from lianxin.twin.play import nobody_known

MORNING = at_iso("2026-03-09T09:00:00+08:00")
GUARD_S = 30.0  # a guard, not a measure


async def lodged(services: Services, clock: SiteClock) -> int:
    """What a visitor writes, as the portal opens it."""
    number = make_number(date(2026, 3, 9), 50_001)
    words, now = Words("", "门口路灯不亮", b"s" * 16), clock.now()
    contact = contact_id_of(number)
    command = Lodge(
        id=uuid4(),
        by="citizen",
        role="citizen",
        number=number,
        contact=contact,
        citizen_since=now,
        kind="help",
        region="371602",
        text_hash=words.hash(),
    )
    await services.submit(contact, command, now, words)
    return order_id_of(number)


async def until(services: Services, order: int, *states: str) -> None:
    while (await services.order(order)).state not in states:
        await asyncio.sleep(0)


async def opened(pool, many: int) -> None:
    while (await pool.fetchval("SELECT count(*) FROM orders")) < many:
        await asyncio.sleep(0)


async def test_what_a_visitor_wrote_waits_for_people_and_is_worked_on_after_that(
    pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_LOOK_S", 0.01)
    await enrol(PostgresLedger(pool), load_staff(), MORNING)
    clock = await write_site_clock(pool, MORNING, 2_000.0)
    services = await services_of(pool)
    city = live.LiveCity(demo_world(), services, pool, 24, LAST_DAY, nobody_known)
    living = asyncio.create_task(city.run())
    try:
        async with asyncio.timeout(GUARD_S):
            await opened(pool, 1)  # the city lives by now, and has looked around
            order = await lodged(services, clock)
            await opened(pool, 4)  # it goes on meanwhile
            assert (await services.order(order)).state == "received", "dice do not read what people wrote"
            about = {"kind": "complaint", "category": "0401", "region": "371602"}
            take_in = TakeIn(id=uuid4(), by="staff:1001", role="agent", **about)
            await services.act(order, take_in, clock.now())
            await until(services, order, "dispatched", "in_progress", "not_accepted", "merged", "sent_back")
    finally:
        living.cancel()
        await asyncio.gather(living, return_exceptions=True)

"""A city of eleven days for those who read, a small hotline for those who write, and clients at their doors."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import asyncpg
import httpx
import pytest
from made.pages_day import play as play_small
from made.site import open_site

from lianxin.access.tokens import Tokens
from lianxin.desks.site import make_paper
from lianxin.ground.clock import DAY_MS, RealClock, at_iso, midnight
from lianxin.ground.clock.instant import local_date
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.site.time_here import write_site_clock
from lianxin.ground.store import Database, EmbeddedServer, open_pool, temporary_database
from lianxin.orders.service import Services
from lianxin.people import load_staff
from lianxin.personnel import enrol
from lianxin.twin.arrivals import arrivals
from lianxin.twin.carrying import carry_out
from lianxin.twin.messages import demo_messages
from lianxin.twin.play import Play
from lianxin.twin.world import make_world

NOW = at_iso("2026-03-20T10:20:00+08:00")
ALL_SCOPES = (
    "orders:read",
    "orders:act",
    "contacts:read",
    "contacts:write",
    "attachments",
    "receipts:read",
    "audit:read",
)


@pytest.fixture(scope="session")
def paper():
    """The templates, compiled once."""
    return make_paper()


@pytest.fixture(scope="session")
def city(database_server: EmbeddedServer) -> Iterator[Database]:
    """Eleven days in which twenty-five calls a day came in, and everybody did their work. Nobody changes this one."""
    with temporary_database(database_server, template=True) as database:
        asyncio.run(_played(database))
        yield database


async def _played(database: Database) -> None:
    pool = await open_pool(database.app_url)
    try:
        await enrol(PostgresLedger(pool), load_staff(), NOW - 30 * DAY_MS)
        world = make_world(1, demo_messages())
        play = Play(world, NOW)
        for day in range(11, 0, -1):
            for at in arrivals(midnight(local_date(NOW - day * DAY_MS)), 25, day):
                play.call(at)
        services = Services(PostgresLedger(pool), lambda _: world.rules, lambda _who, _role: True)
        await carry_out(play.run_until(NOW), services, 4)
        await write_site_clock(pool, NOW, speed=0.0)
    finally:
        await pool.close()


@pytest.fixture
async def city_pool(city: Database) -> "AsyncIterator[asyncpg.Pool[asyncpg.Record]]":
    """Connections to the city as the application."""
    opened = await open_pool(city.app_url)
    try:
        yield opened
    finally:
        await opened.close()


@pytest.fixture
async def reading_site(city, city_pool, paper, tmp_path):
    """The city's site."""
    async with open_site(city_pool, city.app_url, tmp_path, paper=paper) as app:
        yield app


@pytest.fixture
async def site(database, pool, paper, tmp_path):
    """The site of a small hotline with five orders, on Friday 2026-03-13 at 10:20."""
    await play_small(pool)
    async with open_site(pool, database.app_url, tmp_path, paper=paper) as app:
        yield app


async def system(app, pool, number: str, *scopes: str) -> httpx.AsyncClient:
    """Another system: a client with a token of this person."""
    secret, _ = await Tokens(pool, RealClock()).make(number, "a test", scopes or ALL_SCOPES, 1)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(
        transport=transport, base_url="http://localhost:12345/api/v1", headers={"Authorization": f"Bearer {secret}"}
    )

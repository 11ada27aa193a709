"""A city of eleven days for those who read, a hotline for those who write, and other systems at their doors.

Both sites are served once for all tests of this folder: each test that writes has orders of its own.
"""

import asyncio
from collections.abc import Iterator
from datetime import date
from itertools import count

import httpx
import pytest
import pytest_asyncio
from made.pages_day import Hotline
from made.pages_day import play as play_small
from made.site import open_site

from lianxin.access.tokens import Tokens
from lianxin.desks.site import make_paper
from lianxin.ground.clock import DAY_MS, HOUR_MS, MINUTE_MS, RealClock, at_iso, local_date, midnight
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.site.time_here import write_site_clock
from lianxin.ground.store import Database, EmbeddedServer, open_pool, temporary_database
from lianxin.ground.text import make_number
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
        asyncio.run(played(database))
        yield database


async def played(database: Database) -> None:
    """Let the city's people do what came in on eleven days."""
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


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def city_pool(city):
    """Connections to the city as the application."""
    opened = await open_pool(city.app_url)
    yield opened
    await opened.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def reading_site(city, city_pool, paper, tmp_path_factory):
    """The city's site."""
    async with open_site(city_pool, city.app_url, tmp_path_factory.mktemp("city"), paper=paper) as app:
        yield app


@pytest.fixture(scope="session")
def hotline_database(database_server: EmbeddedServer) -> Iterator[Database]:
    """A hotline in which the tests write."""
    with temporary_database(database_server, template=True) as database:
        yield database


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def books(hotline_database):
    """Connections to the hotline as the application; on Friday 2026-03-13 at 10:20 the time stands still there."""
    opened = await open_pool(hotline_database.app_url)
    await play_small(opened)
    yield opened
    await opened.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def site(hotline_database, books, paper, tmp_path_factory):
    """The hotline's site."""
    async with open_site(books, hotline_database.app_url, tmp_path_factory.mktemp("home"), paper=paper) as app:
        yield app


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def hotline(books):
    """Hands that open orders for the tests."""
    return Opening(books)


class Opening:
    """Opens orders of Friday morning, each with a number of its own."""

    def __init__(self, pool) -> None:
        self._hotline = Hotline(pool, first=1_000_000)
        self._numbers = count(100)
        self._at = at_iso("2026-03-13T08:00:00+08:00")

    async def submitted(self) -> str:
        """An order that waits for its review."""
        number = make_number(date(2026, 3, 13), next(self._numbers))
        await self._hotline.order(number, self._at, "夜间施工噪声", "凌晨两点还在打桩，孩子睡不着。", kind="complaint")
        return number

    async def dispatched(self, unit: str = "cgj") -> str:
        """An order that waits for the signature of a unit."""
        number = await self.submitted()
        await self._hotline.dispatched(number, self._at + 20 * MINUTE_MS, unit)
        return number

    async def in_progress(self, unit: str = "zjj") -> str:
        """An order that a unit works on."""
        number = await self.dispatched(unit)
        await self._hotline.signed(number, self._at + HOUR_MS, unit)
        return number

    async def signed(self, number: str, unit: str) -> None:
        """The unit signs for it."""
        await self._hotline.signed(number, self._at + 2 * HOUR_MS, unit)


_SECRETS: dict[tuple[str, str, tuple[str, ...]], str] = {}


async def system(app, pool, number: str, *scopes: str) -> httpx.AsyncClient:
    """Another system: a client with a token of this person, who has at most twenty of them."""
    place = (await pool.fetchval("SELECT current_database()"), number, scopes or ALL_SCOPES)
    if place not in _SECRETS:
        _SECRETS[place], _ = await Tokens(pool, RealClock()).make(number, "a test", place[2], 1)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {_SECRETS[place]}"}
    return httpx.AsyncClient(transport=transport, base_url="http://localhost:12345/api/v1", headers=headers)

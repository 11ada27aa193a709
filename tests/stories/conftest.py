"""What the stories share: a city of people at their windows."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from made.served import chromium, served
from made.street import MONDAY, Street

from lianxin.ground.clock import DAY_MS
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.site.time_here import write_site_clock
from lianxin.ground.store import Database
from lianxin.people import load_staff
from lianxin.personnel import enrol


@pytest.fixture
async def street(database: Database, pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path) -> AsyncIterator[Street]:
    """The street on a Monday morning."""
    await enrol(PostgresLedger(pool), load_staff(), MONDAY - 8 * DAY_MS)
    await write_site_clock(pool, MONDAY, 0.0)
    async with served(pool, database.app_url, tmp_path) as address, chromium() as browser:
        yield Street(address, browser, pool)

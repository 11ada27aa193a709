"""A dispatcher is told what happens to the orders they follow, until they have seen it, and of nobody else's."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from made.entry import entered
from made.site import open_site
from pages_day import DISPATCHER, LIFT, play

from lianxin.ground.store import Database
from lianxin.people import load_staff


@pytest.fixture
async def site(database: Database, pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path) -> AsyncIterator[Any]:
    """A house in which a unit has signed what a dispatcher sent out."""
    await play(pool)
    async with open_site(pool, database.app_url, tmp_path) as opened:
        yield opened


async def told(client: httpx.AsyncClient) -> list[str]:
    """The marks of the news on the page."""
    return re.findall(r'name="seen" value="([\d.]+)"', (await client.get("/dispatch")).text)


async def test_news_stay_until_they_were_seen_and_urging_is_one_key_away(site: Any, pool: Any) -> None:
    async with await entered(site, pool, DISPATCHER.removeprefix("staff:")) as client:
        page = (await client.get("/dispatch?tray=tracked")).text
        assert "跟踪工单的新动态" in page and LIFT in page and 'data-rowkey="u"' in page
        marks = await told(client)
        assert marks
        assert (await client.post("/dispatch/seen", data={"seen": marks[:1]})).status_code == 303
        assert marks[0] not in await told(client)
        await client.post("/dispatch/seen", data={"seen": [*marks, "nothing", "1.1"]})
        assert await told(client) == []


async def test_nobody_marks_the_news_of_another(site: Any, pool: Any) -> None:
    own = DISPATCHER.removeprefix("staff:")
    other = next(person.id for person in load_staff().by_role("dispatcher") if person.id != own)
    async with await entered(site, pool, own) as mine, await entered(site, pool, other) as theirs:
        marks = await told(mine)
        assert await told(theirs) == []
        await theirs.post("/dispatch/seen", data={"seen": marks})
        assert await told(mine) == marks

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


async def test_news_stay_until_they_were_seen(site: Any, pool: Any) -> None:
    async with await entered(site, pool, DISPATCHER.removeprefix("staff:")) as client:
        page = (await client.get("/dispatch?tray=tracked")).text
        assert "跟踪工单的新动态" in page and LIFT in page
        marks = await told(client)
        assert marks
        assert (await client.post("/dispatch/seen", data={"seen": marks[:1]})).status_code == 303
        assert marks[0] not in await told(client)
        await client.post("/dispatch/seen", data={"seen": [*marks, "nothing", "1.1"]})
        assert await told(client) == []


async def urges(pool: Any) -> int:
    """How often somebody was urged."""
    return int(await pool.fetchval("SELECT count(*) FROM entries WHERE kind = 'urged'"))


async def test_one_press_urges_the_unit_once_and_the_tray_says_so(site: Any, pool: Any) -> None:
    async with await entered(site, pool, DISPATCHER.removeprefix("staff:")) as client:
        tray = "/dispatch?tray=tracked"
        page = (await client.get(tray)).text
        path, command = found(r'formaction="(/orders/[\d-]+/do/urge)" name="command" value="([\w-]+)"', page)
        assert 'data-rowkey="u"' in page
        sent = {"command": command, "next": tray}
        for _ in range(2):  # a key that was pressed twice
            answer = await client.post(path, data=sent)
            assert answer.status_code == 303, answer.text
        assert await urges(pool) == 1
        told = (await client.get(answer.headers["location"])).text
        assert answer.headers["location"].startswith("/dispatch?") and "“催办督办”已保存" in told
        anew = found(r'formaction="(/orders/[\d-]+/do/urge)" name="command" value="([\w-]+)"', told)
        assert anew[0] == path and anew[1] != command, "the next press is another one"


async def test_who_does_not_follow_an_order_has_no_key_to_urge_it(site: Any, pool: Any) -> None:
    other = next(p.id for p in load_staff().by_role("dispatcher") if p.id != DISPATCHER.removeprefix("staff:"))
    async with await entered(site, pool, other) as client:
        assert "/do/urge" not in (await client.get("/dispatch?tray=unsigned")).text


def found(pattern: str, page: str) -> tuple[str, str]:
    """The two values that a pattern finds first."""
    match = re.search(pattern, page)
    assert match is not None
    return match[1], match[2]


async def test_nobody_marks_the_news_of_another(site: Any, pool: Any) -> None:
    own = DISPATCHER.removeprefix("staff:")
    other = next(person.id for person in load_staff().by_role("dispatcher") if person.id != own)
    async with await entered(site, pool, own) as mine, await entered(site, pool, other) as theirs:
        marks = await told(mine)
        assert await told(theirs) == []
        await theirs.post("/dispatch/seen", data={"seen": marks})
        assert await told(mine) == marks

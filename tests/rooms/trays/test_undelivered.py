"""A message that did not reach its citizen is somebody's work until the citizen was told in another way."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
from made.entry import entered
from made.site import open_site
from pages_day import LIFT, play

from lianxin.ground.store import Database
from lianxin.orders.service import order_id_of
from lianxin.people import load_staff

TRAY = "/followup?tray=undelivered"
CALLER = load_staff().by_role("followup_caller")[0].id


@pytest.fixture
async def site(database: Database, pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path) -> AsyncIterator[Any]:
    """A house with some days behind it."""
    await play(pool)
    async with open_site(pool, database.app_url, tmp_path) as opened:
        yield opened


async def message(pool: Any, state: str, body: str = '{"person": "1", "template": "receipt"}') -> None:
    """A message about an order that ended so."""
    await pool.execute(
        """INSERT INTO outbox (message_id, subject_id, channel, body, made_at, due_at, state, ended_at)
           SELECT $1, $2, 'sms', $3::jsonb, at, at, $4, at + interval '1 s'
             FROM entries WHERE chain_id = $2 ORDER BY seq DESC LIMIT 1""",
        uuid4(),
        order_id_of(LIFT),
        body,
        state,
    )


async def lies_there(client: httpx.AsyncClient) -> bool:
    """Whether the order lies in the tray of undelivered messages."""
    page = await client.get(TRAY)
    assert page.status_code == 200
    return f'href="/orders/{LIFT}' in page.text


@pytest.mark.parametrize("state", ["returned", "dead"])
async def test_it_lies_with_the_callers_until_the_citizen_was_told(site: Any, pool: Any, state: str) -> None:
    async with await entered(site, pool, CALLER) as client:
        assert "消息都送到了" in (await client.get(TRAY)).text
        await message(pool, state)
        page = (await client.get(TRAY)).text
        assert await lies_there(client) and "消息未送达" in page and f"/orders/{LIFT}/do/note" in page
        assert re.search(r'tray=undelivered" aria-current="page">[^<]*<span class="count">1<', page)
        await note(client, text="市民来电问进度。")
        assert await lies_there(client), "a note that tells nobody anything does not settle it"
        await note(client, told="电话告知，本人接听")
        assert not await lies_there(client)


@pytest.mark.parametrize(
    ("state", "body"),
    [("sent", '{"person": "1"}'), ("dropped", '{"person": "1"}'), ("dead", '{"url": "https://unit.example"}')],
)
async def test_what_arrived_or_was_for_no_citizen_lies_nowhere(site: Any, pool: Any, state: str, body: str) -> None:
    await message(pool, state, body=body)
    async with await entered(site, pool, CALLER) as client:
        assert not await lies_there(client)


async def note(client: httpx.AsyncClient, **fields: str) -> None:
    """Write a note on the order, as the form of the tray leads to."""
    page = (await client.get(f"/orders/{LIFT}/do/note")).text
    found = re.search(r'name="command" value="([^"]+)"', page)
    assert found is not None
    answer = await client.post(f"/orders/{LIFT}/do/note", data={"command": found[1], **fields})
    assert answer.status_code == 303, answer.text

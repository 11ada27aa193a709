"""The keys of a tray in a real browser: one press is enough, and the row that was chosen stays chosen."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from made.entry import browser_cookie
from made.served import chromium, served
from pages_day import DISPATCHER, play

from lianxin.ground.store import Database

WAIT_MS = 20_000  # a guard, not a measure
CHOSEN = "[data-tray] tr[aria-selected='true']"


@pytest.fixture
async def desk(database: Database, pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path) -> AsyncIterator[Any]:
    """The dispatcher's tray of what they follow, in a window of an old office PC."""
    await play(pool)
    async with served(pool, database.app_url, tmp_path) as address, chromium() as browser:
        context = await browser.new_context(viewport={"width": 1366, "height": 768}, base_url=address)
        await context.add_cookies([await browser_cookie(pool, DISPATCHER.removeprefix("staff:"), address)])
        page = await context.new_page()
        await page.goto("/dispatch?tray=tracked")
        yield page


async def urged(pool: Any) -> list[str]:
    """The numbers of the orders that were urged."""
    rows = await pool.fetch(
        "SELECT o.number FROM entries e JOIN orders o ON o.order_id = e.chain_id WHERE e.kind = 'urged'"
    )
    return [row["number"] for row in rows]


async def test_one_key_urges_the_chosen_order_and_nothing_is_chosen_twice(desk: Any, pool: Any) -> None:
    await desk.keyboard.press("j")
    number = await desk.locator(f"{CHOSEN} .num").first.inner_text()
    await desk.keyboard.press("u")
    await desk.locator(".confirmed", has_text=number).wait_for(timeout=WAIT_MS)
    assert await urged(pool) == [number]
    assert number in await desk.locator(CHOSEN).inner_text(), "the row is chosen again: the next key is for it"
    await desk.keyboard.press("u")
    await desk.wait_for_url("**/dispatch?**done=**", timeout=WAIT_MS)


async def test_a_row_that_is_written_anew_stays_chosen(desk: Any) -> None:
    await desk.keyboard.press("j")
    row = await desk.locator(CHOSEN).get_attribute("id")
    await desk.evaluate("htmx.trigger('#rows', 'sse:ledger')")
    await desk.evaluate("new Promise(done => document.addEventListener('htmx:afterSettle', done, {once: true}))")
    assert await desk.locator(CHOSEN).get_attribute("id") == row

"""A reader at a real browser: the book, a list, an order, a search, the other language, a lost database.

The site runs over a real database in which a few days were played through the services.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import date
from urllib.parse import quote

import asyncpg
import httpx
import pytest
from made.entry import browser_cookie, entered
from made.site import made_site
from pages_day import HEATING, LAMPS, LIFT, NOISE, NOW, READER, REVIEWER, Hotline, play

from lianxin.desks.pictures import QUIET, NoBrowser, browser_path
from lianxin.desks.site import make_paper
from lianxin.ground.clock import at_iso
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.text import make_number
from lianxin.ground.web import Paper
from lianxin.orders import commands as c
from lianxin.people import load_staff
from lianxin.personnel import enrol

LARGEST_BYTES = 100_000  # a page without fonts and libraries
READABLE_S = 20.0  # a guard, not a measure


@pytest.fixture(scope="session")
def paper() -> Paper:
    """The templates, compiled once."""
    return make_paper()


@pytest.fixture
async def site(database, pool, paper, tmp_path) -> AsyncIterator[str]:
    """The address of a served site with a few days in its books."""
    from granian.constants import Interfaces
    from granian.server.embed import Server

    await play(pool)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = made_site(pool, database.app_url, tmp_path, paper=paper, port=port)
    server = Server(app, port=port, interface=Interfaces.ASGI, log_enabled=False)
    serving = asyncio.create_task(server.serve())
    try:
        yield await _answering(f"http://localhost:{port}")
    finally:
        server.stop()
        await serving


async def _answering(url: str) -> str:
    async with httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(retries=5), timeout=READABLE_S) as client:
        await client.get(f"{url}/healthz")
    return url


@pytest.fixture
async def browser():
    """A Chromium that talks to nobody but the site."""
    from playwright.async_api import async_playwright

    try:
        path = browser_path()
    except NoBrowser as missing:
        pytest.skip(str(missing))
    async with async_playwright() as driver:
        opened = await driver.chromium.launch(executable_path=path, args=list(QUIET))
        yield opened
        await opened.close()


@pytest.fixture
async def context(browser, site, pool):
    """A duty manager's browser."""
    opened = await browser.new_context(viewport={"width": 1366, "height": 768})
    await opened.add_cookies([await browser_cookie(pool, READER, site)])
    yield opened
    await opened.close()


@pytest.fixture
async def page(context):
    """A window of an old office PC, and every complaint of the browser."""
    opened = await context.new_page()
    opened.complaints = []
    opened.elsewhere = []
    opened.on("pageerror", lambda error: opened.complaints.append(str(error)))
    opened.on("console", lambda said: opened.complaints.append(said.text) if said.type == "error" else None)
    opened.on(
        "request",
        lambda asked: opened.elsewhere.append(asked.url) if not asked.url.startswith("http://localhost") else None,
    )
    yield opened
    await opened.close()


async def test_from_the_book_to_an_order_and_to_its_promises(site, page):
    await page.goto(f"{site}/book")
    # carried over: the lift and the heating; opened today: lamps, wages, noise; closed today: the heating
    figures = [text.strip() for text in await page.locator(".eq b").all_inner_texts()]
    assert figures == ["2", "3", "1", "4"]
    assert await page.locator(".seal.balanced").inner_text() == "账平"
    await page.get_by_role("link", name="工单").click()
    await page.wait_for_url("**/orders")
    titles = await page.locator(".tray tbody td:first-child a").all_inner_texts()
    assert titles[0] == "锦苑小区 3 号楼电梯停运，老人无法下楼透析"  # the most urgent
    assert len(titles) == 4
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/orders/{LIFT}")
    assert await page.locator(".holder .who").inner_text() == "市住建局"
    assert "到期" in await page.locator(".clocks .due").first.inner_text()
    assert await page.locator(".course > li").count() == 6
    await page.get_by_role("link", name="全部承诺").click()
    assert await page.locator("#promises .due-kept").count() == 1
    assert page.complaints == [] and page.elsewhere == []


async def test_a_handover_that_waits_for_its_signature_shows_that_the_giver_still_holds(site, page):
    await page.goto(f"{site}/orders/{LAMPS}")
    assert await page.locator(".holder .who").inner_text() == "转办区"
    assert "等市城管局签收" in await page.locator(".holder").inner_text()
    assert await page.locator(".course > li.waiting").count() == 1


async def test_a_date_explains_itself_one_click_away(site, page):
    await page.goto(f"{site}/orders/{LIFT}")
    days = await page.locator(".why-day").all_inner_texts()
    assert [day.split("\n")[0] for day in days][:2] == ["3月9日 周一", "10 周二"]
    assert "派单日，不计" in days[0] and "休息" in days[5] and "24:00 止" in days[-1]
    assert not await page.locator(".steps ol").is_visible()
    await page.get_by_text("这个日子怎么算的").click()
    assert "山东省政务服务热线管理办法" in await page.locator(".steps").inner_text()


async def test_any_piece_of_the_citizens_words_is_found(site, page):
    await page.goto(f"{site}/orders")
    await page.keyboard.press("/")
    await page.keyboard.type("背下去再背上来")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/orders?q=*")
    assert await page.locator(".tray tbody tr").count() == 1
    assert await page.locator(".tray tbody .num").first.inner_text() == LIFT


async def test_a_search_that_finds_nothing_says_what_can_be_found(site, page):
    await page.goto(f"{site}/orders?q={quote('火星上的井盖')}")
    assert "没有工单含有这些字" in await page.locator("main").inner_text()


async def test_words_that_mean_something_to_a_database_are_only_words(site, page):
    for words in ("%", "_", "'; DROP TABLE orders; --", "\\", "<script>alert(1)</script>", "𠮷野家", "🏠"):
        answer = await page.goto(f"{site}/orders?q={quote(words)}")
        assert answer.status == 200
        assert await page.locator(".empty").count() == 1
    assert page.complaints == []


async def test_a_number_that_is_typed_leads_to_its_order(site, page):
    await page.goto(f"{site}/orders?q={quote(LIFT.replace('-', ' '))}")
    assert page.url == f"{site}/orders/{LIFT}"


async def test_a_slip_in_a_number_is_noticed_and_explained(site, page):
    last = (int(LIFT[-1]) + 1) % 10
    answer = await page.goto(f"{site}/orders/{LIFT[:-1]}{last}")
    assert answer.status == 404
    text = await page.locator("main").inner_text()
    assert "这不是一个单号" in text and "一位数字不对" in text and "没有丢失" in text


async def test_a_number_that_was_never_given_out_is_not_a_lost_order(site, page):
    answer = await page.goto(f"{site}/orders/{make_number(date(2026, 3, 9), 77)}")
    assert answer.status == 404
    assert "没有这个单号的工单" in await page.locator("main").inner_text()


async def test_the_whole_house_speaks_english_at_a_switch(site, page):
    await page.goto(f"{site}/orders/{LIFT}")
    await page.get_by_role("link", name="English").click()
    assert await page.locator("html").get_attribute("lang") == "en"
    assert await page.locator(".holder .who").inner_text() == "Housing and Urban Construction Bureau"
    await page.goto(f"{site}/book")
    assert "carried over" in await page.locator(".eq").inner_text()


async def test_the_book_moves_by_itself_when_the_ledger_does(site, page, pool):
    await page.goto(f"{site}/book")
    await page.locator('[data-live="on"]').wait_for(state="visible")
    hotline = Hotline(pool, first=10_000)
    at = at_iso("2026-03-13T10:10:00+08:00")
    await hotline.do(NOISE, at, c.Approve, REVIEWER, "reviewer", category="0401", region="371602", urgency="normal")
    await page.get_by_text("转办 2").wait_for(timeout=READABLE_S * 1000)
    assert page.complaints == []


async def test_everything_can_be_read_without_scripts(site, browser, pool):
    context = await browser.new_context(java_script_enabled=False)
    await context.add_cookies([await browser_cookie(pool, READER, site)])
    page = await context.new_page()
    await page.goto(f"{site}/book")
    await page.get_by_role("link", name="工单").click()
    await page.get_by_role("link", name="小区北门路灯不亮").click()
    assert await page.locator(".holder .who").inner_text() == "转办区"
    await context.close()


@pytest.mark.parametrize("width, height", [(1920, 1080), (1366, 768), (1093, 615), (360, 740)])
async def test_nothing_scrolls_sideways(site, page, width, height):
    await page.set_viewport_size({"width": width, "height": height})
    for path in ("/book", "/orders", f"/orders/{LIFT}", f"/orders/{HEATING}", "/nowhere"):
        await page.goto(f"{site}{path}")
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, path


async def test_the_book_fits_a_wall_and_an_office_screen_without_scrolling(site, page):
    for width, height in ((1920, 1080), (1366, 768)):
        await page.set_viewport_size({"width": width, "height": height})
        await page.goto(f"{site}/book")
        assert await page.evaluate("document.documentElement.scrollHeight") <= height


async def test_pages_have_names_labels_and_one_main_part(site, page):
    for path in ("/book", "/orders", f"/orders/{LIFT}", f"/orders/{HEATING}", "/nowhere"):
        await page.goto(f"{site}{path}")
        assert await page.title()
        assert await page.locator("main").count() == 1
        assert await page.locator("h1").count() == 1
        nameless = await page.evaluate(
            """() => [...document.querySelectorAll("a, button, summary, input:not([type=hidden]), svg[role]")]
            .filter((one) => !(one.innerText || one.textContent || "").trim() && !one.getAttribute("aria-label")
                && !(one.labels && one.labels.length))
            .map((one) => one.outerHTML.slice(0, 120))"""
        )
        assert nameless == [], path
        twice = await page.evaluate(
            """() => { const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
            return ids.filter((id, place) => ids.indexOf(id) !== place) }"""
        )
        assert twice == [], path


async def test_every_page_is_small_and_asks_nobody_else(site, pool):
    async with await entered(site, pool, READER) as client:
        for path in ("/book", "/book/now", "/orders", f"/orders/{LIFT}", f"/orders/{HEATING}"):
            answer = await client.get(path, headers={"Accept-Encoding": "identity"})
            assert answer.status_code == 200
            assert len(answer.content) < LARGEST_BYTES
            assert "http://" not in answer.text and "https://" not in answer.text


async def test_pages_say_so_while_the_database_is_away_and_come_back(database, paper, tmp_path):
    pool = await asyncpg.create_pool(database.app_url, min_size=0, max_size=2)
    await enrol(PostgresLedger(pool), load_staff(), NOW)
    app = made_site(pool, database.app_url, tmp_path, paper=paper)
    async with await entered(app, pool, READER) as client:
        assert (await client.get("/readyz")).status_code == 200
        empty = await client.get("/orders")
        assert "现在没有在办的工单" in empty.text
        await pool.close()
        for path in ("/book", "/orders", "/orders/20260309-000929"):
            gone = await client.get(path)
            assert gone.status_code == 503, path
            assert "数据库暂时没有回应" in gone.text
        assert (await client.get("/readyz")).status_code == 503
        assert (await client.get("/healthz")).status_code == 200

"""The citizens' pages in a real browser: with scripts and without, on a small telephone, with the keyboard alone."""

import asyncio
import socket
from datetime import date

import httpx
import pytest
from citizen import WORDS
from made.one_order import MORNING
from made.site import made_site

from lianxin.desks.pictures import QUIET, NoBrowser, browser_path
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.site.time_here import write_site_clock
from lianxin.ground.text import make_number
from lianxin.people import load_staff
from lianxin.personnel import enrol

READABLE_S = 20.0  # a guard, not a measure
PAGE_BYTES_MAX = 100_000  # without fonts and libraries
SMALL = {"width": 360, "height": 740}
PAGES = ("/", "/new", "/follow", "/follow/lost")


@pytest.fixture
async def address(database, pool, paper, tmp_path):
    """The address of a portal that is served."""
    from granian.constants import Interfaces
    from granian.server.embed import Server

    await enrol(PostgresLedger(pool), load_staff(), MORNING)
    await write_site_clock(pool, MORNING, 0.0)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = made_site(pool, database.app_url, tmp_path, paper=paper, port=port)
    server = Server(app, port=port, interface=Interfaces.ASGI, log_enabled=False)
    serving = asyncio.create_task(server.serve())
    try:
        url = f"http://localhost:{port}"
        async with httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(retries=5), timeout=READABLE_S) as client:
            await client.get(f"{url}/healthz")
        yield url
    finally:
        server.stop()
        await serving


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


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
async def page(request, browser):
    """A small telephone, and every complaint of its browser."""
    context = await browser.new_context(viewport=SMALL, java_script_enabled=request.param)
    opened = await context.new_page()
    opened.complaints = []
    opened.on("pageerror", lambda error: opened.complaints.append(str(error)))
    opened.on("console", lambda said: opened.complaints.append(said.text) if said.type == "error" else None)
    yield opened
    await context.close()


async def test_from_the_front_page_to_the_receipt_and_on_to_the_course(address, page, pool):
    await page.goto(address)
    await page.get_by_role("link", name="我要反映").first.click()
    await page.get_by_label("投诉").check()
    await page.get_by_label("请写下来").fill(WORDS)
    await page.get_by_label("在哪里？").select_option("371602")
    await page.get_by_role("button", name="下一步").click()
    await page.get_by_label("电话").fill("13800138000")
    await page.get_by_role("button", name="下一步").click()
    assert WORDS in await page.locator("main").inner_text()
    await page.get_by_role("button", name="提交").click()
    await page.wait_for_url("**/new/receipt")
    number, code = await page.locator("dd.big").all_inner_texts()
    await page.get_by_role("link", name="查看进展").click()
    assert "热线话务员正在看您写的内容" in await page.locator("main").inner_text()
    await page.get_by_role("link", name="补充情况").click()
    await page.get_by_label("请写下来").fill("楼上也不热")
    await page.get_by_role("button", name="提交").click()
    assert "楼上也不热" in await page.locator("main").inner_text()
    await page.get_by_role("button", name="关闭").click()
    await page.goto(f"{address}/follow")
    await page.get_by_label("单号").fill(number)
    await page.get_by_label("查询码").fill(code)
    await page.get_by_role("button", name="查看进展").click()
    assert WORDS in await page.locator("main").inner_text()
    assert await pool.fetchval("SELECT count(*) FROM orders") == 1
    assert page.complaints == []


async def test_a_browser_with_scripts_solves_its_puzzle_before_the_form_goes(address, browser, pool):
    context = await browser.new_context(viewport=SMALL)
    page = await context.new_page()
    sent = []
    page.on("request", lambda asked: sent.append(asked.post_data or "") if asked.method == "POST" else None)
    await page.goto(f"{address}/follow")
    await page.get_by_label("单号").fill(make_number(date(2026, 3, 9), 7))
    await page.get_by_label("查询码").fill("12345678")
    await page.get_by_role("button", name="查看进展").click()
    await page.wait_for_load_state()
    await context.close()
    (form,) = sent
    assert "&work=&" not in form and "work=" in form
    taken = await pool.fetchval("SELECT count(*) FROM portal_buckets")
    assert taken == 2 + 2 + 1, "two for the address, two for the number, one for the puzzle that is spent"


@pytest.mark.parametrize("size", ["m", "l", "xl"])
@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_nothing_lies_beyond_the_edge_of_a_small_screen(address, browser, size, lang):
    context = await browser.new_context(viewport=SMALL)
    page = await context.new_page()
    for path in PAGES:
        await page.goto(f"{address}{path}?size={size}&lang={lang}")
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width <= SMALL["width"], f"{path} is {width} px wide"
        small = await page.locator("main a, main button, header a, header button").evaluate_all(
            "all => all.map(one => one.getBoundingClientRect().height).filter(height => height > 0 && height < 24)"
        )
        assert small == [], f"{path} has targets too small for a thumb"
    await context.close()


async def test_the_keyboard_alone_is_enough(address, browser):
    context = await browser.new_context(viewport={"width": 1366, "height": 768})
    page = await context.new_page()
    await page.goto(f"{address}/new")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.className") == "skip"
    reached = set()
    for _ in range(30):
        await page.keyboard.press("Tab")
        reached.add(await page.evaluate("document.activeElement.name || document.activeElement.textContent.trim()"))
        ring = await page.evaluate(
            "(() => { const one = document.activeElement; const host = one.closest('.kind') || one;"
            " return getComputedStyle(host).outlineStyle; })()"
        )
        assert ring != "none" or await page.evaluate("document.activeElement === document.body")
    assert {"kind", "text", "place", "where", "下一步"} <= reached
    await context.close()


@pytest.mark.parametrize("path", PAGES)
async def test_pages_are_light(address, path):
    async with httpx.AsyncClient(base_url=address, timeout=READABLE_S) as client:
        html = (await client.get(path)).content
        sheets = [
            (await client.get(f"/static/{name}")).content
            for name in ("tokens.css", "components.css", "portal.css", "portal.js")
        ]
    assert len(html) + sum(map(len, sheets)) < PAGE_BYTES_MAX


async def test_every_field_has_its_label(address, browser):
    context = await browser.new_context(viewport=SMALL)
    page = await context.new_page()
    for path in PAGES:
        await page.goto(f"{address}{path}")
        nameless = await page.locator("input:not([type=hidden]), select, textarea").evaluate_all(
            "all => all.filter(one => !one.labels.length).map(one => one.outerHTML)"
        )
        assert nameless == []
        assert await page.locator("h1").count() == 1
    await context.close()

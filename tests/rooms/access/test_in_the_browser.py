"""The way in, in a real browser over real HTTP: forms, passkeys with an authenticator, the idle lock."""

import asyncio
import re
import socket
from typing import Any

import httpx
import msgspec
import pyotp
import pytest
from made.entrance import AGENT, MANAGER, NOW, PASSWORD, REVIEWER, hired, listening, made_entrance, made_paper, moved_in
from made.entry import browser_cookie

from lianxin.access.codes import new_secret
from lianxin.desks.pictures import QUIET, NoBrowser, browser_path
from lianxin.desks.site import LIBRARIES
from lianxin.desks.system import room as system_room
from lianxin.ground.clock import MINUTE_MS, SECOND_MS, VirtualClock
from lianxin.ground.site import Settings
from lianxin.ground.site.settings import WebSettings

WAIT_MS = 20_000  # a guard, not a measure


@pytest.fixture
async def site(database, pool, tmp_path):
    """The small site, served at a port of its own."""
    from granian.constants import Interfaces
    from granian.server.embed import Server

    await moved_in(pool)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = msgspec.structs.replace(Settings(), web=WebSettings(port=port))
    paper = made_paper("desks.system", libraries=LIBRARIES)
    made = made_entrance(
        pool, database.app_url, tmp_path, VirtualClock(NOW), paper, settings=settings, rooms=(system_room,)
    )
    async with listening(made):
        server = Server(made.app, port=port, interface=Interfaces.ASGI, log_enabled=False)
        serving = asyncio.create_task(server.serve())
        address = f"http://localhost:{port}"
        async with httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(retries=5), timeout=20) as client:
            await client.get(f"{address}/healthz")
        try:
            yield made, address
        finally:
            server.stop()
            await serving


@pytest.fixture
async def chromium():
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
async def page(chromium):
    """A window of an old office PC that keeps what the browser complains of."""
    context = await chromium.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    opened = await context.new_page()
    opened.set_default_timeout(WAIT_MS)
    opened.complaints = []
    opened.on("pageerror", lambda error: opened.complaints.append(str(error)))
    opened.on(
        "console", lambda said: opened.complaints.append(said.text) if "Content Security Policy" in said.text else None
    )
    yield opened
    await context.close()


async def with_authenticator(page: Any, **about: Any) -> Any:
    """Give the browser an authenticator that checks its owner, as a laptop has one."""
    session = await page.context.new_cdp_session(page)
    await session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
        **about,
    }
    added = await session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    session.authenticator = added["authenticatorId"]
    return session


async def fill_in(page: Any, address: str, number: str, password: str = PASSWORD, wanted: str = "/page") -> None:
    await page.goto(f"{address}/login?next={wanted}")
    await page.get_by_label("工号").fill(number)
    await page.get_by_label("口令").fill(password)
    await page.get_by_role("button", name="登录", exact=True).click()
    await page.wait_for_load_state()


async def test_somebody_comes_in_with_the_keyboard_alone(site, page):
    made, address = site
    await hired(made, AGENT)
    await page.goto(f"{address}/login?next=/framed")
    await page.keyboard.type(AGENT)  # the cursor stands in the number
    await page.keyboard.press("Tab")
    await page.keyboard.type("wrong")
    await page.keyboard.press("Enter")
    await page.get_by_text("工号和口令对不上").wait_for()
    await page.keyboard.type(PASSWORD)  # and now in the password
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/framed")
    assert await page.get_by_role("link", name="王雅茹").is_visible()
    await page.get_by_role("button", name="退出").click()
    await page.wait_for_url("**/login")
    assert page.complaints == []


async def test_without_scripts_the_way_in_and_out_is_the_same(site, chromium):
    made, address = site
    await hired(made, AGENT)
    context = await chromium.new_context(java_script_enabled=False)
    page = await context.new_page()
    await fill_in(page, address, AGENT)
    assert await page.inner_text("body") == "1001 agent"
    await page.goto(f"{address}/framed")
    await page.get_by_role("button", name="锁定").click()
    await page.get_by_label("口令", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="继续").click()
    await page.goto(f"{address}/page")
    assert await page.inner_text("body") == "1001 agent"
    await context.close()


async def test_a_passkey_is_made_and_then_logs_in_by_itself(site, page, pool):
    made, address = site
    await hired(made, AGENT)
    authenticator = await with_authenticator(page)
    await fill_in(page, address, AGENT, wanted="/me")
    await page.get_by_label("通行密钥的名称").fill("办公室电脑")
    await page.get_by_role("button", name="添加通行密钥").click()
    await page.get_by_text("办公室电脑").wait_for()
    await page.get_by_role("button", name="退出").click()
    await page.wait_for_url("**/login")
    await page.get_by_role("button", name="用通行密钥登录").click()
    await page.wait_for_url(f"{address}/")
    await page.goto(f"{address}/page")
    assert await page.inner_text("body") == "1001 agent"
    assert await pool.fetchval("SELECT method FROM sessions WHERE ended_at IS NULL") == "passkey"
    assert await pool.fetchval("SELECT sign_count FROM passkeys") >= 1
    held = await authenticator.send("WebAuthn.getCredentials", {"authenticatorId": authenticator.authenticator})
    assert len(held["credentials"]) == 1 and held["credentials"][0]["rpId"] == "localhost"
    assert page.complaints == []


async def test_a_passkey_is_a_second_factor_and_unlocks(site, page):
    made, address = site
    await hired(made, MANAGER)
    await with_authenticator(page)
    await fill_in(page, address, MANAGER)
    assert "/login/enrol" in page.url
    await page.get_by_role("button", name="创建通行密钥").click()
    await page.wait_for_url("**/page")
    await page.goto(f"{address}/framed")
    await page.get_by_role("button", name="退出").click()
    await fill_in(page, address, MANAGER)
    assert "/login/second" in page.url
    await page.get_by_role("button", name="用通行密钥").click()
    await page.wait_for_url("**/page")
    await page.goto(f"{address}/framed")
    await page.get_by_role("button", name="锁定").click()
    await page.get_by_role("button", name="用通行密钥").click()
    await page.wait_for_url(f"{address}/")
    await page.goto(f"{address}/page")
    assert (await page.inner_text("body")).startswith(MANAGER)


async def test_an_app_is_set_up_and_a_recovery_code_stands_in_for_a_lost_one(site, page):
    made, address = site
    await hired(made, MANAGER)

    async def shown(secret: str) -> None:
        await page.get_by_label("动态码").fill(pyotp.TOTP(secret).at(made.clock.now() // SECOND_MS))
        await page.keyboard.press("Enter")

    await fill_in(page, address, MANAGER)
    assert "/login/enrol" in page.url and await page.get_by_alt_text("供动态码应用扫描的二维码").is_visible()
    secret = re.sub(r"\s", "", await page.locator(".key-text").inner_text())
    await shown(new_secret())
    await page.get_by_text("动态码不对").wait_for()
    assert re.sub(r"\s", "", await page.locator(".key-text").inner_text()) == secret
    await shown(secret)
    recovery = await page.locator(".codes li").first.inner_text()
    await page.get_by_role("link", name="已经保存好，继续").click()
    await page.wait_for_url("**/page")
    made.clock.set(made.clock.now() + MINUTE_MS)
    await page.context.clear_cookies()
    await fill_in(page, address, MANAGER)
    await shown(secret)
    await page.wait_for_url("**/page")
    await page.context.clear_cookies()
    await fill_in(page, address, MANAGER)
    await page.get_by_label("动态码").fill(recovery)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/page")
    assert page.complaints == []


async def test_an_authenticator_that_does_not_know_its_owner_opens_nothing(site, page):
    made, address = site
    await hired(made, AGENT)
    authenticator = await with_authenticator(page)
    await fill_in(page, address, AGENT, wanted="/me")
    await page.get_by_role("button", name="添加通行密钥").click()
    await page.locator(".keys-of li").wait_for()
    await page.get_by_role("button", name="退出").click()
    await authenticator.send(
        "WebAuthn.setUserVerified", {"authenticatorId": authenticator.authenticator, "isUserVerified": False}
    )
    await page.get_by_role("button", name="用通行密钥登录").click()
    await page.get_by_text("通行密钥没有通过").wait_for()
    await page.goto(f"{address}/page")
    assert "/login" in page.url


async def test_an_answer_of_an_authenticator_is_taken_once_and_from_its_own_browser(site, page, chromium):
    made, address = site
    await hired(made, AGENT)
    await with_authenticator(page)
    await fill_in(page, address, AGENT, wanted="/me")
    await page.get_by_role("button", name="添加通行密钥").click()
    await page.locator(".keys-of li").wait_for()
    await page.get_by_role("button", name="退出").click()
    await page.wait_for_url("**/login")
    sent: list[dict[str, Any]] = []

    async def withheld(route: Any) -> None:
        sent.append(msgspec.json.decode(route.request.post_data))
        await route.abort()

    await page.route("**/login/passkey", withheld)
    await page.get_by_role("button", name="用通行密钥登录").click()
    await page.get_by_text("通行密钥没有通过").wait_for()
    secret = await page.evaluate("document.querySelector('meta[name=csrf]').content")
    own = {cookie["name"]: cookie["value"] for cookie in await page.context.cookies()}
    (answer,) = sent
    headers = {"X-CSRF-Token": secret}
    async with httpx.AsyncClient(base_url=address) as thief:  # a browser with a visit of its own
        page_of_thief = await thief.get("/login")
        stolen = {"X-CSRF-Token": page_of_thief.text.split('name="csrf" content="')[1].split('"')[0]}
        assert (await thief.post("/login/passkey", json=answer, headers=stolen)).status_code == 401
    async with httpx.AsyncClient(base_url=address, cookies=own) as same:
        assert (await same.post("/login/passkey", json=answer)).status_code == 403  # no token of our page
        assert (await same.post("/login/passkey", json=answer, headers=headers)).status_code == 200
    async with httpx.AsyncClient(base_url=address, cookies=own) as replayed:
        assert (await replayed.post("/login/passkey", json=answer, headers=headers)).status_code == 401


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"credential": None},
        {"credential": "x"},
        {"credential": {"rawId": "!!!", "response": {}}},
        {"credential": {"rawId": "AAAA", "id": "AAAA", "type": "public-key", "response": {"clientDataJSON": "AAAA"}}},
        {"credential": {"rawId": "AAAA", "response": {"clientDataJSON": "eyJjaGFsbGVuZ2UiOiAiQUFBQSJ9"}}},
        {"credential": {"rawId": ["x"], "response": [1]}},
    ],
)
async def test_what_is_no_answer_is_refused(site, answer):
    _, address = site
    async with httpx.AsyncClient(base_url=address) as client:
        page = await client.get("/login")
        headers = {"X-CSRF-Token": page.text.split('name="csrf" content="')[1].split('"')[0]}
        assert (await client.post("/login/passkey", json=answer, headers=headers)).status_code == 401
        assert (await client.post("/login/passkey", content=b"[", headers=headers)).status_code == 400
        assert (await client.post("/login/passkey", json=[1], headers=headers)).status_code == 400


async def test_the_page_is_covered_and_nothing_typed_is_lost(site, page, pool):
    made, address = site
    await hired(made, AGENT)
    await page.clock.install(time=NOW / 1000)
    await fill_in(page, address, AGENT, wanted="/me")
    await page.get_by_label("名称", exact=True).fill("刚写了一半")
    made.clock.set(made.clock.now() + 16 * MINUTE_MS)
    await page.clock.run_for(16 * MINUTE_MS)
    await page.get_by_role("heading", name="已锁定").wait_for()
    assert not await page.get_by_role("heading", name="在哪些地方登录着").is_visible()
    await page.keyboard.press("Escape")
    assert await page.locator("#curtain").is_visible()
    await page.locator("#curtain-password").fill("wrong")
    await page.keyboard.press("Enter")
    await page.get_by_text("口令不对，页面仍然锁着").wait_for()
    await page.locator("#curtain-password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.locator("#curtain").wait_for(state="hidden")
    assert await page.get_by_label("名称", exact=True).input_value() == "刚写了一半"
    assert page.complaints == []


async def test_who_types_in_one_window_keeps_the_other_open(site, page):
    made, address = site
    await hired(made, AGENT)
    await page.clock.install(time=NOW / 1000)
    await fill_in(page, address, AGENT, wanted="/me")
    for _ in range(3):
        made.clock.set(made.clock.now() + 10 * MINUTE_MS)
        await page.clock.run_for(10 * MINUTE_MS)
        async with page.expect_response("**/session/awake"):
            await page.keyboard.press("Shift")
    assert not await page.locator("#curtain").is_visible()
    assert await page.evaluate("fetch('/session').then((one) => one.json()).then((one) => one.locked)") is False


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1093, 615), (360, 740)])
async def test_nothing_scrolls_sideways_and_everything_has_a_name(site, page, pool, width, height):
    made, address = site
    await hired(made, AGENT)
    await made.access.tokens.make(REVIEWER, "城管局工单系统的接口", ("orders:read", "orders:act", "attachments"), 90)
    await page.set_viewport_size({"width": width, "height": height})
    await page.goto(f"{address}/login")
    await looks_right(page, width)
    pages = {
        REVIEWER: ("/me", "/me/factors", "/unlock"),
        "2037": ("/system/accounts", f"/system/accounts/{AGENT}"),
        "2038": ("/security/roles", f"/security/roles/{AGENT}", "/security/sessions"),
        "2039": ("/audit/attempts", "/audit/logins"),
    }
    for number, paths in pages.items():
        await page.context.clear_cookies()
        cookie = await browser_cookie(pool, number, address, clock=made.clock)
        await page.context.add_cookies([cookie])
        for path in paths:
            answer = await page.goto(f"{address}{path}")
            assert answer.status == 200, path
            await looks_right(page, width)
    assert page.complaints == []


async def looks_right(page: Any, width: int) -> None:
    assert await page.evaluate("document.documentElement.scrollWidth") <= width, page.url
    assert await page.locator("main").count() == 1 and await page.locator("h1").count() == 1
    nameless = await page.evaluate(
        """() => [...document.querySelectorAll("a, button, input:not([type=hidden]), select, img")]
        .filter((one) => !(one.innerText || one.textContent || one.alt || "").trim() && !one.getAttribute("aria-label")
            && !(one.labels && one.labels.length)).map((one) => one.outerHTML.slice(0, 120))"""
    )
    assert nameless == [], page.url
    twice = await page.evaluate(
        """() => { const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
        return ids.filter((id, place) => ids.indexOf(id) !== place) }"""
    )
    assert twice == [], page.url

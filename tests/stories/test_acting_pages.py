"""An officer at a real browser, an angry citizen on the line: what is typed stays, a key is enough, a step is once."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from made.entry import browser_cookie
from made.pages_day import LIFT, WAGES, play
from made.served import READABLE_S, chromium, served

WAIT_MS = READABLE_S * 1000
TRIES = 50
KEPT = re.compile("已存草稿 10:20")


@pytest.fixture
async def house(database: Any, pool: Any, tmp_path: Any) -> AsyncIterator[tuple[str, Any]]:
    """The address of the site over a few played days, and a browser."""
    await play(pool)
    async with served(pool, database.app_url, tmp_path) as address, chromium() as browser:
        yield address, browser


async def window(house: tuple[str, Any], pool: Any, who: str, **about: Any) -> Any:
    """A window of an old office PC in which somebody is logged in; `complaints` are the browser's."""
    address, browser = house
    context = await browser.new_context(viewport={"width": 1366, "height": 768}, base_url=address, **about)
    await context.add_cookies([await browser_cookie(pool, who, address)])
    page = await context.new_page()
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("console", lambda said: page.complaints.append(said.text) if said.type == "error" else None)
    return page


async def test_what_is_typed_is_kept_and_stands_there_in_another_window(house: Any, pool: Any) -> None:
    page = await window(house, pool, "zjj:contact")
    await page.goto(f"/orders/{LIFT}")
    await page.locator("textarea[name=answer]").fill("电梯已更换曳引机，今天恢复运行。")
    await page.get_by_text(KEPT).wait_for(timeout=WAIT_MS)
    other = await window(house, pool, "zjj:contact")
    await other.goto(f"/orders/{LIFT}/do/reply")
    assert await other.locator("textarea[name=answer]").input_value() == "电梯已更换曳引机，今天恢复运行。"
    await other.get_by_role("button", name="不要草稿").click()
    await other.wait_for_url(f"**/orders/{LIFT}/do/reply")
    assert await other.locator("textarea[name=answer]").input_value() == ""
    assert page.complaints == [] and other.complaints == []


async def test_what_is_typed_is_kept_also_when_the_window_goes_at_once(house: Any, pool: Any) -> None:
    page = await window(house, pool, "zjj:contact")
    await page.goto(f"/orders/{LIFT}")
    await page.locator("textarea[name=answer]").fill("写到一半就来了电话")
    await page.goto("/healthz")
    other = await window(house, pool, "zjj:contact")
    for _ in range(TRIES):  # the browser sends it on after the window is gone
        await other.goto("/drafts")
        if await other.get_by_role("link", name=LIFT).count():
            break
    await other.goto(f"/orders/{LIFT}")
    assert await other.locator("textarea[name=answer]").input_value() == "写到一半就来了电话"


async def test_a_lost_connection_says_so_and_the_words_are_kept_when_it_is_back(house: Any, pool: Any) -> None:
    page = await window(house, pool, "zjj:contact")
    await page.goto(f"/orders/{LIFT}")
    await page.context.set_offline(True)
    await page.locator("input[name=basis]").fill("维修资金管理办法 第三条")
    await page.get_by_text("草稿未存：连接断开").wait_for(timeout=WAIT_MS)
    await page.context.set_offline(False)
    await page.get_by_text(KEPT).wait_for(timeout=WAIT_MS)
    assert await pool.fetchval("SELECT count(*) FROM drafts") == 1


async def test_a_letter_opens_a_step_in_place_and_its_form_is_sent_by_enter(house: Any, pool: Any) -> None:
    page = await window(house, pool, "zjj:contact")
    await page.goto(f"/orders/{LIFT}")
    await page.keyboard.press("c")
    how = page.locator("#act input[name=how]")
    await how.wait_for(timeout=WAIT_MS)
    assert await how.evaluate("one => one === document.activeElement")
    await page.keyboard.type("cgr 电话 2 分钟")  # letters that open other steps are only letters in a field
    assert await how.input_value() == "cgr 电话 2 分钟"
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/orders/{LIFT}?done=log-contact.{LIFT}", timeout=WAIT_MS)
    assert "“记录联系”已保存" in await page.locator(".confirmed").inner_text()
    assert await page.locator(".course > li").count() == 7
    assert page.complaints == []


async def test_a_question_mark_shows_the_keys_of_the_page(house: Any, pool: Any) -> None:
    page = await window(house, pool, "zjj:contact")
    await page.goto(f"/orders/{LIFT}")
    await page.keyboard.press("?")
    shown = page.get_by_role("dialog", name="按键")
    await shown.wait_for(timeout=WAIT_MS)
    assert "记录联系" in await shown.inner_text()
    await page.keyboard.press("Escape")
    await shown.wait_for(state="detached", timeout=WAIT_MS)


async def test_two_quick_presses_are_one_step(house: Any, pool: Any) -> None:
    page = await window(house, pool, "1024")
    await page.goto(f"/orders/{WAGES}/do/approve")
    await page.locator("form.act button.btn-main").dblclick()
    await page.wait_for_url(f"**/orders/{WAGES}?done=*", timeout=WAIT_MS)
    order = await pool.fetchval("SELECT order_id FROM orders WHERE number = $1", WAGES)
    assert await pool.fetchval("SELECT count(*) FROM entries WHERE chain_id = $1", order) == 2


async def test_a_mistake_is_shown_beside_its_field_and_read_out(house: Any, pool: Any) -> None:
    page = await window(house, pool, "1024")
    await page.goto(f"/orders/{WAGES}/do/propose-not-accepted")
    await page.locator("form.act button.btn-main").click()
    await page.locator(".field-error").first.wait_for(timeout=WAIT_MS)
    field = page.locator("input[name=legal_way]")
    described = (await field.get_attribute("aria-describedby") or "").split()
    said = [await page.locator(f"#{one}").inner_text() for one in described]
    assert "这一项还没有填。" in said
    assert await field.get_attribute("aria-invalid") == "true"


async def test_everything_can_be_done_without_scripts(house: Any, pool: Any) -> None:
    page = await window(house, pool, "1024", java_script_enabled=False)
    await page.goto(f"/orders/{WAGES}")
    await page.get_by_role("link", name="退回修改").click()
    await page.locator("input[name='remarks.place']").fill("写明工地名称")
    await page.locator("form.act button.btn-main").click()
    await page.wait_for_url(f"**/orders/{WAGES}?done=*")
    assert "写明工地名称" in await page.locator(".course").inner_text()


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1093, 615), (360, 740)])
async def test_forms_fit_their_window_and_every_field_has_a_name(
    house: Any, pool: Any, width: int, height: int
) -> None:
    for who, paths in (
        ("zjj:contact", (f"/orders/{LIFT}", f"/orders/{LIFT}/do/reply", f"/orders/{LIFT}/do/open-part", "/drafts")),
        ("1024", (f"/orders/{WAGES}", f"/orders/{WAGES}/do/send-back", f"/orders/{WAGES}/do/approve")),
        ("1023", (f"/orders/{LIFT}/do/urge", "/orders/holders")),
    ):
        page = await window(house, pool, who)
        await page.set_viewport_size({"width": width, "height": height})
        for path in paths:
            await page.goto(path)
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
            assert await page.locator("h1").count() == 1, path
            nameless = await page.evaluate(
                """() => [...document.querySelectorAll("input:not([type=hidden]), select, textarea, button")]
                .filter((one) => !(one.labels && one.labels.length) && !one.getAttribute("aria-label")
                    && !(one.textContent || "").trim()).map((one) => one.outerHTML.slice(0, 120))"""
            )
            assert nameless == [], path
        assert page.complaints == []
        await page.context.close()

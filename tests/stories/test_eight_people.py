"""A citizen's request goes through the hands of eight people to the archive, each at their own desk in a browser.

The first goes the straight way. The second is sent back, disputed, extended and reworked
before it ends. Nobody's books are out of order after either.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from made.entry import browser_cookie
from made.served import chromium, served

from lianxin.ground.clock import DAY_MS, HOUR_MS, Instant, at_iso
from lianxin.ground.ledger.command_id import command_id
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.site.time_here import write_site_clock
from lianxin.ground.store import Database
from lianxin.insight.audit.database import audit_database
from lianxin.orders.service import Services, order_id_of
from lianxin.people import load_staff
from lianxin.people.rights import Rights
from lianxin.personnel import enrol
from lianxin.rules import load_rules

MONDAY = at_iso("2026-03-09T09:00:00+08:00")
WORDS = "锦苑小区北门外三盏路灯坏了一周，晚上老人摔了一跤，希望尽快修好。"


def somebody(role: str, place: int = 0) -> str:
    """One of those who have the role and no other, so that duties stay apart."""
    people = [person.id for person in load_staff().by_role(role) if len(person.roles) == 1]
    return (people or [person.id for person in load_staff().by_role(role)])[place]


PEOPLE = {
    "agent": somebody("agent"),
    "reviewer": somebody("reviewer"),
    "dispatcher": somebody("dispatcher"),
    "unit": "cgj:contact",
    "leader": "cgj:leader",
    "objection": somebody("objection_reviewer"),
    "supervisor": somebody("supervisor"),
    "caller": somebody("followup_caller"),
    "second caller": somebody("followup_caller", 1),
}


class Street:
    """Everybody at their own window, and the time of the city."""

    def __init__(self, address: str, browser: Any, pool: Any) -> None:
        self.address = address
        self.pool = pool
        self.now: Instant = MONDAY
        self.complaints: list[str] = []
        self._browser = browser
        self._windows: dict[str, Any] = {}

    async def window(self, who: str) -> Any:
        """The window of somebody who is logged in; of a citizen, who is not."""
        if who not in self._windows:
            context = await self._browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
            if who != "citizen":
                await context.add_cookies([await browser_cookie(self.pool, PEOPLE[who], self.address)])
            page = await context.new_page()
            page.on("pageerror", lambda error: self.complaints.append(f"{who}: {error}"))
            self._windows[who] = page
        return self._windows[who]

    async def later(self, ms: int = HOUR_MS // 4) -> None:
        """Let time pass in the city."""
        self.now += ms
        await write_site_clock(self.pool, self.now, 0.0)

    async def sees(self, who: str, path: str, *words: str) -> None:
        """Somebody finds these words on a page."""
        page = await self.window(who)
        answer = await page.goto(f"{self.address}{path}")
        assert answer.status == 200, (who, path, answer.status)
        text = await page.locator("body").inner_text()
        for word in words:
            assert word in text, f"{who} does not find “{word}” at {path}"

    async def does(self, who: str, number: str, step: str, **filled: str) -> None:
        """Somebody fills in the form of a step, sends it, and is told that it was saved."""
        page = await self.window(who)
        answer = await page.goto(f"{self.address}/orders/{number}/do/{step}")
        assert answer.status == 200, f"{who}: {step} is not possible: {await page.locator('main').inner_text()}"
        form = page.locator(f"form[data-step='{step}']")
        for name, value in filled.items():
            await fill(form, name, value)
        await form.locator("button.btn-main").click()
        await page.wait_for_load_state()
        assert "done=" in page.url, f"{who}: {step}: {await page.locator('main').inner_text()}"
        await self.later()

    async def state(self, number: str) -> str:
        """Where an order stands."""
        return await self.pool.fetchval("SELECT state FROM orders WHERE number = $1", number)


async def fill(form: Any, name: str, value: str) -> None:
    """Fill in a field, whatever kind it is; a box is ticked by `yes`."""
    field = form.locator(f"[name='{name}']")
    first = field.first
    tag = await first.evaluate("one => one.tagName + ':' + (one.type || '')")
    if tag.startswith("SELECT"):
        await first.select_option(value)
    elif tag == "INPUT:radio":
        await form.locator(f"label:has(input[name='{name}'][value='{value}'])").first.click()
    elif tag == "INPUT:checkbox":
        await first.set_checked(value == "yes")
    else:
        await first.fill(value)


@pytest.fixture
async def street(database: Database, pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path) -> AsyncIterator[Street]:
    """The street on a Monday morning."""
    await enrol(PostgresLedger(pool), load_staff(), MONDAY - 8 * DAY_MS)
    await write_site_clock(pool, MONDAY, 0.0)
    async with served(pool, database.app_url, tmp_path) as address, chromium() as browser:
        yield Street(address, browser, pool)


async def test_a_request_goes_the_straight_way_to_the_archive(street: Street, database: Database) -> None:
    number, code = await _asks(street)
    await street.sees("agent", "/intake", "网上来件", number)
    await street.does("agent", number, "take-in", kind="help", category="0401", region="371602", urgency="normal")
    await street.sees("reviewer", "/review", number)
    await street.does("reviewer", number, "approve", category="0401", region="371602", urgency="normal")
    await street.sees("dispatcher", "/dispatch", number)
    await street.does("dispatcher", number, "dispatch", unit="cgj", basis="派单目录 04-01 路灯照明")
    await street.sees("dispatcher", "/dispatch?tray=tracked", number, "市城管局")
    await street.sees("unit", "/unit?tray=sign", number)
    await street.does("unit", number, "sign")
    await street.sees("unit", "/unit?tray=do", number)
    await street.does("unit", number, "log-contact", how="电话 3 分 20 秒，约定明天上午修")
    await street.does("unit", number, "reply", **REPLY)
    await street.sees("reviewer", "/review?tray=replied", number)
    await street.does("reviewer", number, "accept-reply")
    await street.sees("caller", "/followup", number)
    await street.does("caller", number, "record-followup", **HAPPY)
    assert await street.state(number) == "completed"
    await _follows(street, number, code, "办结")
    await _archived(street, number)
    await street.sees("supervisor", f"/orders/{number}", "归档", "市城管局")
    assert street.complaints == []
    await _books_are_in_order(database)


async def test_another_is_sent_back_disputed_extended_and_reworked(street: Street, database: Database) -> None:
    number, code = await _asks(street)
    await street.does("agent", number, "take-in", kind="complaint", category="0401", region="371602", urgency="normal")
    await street.does("reviewer", number, "send-back", **{"remarks.place": "是哪个县区，请核实"})
    await street.sees("agent", "/intake?tray=back", number)
    await street.does("agent", number, "sign")
    await street.does("agent", number, "revise", region="371602")
    await street.does("reviewer", number, "approve", category="0401", region="371602", urgency="normal")
    await street.does("dispatcher", number, "dispatch", unit="cgj", basis="派单目录 04-01 路灯照明")
    await street.does("unit", number, "sign")
    await street.does("unit", number, "ask-send-back", code="R2", basis="三定规定第五条", suggested="zjj")
    await street.sees("objection", "/objections", number)
    await street.does("objection", number, "decide-send-back", accepted="no", text="路灯维护属城管部门职责")
    await street.sees("unit", "/unit?tray=do", number)
    await street.does("unit", number, "log-contact", how="电话 2 分钟，说明需采购配件")
    await street.does(
        "leader", number, "ask-extension", amount="5", reason="配件需采购", interim="已勘查", told="3月9日电话告知"
    )
    await street.sees("supervisor", "/supervision?tray=asked", number)
    await street.does("supervisor", number, "decide-extension", granted="yes", text="同意延长")
    await street.does("unit", number, "reply", **REPLY)
    await street.does("reviewer", number, "return-reply", defects="没有写明何时修好")
    await street.does("unit", number, "sign")
    await street.does("unit", number, "reply", **REPLY)
    await street.does("reviewer", number, "accept-reply")
    await street.does("caller", number, "record-followup", **UNHAPPY)
    await street.sees("reviewer", "/review?tray=rework", number)
    await street.does("reviewer", number, "confirm-rework", agreed="yes", text="请三日内修好并现场确认")
    await street.does("unit", number, "sign")
    await street.does("unit", number, "log-contact", how="现场见面，当面修好")
    await street.does("unit", number, "reply", **REPLY)
    await street.does("reviewer", number, "accept-reply")
    await street.does("second caller", number, "record-followup", **HAPPY)
    assert await street.state(number) == "completed"
    await _follows(street, number, code, "办结")
    await _archived(street, number)
    assert street.complaints == []
    await _books_are_in_order(database)


REPLY = {
    "answer": "三盏路灯已于3月10日全部修复，并加装备用灯一盏，附现场照片。",
    "basis": "《城市照明管理规定》第二十一条",
    "contacted": "3月9日 14:20 电话告知",
}
HAPPY = {
    "contacted": "yes",
    "informed": "yes",
    "solved": "solved",
    "satisfied": "yes",
    "evidence": "录音 20260310-17",
}
UNHAPPY = {**HAPPY, "solved": "not_solved", "satisfied": "no", "reason": "not_solved"}


async def _asks(street: Street) -> tuple[str, str]:
    """The citizen asks on the portal in three steps; returns number and query code of the receipt."""
    page = await street.window("citizen")
    await page.goto(f"{street.address}/new")
    await fill(page, "kind", "help")
    await fill(page, "place", "371602")
    await fill(page, "where", "锦苑小区北门外")
    await fill(page, "text", WORDS)
    await page.locator("form[action='/new'] button.btn-main").click()
    await page.wait_for_url("**/new/you")
    await fill(page, "phone", "13800138000")
    await fill(page, "name", "王小芳")
    await page.locator("form[action='/new/you'] button.btn-main").click()
    await page.wait_for_url("**/new/check")
    await page.locator("form[action='/new/check'] button.btn-main").click()
    await page.wait_for_url("**/new/receipt")
    text = await page.locator("body").inner_text()
    number = re.search(r"20260309-\d{6}", text)
    code = re.search(r"查询码\s*([0-9A-Z]{4}[- ]?[0-9A-Z]{4}[-0-9A-Z ]*)", text)
    assert number is not None and code is not None, text
    await street.later()
    return number[0], code[1].strip()


async def _follows(street: Street, number: str, code: str, word: str) -> None:
    """The citizen finds the word at their own order, in plain words and without a login."""
    page = await street.window("citizen")
    await page.goto(street.address)
    form = page.locator("form[action='/follow']")
    await fill(form, "number", number)
    await fill(form, "code", code)
    await form.locator("button").first.click()
    await page.wait_for_url("**/follow")
    text = await page.locator("body").inner_text()
    assert number in text and word in text and "王小芳" not in text, text


async def _archived(street: Street, number: str) -> None:
    """A month later the clock of the house puts the order into the archive."""
    await street.later(31 * DAY_MS)
    rules = load_rules("sd-binzhou")
    services = Services(PostgresLedger(street.pool), lambda _: rules, await Rights.load(street.pool))
    await services.tick(order_id_of(number), command_id(street.now, b"\x00" * 10), street.now)
    assert await street.state(number) == "archived"


async def _books_are_in_order(database: Database) -> None:
    report = await asyncio.to_thread(audit_database, database.app_url, workers=1)
    assert report.violations == ()

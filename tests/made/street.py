"""People of the city at their own windows of a browser, and the time of the city."""

import asyncio
import re
from collections.abc import Mapping
from typing import Any

from made.entry import browser_cookie

from lianxin.ground.clock import DAY_MS, HOUR_MS, Instant, at_iso
from lianxin.ground.ledger.command_id import command_id
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.site.time_here import write_site_clock
from lianxin.ground.store import Database
from lianxin.insight.audit.database import audit_database
from lianxin.orders.service import Services, order_id_of
from lianxin.people import load_staff
from lianxin.people.rights import Rights
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
    "county": "bc:contact",
    "county leader": "bc:leader",
    "township": "bc-beizhen:contact",
    "city leader": somebody("leader"),
    "auditor": somebody("auditadmin"),
}


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
        page = await self._sends(who, number, step, filled)
        assert "done=" in page.url, f"{who}: {step}: {await page.locator('main').inner_text()}"
        await self.later()

    async def is_told(self, who: str, number: str, step: str, words: str, **filled: str) -> None:
        """Somebody sends the form of a step, which is refused in these words, and nothing typed is lost."""
        page = await self._sends(who, number, step, filled)
        text = await page.locator("main").inner_text()
        assert "done=" not in page.url and words in text, f"{who}: {step}: {text}"
        form = page.locator(f"form[data-step='{step}']")
        for name, value in filled.items():
            assert await form.locator(f"[name='{name}']").first.input_value() == value, (step, name)

    async def _sends(self, who: str, number: str, step: str, filled: Mapping[str, str]) -> Any:
        page = await self.window(who)
        answer = await page.goto(f"{self.address}/orders/{number}/do/{step}")
        assert answer.status == 200, f"{who}: {step} is not possible: {await page.locator('main').inner_text()}"
        await page.locator(".read .voice").wait_for()  # what it is about stands above the form
        form = page.locator(f"form[data-step='{step}']")
        for name, value in filled.items():
            await fill(form, name, value)
        await form.locator("button.btn-main").click()
        await page.wait_for_load_state()
        return page

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


async def asks(street: Street) -> tuple[str, str]:
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


async def dispatched(street: Street, unit: str) -> tuple[str, str]:
    """A citizen asks, and what they ask is taken in, approved and dispatched to a unit; return number and code."""
    number, code = await asks(street)
    await street.does("agent", number, "take-in", kind="help", category="0401", region="371602", urgency="normal")
    await street.does("reviewer", number, "approve", category="0401", region="371602", urgency="normal")
    await street.does("dispatcher", number, "dispatch", unit=unit, basis="派单目录 04-01 路灯照明")
    return number, code


async def follows(street: Street, number: str, code: str, word: str) -> None:
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


async def archived(street: Street, number: str) -> None:
    """A month later the clock of the house puts the order into the archive."""
    await street.later(31 * DAY_MS)
    rules = load_rules("sd-binzhou")
    services = Services(PostgresLedger(street.pool), lambda _: rules, await Rights.load(street.pool))
    await services.tick(order_id_of(number), command_id(street.now, b"\x00" * 10), street.now)
    assert await street.state(number) == "archived"


async def books_are_in_order(database: Database) -> None:
    report = await asyncio.to_thread(audit_database, database.app_url, workers=1)
    assert report.violations == ()

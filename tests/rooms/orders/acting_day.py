"""A small hotline over a real database, and its people at their browsers: what the tests of acting share."""

import html
import re
from typing import Any

import asyncpg
import httpx
from made.entry import entered
from made.pages_day import Hotline

from lianxin.ground.clock import Instant, at_iso
from lianxin.orders import commands as c
from lianxin.orders.order import Order
from lianxin.orders.service import order_id_of

REVIEWER, DISPATCHER, SUPERVISOR, DUTY = "1024", "1026", "1030", "1023"
OFFICER, OTHER_OFFICER = "zjj:contact", "cgj:contact"
NOW = at_iso("2026-03-13T10:20:00+08:00")
APPROVE = {"category": "0401", "region": "371602", "urgency": "normal"}
_FIELD = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


class Desk:
    """Somebody at a browser. `open` remembers what the form carries, `send` sends it with words."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.beside: dict[str, str] = {}

    async def open(self, number: str, step: str, query: str = "") -> httpx.Response:
        """Open the form of a step."""
        answer = await self.client.get(f"/orders/{number}/do/{step}{query}")
        self.beside = {name: html.unescape(value) for name, value in _FIELD.findall(answer.text)}
        self.beside.pop("_csrf", None)
        return answer

    async def send(self, number: str, step: str, query: str = "", **words: Any) -> httpx.Response:
        """Send the form that was opened; a name `remarks__place` is the field `remarks.place`."""
        said = {name.replace("__", "."): value for name, value in words.items()}
        return await self.client.post(f"/orders/{number}/do/{step}{query}", data={**self.beside, **said})

    async def do(self, number: str, step: str, query: str = "", **words: Any) -> httpx.Response:
        """Open a form and send it."""
        opened = await self.open(number, step, query)
        assert opened.status_code == 200, opened.text
        return await self.send(number, step, query, **words)


async def desk(site: Any, pool: "asyncpg.Pool[asyncpg.Record]", number: str) -> Desk:
    """Let somebody sit down."""
    return Desk(await entered(site, pool, number))


async def order(pool: "asyncpg.Pool[asyncpg.Record]", number: str) -> Order:
    """Return the order as it stands in the ledger."""
    return await Hotline(pool, first=9_000).services.order(order_id_of(number))


async def elsewhere(
    pool: "asyncpg.Pool[asyncpg.Record]", number: str, kind: type[c.Command], by: str, role: str, **what: Any
) -> None:
    """Let somebody act behind the back of whoever has the form open."""
    await Hotline(pool, first=next(_FIRST)).do(number, at(), kind, by, role, **what)


def at() -> Instant:
    """The present of the pages."""
    return NOW


_FIRST = iter(range(20_000, 90_000, 100))


def text(answer: httpx.Response) -> str:
    """Return what a page says, without its tags."""
    return html.unescape(re.sub(r"<[^>]+>", " ", answer.text))

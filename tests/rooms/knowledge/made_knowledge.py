"""A knowledge base over a store in memory: who writes, who publishes, what time it is."""

import random
from collections.abc import Callable
from itertools import count
from typing import Any
from uuid import UUID

from lianxin.deadlines import official_calendar
from lianxin.ground.clock import MINUTE_MS, Instant, at_iso
from lianxin.ground.ledger import Store
from lianxin.ground.ledger.memory import MemoryLedger
from lianxin.knowledge import steps as s
from lianxin.knowledge.item import Content, Item
from lianxin.knowledge.service import Knowledge

EDITOR, OTHER = "staff:2026", "staff:2027"
YBJ = "unit:ybj:contact"
AGENT = "staff:1001"
MONDAY = at_iso("2026-11-16T09:00:00+08:00")

CONTENT = Content(
    title="异地就医备案怎么办",
    answer="您可以在国家医保服务平台 App 上办理异地就医备案，备案后可以直接结算。",
    basis="国家医保局、财政部 关于进一步做好基本医疗保险跨省异地就医直接结算工作的通知",
    category="0801",
    valid_from="2026-01-01",
    questions=("在外地看病能报销吗", "异地备案需要什么材料"),
    valid_to="2027-06-30",
)


class Room:
    """A knowledge base; a minute passes with each step."""

    def __init__(self, store: Store | None = None, rights: Callable[[str, str], bool] | None = None) -> None:
        self.ledger = store or MemoryLedger()
        self.now: Instant = MONDAY
        self._ids = (UUID(int=n) for n in count(1))
        self._numbers = count(1)
        calendar = official_calendar()
        self.knowledge = Knowledge(
            self.ledger, lambda: calendar, rights or (lambda _by, _role: True), self._number, random.Random(3).randbytes
        )

    async def _number(self) -> int:
        return next(self._numbers)

    def id(self) -> UUID:
        """Return the id of the next step."""
        return next(self._ids)

    def later(self, ms: int = MINUTE_MS) -> Instant:
        """Let time pass."""
        self.now += ms
        return self.now

    def at(self, written: str) -> None:
        """Let it be then."""
        self.now = at_iso(written)

    async def draft(self, content: Content = CONTENT, by: str = EDITOR, **more: Any) -> int:
        """Begin an item with a first draft; return its number."""
        about = {"responsible": "ybj", "role": _role(by), "unit": _unit(by), **more}
        step = s.Write(id=self.id(), by=by, content=content, **about)
        return int((await self.knowledge.begin(step, self.later()))["item"])

    async def act(self, number: int, kind: type[s.ItemStep], by: str = EDITOR, /, **content: Any) -> Item:
        """Carry out a step; return the item after it."""
        about = {"role": _role(by), "unit": _unit(by), **content}
        await self.knowledge.act(number, kind(id=self.id(), by=by, **about), self.later())
        return await self.knowledge.item(number)

    async def publish(self, content: Content = CONTENT, by: str = EDITOR, second: str = OTHER) -> int:
        """Write, hand in and publish an item."""
        number = await self.draft(content, by)
        await self.act(number, s.Submit, by)
        await self.act(number, s.Publish, second)
        return number

    async def revise(self, number: int, content: Content, by: str = EDITOR, second: str = OTHER) -> Item:
        """Publish another version."""
        await self.act(number, s.Write, by, content=content, responsible="ybj")
        await self.act(number, s.Submit, by)
        return await self.act(number, s.Publish, second)


def _role(by: str) -> str:
    if by.startswith("unit:"):
        return "kb_owner"
    return "kb_editor" if by in (EDITOR, OTHER) else "agent"


def _unit(by: str) -> str | None:
    return by.split(":")[1] if by.startswith("unit:") else None

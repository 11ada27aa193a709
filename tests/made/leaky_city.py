"""A small city in which nobody may see everything: orders of every kind of secrecy, in the hands of many.

Each order's title carries a word that stands nowhere else, so that a page which shows it
gives itself away.
"""

import re
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from made import oracle
from made.pages_day import Hotline

from lianxin.contacts import course
from lianxin.ground.clock import HOUR_MS, MINUTE_MS, Instant, at_iso
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.site.time_here import write_site_clock
from lianxin.ground.text import make_number
from lianxin.orders import commands as c
from lianxin.orders.service import Words, contact_id_of
from lianxin.people import load_staff
from lianxin.personnel import enrol

BEGUN = at_iso("2026-03-09T08:30:00+08:00")
NOW = at_iso("2026-03-11T10:00:00+08:00")
AGENT, REVIEWER, DISPATCHER, CALLER = "staff:1001", "staff:1024", "staff:1026", "staff:1029"
NUMBER = re.compile(r"20260309-\d{6}")


class Matter(msgspec.Struct, frozen=True):
    """An order to be made: how far it goes, with which unit, flags, and units it is about."""

    far: str
    unit: str = "cgj"
    flags: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()


MATTERS = tuple(
    Matter(far, unit, flags, targets)
    for far, unit, flags, targets in (
        ("submitted", "cgj", (), ()),
        ("submitted", "cgj", ("confidential",), ()),
        ("submitted", "cgj", ("confidential",), ("zjj",)),
        ("approved", "cgj", (), ()),
        ("approved", "cgj", ("confidential",), ("cgj",)),
        ("dispatched", "cgj", (), ()),
        ("dispatched", "zjj", ("confidential",), ()),
        ("signed", "zjj", (), ()),
        ("signed", "cgj", ("media",), ()),
        ("signed", "bc", (), ()),
        ("signed", "bc", ("confidential",), ()),
        ("signed", "zjj", ("confidential",), ("cgj",)),
        ("replied", "cgj", (), ()),
        ("replied", "zjj", ("confidential",), ()),
        ("followup", "cgj", (), ()),
        ("followup", "zjj", ("confidential",), ()),
        ("closed", "cgj", (), ()),
        ("closed", "zjj", ("confidential",), ()),
    )
)


class LeakyCity:
    """The city's orders and people, as the tables have them, for who asks the oracle."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool
        self.orders: dict[str, dict[str, Any]] = {}
        self.people: dict[str, dict[str, Any]] = {}

    async def read(self) -> "LeakyCity":
        """Read the facts the oracle decides by, straight from the tables."""
        rows = await self._pool.fetch(
            "SELECT o.number, o.order_id, o.contact_id, o.state, o.flags, o.units, o.targets, o.actors, t.title "
            "FROM orders o JOIN texts t ON t.order_id = o.order_id AND t.n = 1"
        )
        self.orders = {row["number"]: dict(row) for row in rows}
        people = await self._pool.fetch("SELECT work_number AS number, roles, active, unit, units, deputy FROM staff")
        self.people = {row["number"]: dict(row) for row in people}
        return self

    def may_see(self, reader: str, number: str) -> bool:
        """What the oracle says."""
        acting = [self.people[reader]] if reader in self.people else []
        acting += [person for person in self.people.values() if person["deputy"] == reader]
        return oracle.may_see(acting, self.orders[number])

    def seen_by(self, reader: str) -> set[str]:
        """Every order that somebody may see, by number."""
        return {number for number in self.orders if self.may_see(reader, number)}

    def shown_in(self, text: str) -> set[str]:
        """Every order of which a text gives away the number or the title."""
        numbers = set(NUMBER.findall(text)) & set(self.orders)
        return numbers | {number for number, order in self.orders.items() if order["title"] in text}


async def leaky_city(pool: "asyncpg.Pool[asyncpg.Record]") -> LeakyCity:
    """Let the people move in and the orders come about, each by the steps themselves."""
    await enrol(PostgresLedger(pool), load_staff(), at_iso("2026-03-01T00:00:00+08:00"))
    hotline = Hotline(pool, first=1_000_000)
    for n, matter in enumerate(MATTERS, 1):
        await _come_about(hotline, n, matter, BEGUN + n * 5 * MINUTE_MS)
    await write_site_clock(pool, NOW, 0.0)
    return await LeakyCity(pool).read()


async def _come_about(hotline: Hotline, n: int, matter: Matter, at: Instant) -> None:
    number = make_number(date(2026, 3, 9), n)
    await _submit(hotline, number, n, matter, at)
    steps = ("approved", "dispatched", "signed", "replied", "followup", "closed")
    for step in steps[: steps.index(matter.far) + 1] if matter.far in steps else ():
        await _step(hotline, number, step, matter, at + (1 + steps.index(step)) * HOUR_MS)


async def _submit(hotline: Hotline, number: str, n: int, matter: Matter, at: Instant) -> None:
    contact = contact_id_of(number)
    services = hotline.services
    await services.meet(contact, course.Arrive(id=UUID(int=3 * n), by="system", channel="call"), at)
    await services.meet(contact, course.Take(id=UUID(int=3 * n + 1), by=AGENT), at + 1_000)
    words = Words(f"独一无二之事{n:03d}号", f"独一无二之事{n:03d}号的来龙去脉", b"salt" * 4)
    submit = c.Submit(
        id=UUID(int=3 * n + 2),
        by=AGENT,
        role="agent",
        number=number,
        contact=contact,
        citizen_since=at,
        kind="help",
        category="0401",
        region="371602",
        flags=matter.flags,
        targets=matter.targets,
        text_hash=words.hash(),
    )
    await services.submit(contact, submit, at + MINUTE_MS, words)
    await services.meet(contact, course.End(id=UUID(int=500_000 + n), by=AGENT), at + 2 * MINUTE_MS)


async def _step(hotline: Hotline, number: str, step: str, matter: Matter, at: Instant) -> None:
    unit = f"unit:{matter.unit}:contact"
    confidential = "confidential" in matter.flags
    if step == "approved":
        what = {"category": "0401", "region": "371602", "urgency": "normal", "confidential": confidential}
        await hotline.do(number, at, c.Approve, REVIEWER, "reviewer", **what)
    elif step == "dispatched":
        send = {"unit": matter.unit, "basis": "目录 2026.1", "directory": "2026.1"}
        await hotline.do(number, at, c.Dispatch, DISPATCHER, "dispatcher", **send)
    elif step == "signed":
        await hotline.do(number, at, c.Sign, unit, "unit_contact")
    elif step == "replied":
        await hotline.do(number, at, c.LogContact, unit, "unit_contact", how="通话 3 分钟")
        answer = Words("", "已修好，附照片", b"salt" * 4)
        told = {"basis": "条例第八条", "contacted": "3月9日电话", "words": answer}
        await hotline.do(number, at + MINUTE_MS, c.Reply, unit, "unit_contact", **told)
    elif step == "followup":
        await hotline.do(number, at, c.AcceptReply, REVIEWER, "reviewer")
    else:
        said = {"contacted": "yes", "informed": "yes", "solved": "solved", "satisfied": "yes", "evidence": "录音 7"}
        await hotline.do(number, at, c.RecordFollowup, CALLER, "followup_caller", contact=contact_id_of(number), **said)

"""A few days of a small hotline, played through the services: what the pages are looked at with.

Everything is invented. Monday 2026-03-09 to Friday 2026-03-13.
"""

from collections.abc import Iterator
from datetime import date
from itertools import count
from uuid import UUID

import asyncpg

from lianxin.contacts import course
from lianxin.ground.clock import HOUR_MS, MINUTE_MS, Instant, at_iso
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.site.time_here import write_site_clock
from lianxin.ground.text import make_number
from lianxin.orders import commands as c
from lianxin.orders.service import Services, Words, contact_id_of, order_id_of
from lianxin.people import load_staff
from lianxin.personnel import enrol
from lianxin.rules import load_rules

PACK = "sd-binzhou"
AGENT, REVIEWER, DISPATCHER, FOLLOWER = "staff:1001", "staff:1024", "staff:1026", "staff:1029"
READER = "1023"
"""A duty manager, who sees every order."""
NOW = at_iso("2026-03-13T10:20:00+08:00")
LIFT = make_number(date(2026, 3, 9), 92)
HEATING = make_number(date(2026, 3, 12), 311)
LAMPS = make_number(date(2026, 3, 13), 7)
WAGES = make_number(date(2026, 3, 13), 12)
NOISE = make_number(date(2026, 3, 13), 15)

LIFT_WORDS = (
    "电梯停了五天了。我妈八十二，一周三次透析，住九楼，都是我背下去再背上来。"
    "物业说没钱修，让我们等。我就想问问，这个到底归谁管？"
)


class Hotline:
    """Plays commands one after another, each with an id of its own."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", first: int = 1) -> None:
        rules = load_rules(PACK)
        self.services = Services(PostgresLedger(pool), lambda _: rules, lambda who, role: bool(who and role))
        self._ids: Iterator[UUID] = (UUID(int=n) for n in count(first))

    async def order(self, number: str, at: Instant, title: str, text: str, **about: str) -> None:
        """An agent answers a call and opens an order from it."""
        contact = contact_id_of(number)
        await self.services.meet(contact, course.Arrive(id=next(self._ids), by="system", channel="call"), at)
        await self.services.meet(contact, course.Take(id=next(self._ids), by=AGENT), at + 10_000)
        words = Words(title, text, b"salt" * 4)
        submit = c.Submit(
            id=next(self._ids),
            by=AGENT,
            role="agent",
            number=number,
            contact=contact,
            citizen_since=at,
            kind=about.get("kind", "help"),
            category=about.get("category", "0401"),
            region=about.get("region", "371602"),
            urgency=about.get("urgency", "normal"),
            text_hash=words.hash(),
        )
        await self.services.submit(contact, submit, at + 4 * MINUTE_MS, words)
        await self.services.meet(contact, course.End(id=next(self._ids), by=AGENT), at + 5 * MINUTE_MS)

    async def do(self, number: str, at: Instant, kind: type[c.Command], by: str, role: str, **what: object) -> None:
        """Somebody gives a command on an order."""
        words = what.pop("words", None)
        if words is not None:
            assert isinstance(words, Words)
            what["answer_hash" if kind is c.Reply else "text_hash"] = words.hash()
        command = kind(id=next(self._ids), by=by, role=role, **what)
        await self.services.act(order_id_of(number), command, at, words)

    async def dispatched(self, number: str, at: Instant, unit: str, region: str = "371602") -> None:
        """Review and dispatch, a quarter of an hour apart."""
        what = {"category": "0401", "region": region, "urgency": "normal"}
        await self.do(number, at, c.Approve, REVIEWER, "reviewer", **what)
        send = {"unit": unit, "basis": "目录 2026.1 04-01", "directory": "2026.1"}
        await self.do(number, at + 15 * MINUTE_MS, c.Dispatch, DISPATCHER, "dispatcher", **send)

    async def signed(self, number: str, at: Instant, unit: str) -> None:
        """The unit signs for it."""
        await self.do(number, at, c.Sign, f"unit:{unit}:contact", "unit_contact")


async def play(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    """Let the city's people move in, play the days, and let the pages stand at Friday 10:20 of the demo."""
    await enrol(PostgresLedger(pool), load_staff(), at_iso("2026-03-01T08:00:00+08:00"))
    hotline = Hotline(pool)
    await _lift(hotline, at_iso("2026-03-09T09:12:00+08:00"))
    await _heating(hotline, at_iso("2026-03-12T08:40:00+08:00"))
    friday = at_iso("2026-03-13T08:30:00+08:00")
    await hotline.order(LAMPS, friday, "小区北门路灯不亮", "北门外三盏路灯都不亮，晚上看不清路。", region="371681")
    await hotline.dispatched(LAMPS, friday + 20 * MINUTE_MS, "cgj", "371681")
    await hotline.order(
        WAGES,
        friday + HOUR_MS,
        "工地拖欠三个月工资",
        "干了三个月一分钱没给，想问问能不能帮着要回来。",
        kind="complaint",
    )
    await hotline.order(
        NOISE, friday + 80 * MINUTE_MS, "夜间施工噪声", "凌晨两点还在打桩，孩子睡不着。", kind="complaint"
    )
    await write_site_clock(pool, NOW, speed=0.0)


async def _lift(hotline: Hotline, at: Instant) -> None:
    number = LIFT
    await hotline.order(number, at, "锦苑小区 3 号楼电梯停运，老人无法下楼透析", LIFT_WORDS)
    await hotline.dispatched(number, at + 20 * MINUTE_MS, "zjj")
    await hotline.signed(number, at + 2 * HOUR_MS, "zjj")
    unit = "unit:zjj:contact"
    await hotline.do(
        number, at + 6 * HOUR_MS, c.LogContact, unit, "unit_contact", how="通话 4 分 12 秒，约定每个工作日通一次进展"
    )
    told = "维修资金应急使用公示，36 户中 31 户书面同意"
    await hotline.do(number, at + 54 * HOUR_MS, c.Note, unit, "unit_contact", told=told)


async def _heating(hotline: Hotline, at: Instant) -> None:
    number, unit = HEATING, "unit:gr:contact"
    await hotline.order(number, at, "5、6 号楼暖气不热", "家里只有十五度，老人冻得穿棉袄。", kind="complaint")
    await hotline.dispatched(number, at + 10 * MINUTE_MS, "gr")
    await hotline.signed(number, at + HOUR_MS, "gr")
    await hotline.do(number, at + 2 * HOUR_MS, c.LogContact, unit, "unit_contact", how="上门测温")
    answer = Words("", "已更换楼前阀门，室温升到二十度。", b"salt" * 4)
    evidence = {"basis": "供热条例 第二十条", "contacted": "3月12日 15:00 电话", "words": answer}
    await hotline.do(number, at + 8 * HOUR_MS, c.Reply, unit, "unit_contact", **evidence)
    await hotline.do(number, at + 9 * HOUR_MS, c.AcceptReply, REVIEWER, "reviewer")
    answers = {
        "contacted": "yes",
        "informed": "yes",
        "solved": "solved",
        "satisfied": "very",
        "evidence": "录音 0312-77",
    }
    contact = {"contact": contact_id_of(number), **answers}
    await hotline.do(number, at + 24 * HOUR_MS, c.RecordFollowup, FOLLOWER, "followup_caller", **contact)

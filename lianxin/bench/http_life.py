"""Which commands are sent over HTTP? The life of an order, from its review to its end, each in the name of who may.

Eight commands of five people: approve, dispatch, sign, contact, progress, reply, accept, follow-up. Each is one request
with a key of its own and one transaction, on the disk before it is answered.
"""

import asyncio
import json
from collections.abc import Iterator, Mapping
from itertools import count
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from uuid import UUID, uuid4

from lianxin.access.tokens import Tokens
from lianxin.bench.http_client import Connection, Refused, Work, request
from lianxin.bench.plan import NOW, WORKERS
from lianxin.contacts import course
from lianxin.ground.clock import DAY_MS, MINUTE_MS, RealClock, local_date
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.site.time_here import write_site_clock
from lianxin.ground.text import make_number
from lianxin.orders import commands as c
from lianxin.orders.service import Services, Words, contact_id_of
from lianxin.people import load_staff
from lianxin.personnel import enrol
from lianxin.rules import load_rules

if TYPE_CHECKING:
    from asyncpg import Pool, Record

AGENT: Final = "staff:1001"
CATEGORY: Final = {"category": "0401", "region": "371602", "urgency": "normal"}
UNIT: Final = "zjj"
SCOPES: Final = ("orders:read", "orders:act")


class Step(NamedTuple):
    """One command of a life: who gives it, which it is, what is sent with it."""

    by: str
    slug: str
    body: Mapping[str, Any]


LIFE: Final = (
    Step("1024", "approve", CATEGORY),
    Step("1026", "dispatch", {"unit": UNIT, "basis": "目录 04-01"}),
    Step(f"{UNIT}:contact", "sign", {}),
    Step(f"{UNIT}:contact", "log-contact", {"how": "今天上午电话联系，约定下午上门"}),
    Step(f"{UNIT}:contact", "note", {"text": "维修人员已到现场，电梯控制板需要更换，今天下午到货。"}),
    Step(
        f"{UNIT}:contact",
        "reply",
        {
            "answer": "控制板已更换，电梯今天 16 点恢复运行。",
            "basis": "特种设备安全法 第 38 条",
            "contacted": "今天 16 点电话",
        },
    ),
    Step("1024", "accept-reply", {}),
    Step(
        "1028",
        "record-followup",
        {"contacted": "yes", "informed": "yes", "solved": "solved", "satisfied": "yes", "evidence": "录音 2026-1"},
    ),
)


class Opened(NamedTuple):
    """An order that waits for its review, and the contact it came from."""

    number: str
    contact: str


async def open_orders(pool: "Pool[Record]", amount: int) -> list[Opened]:
    """Let the city move in at the bench's present, and open so many orders."""
    ledger = PostgresLedger(pool)
    await enrol(ledger, load_staff(), NOW - 30 * DAY_MS)
    await write_site_clock(pool, NOW, speed=1.0)
    rules = load_rules("sd-binzhou")
    services = Services(ledger, lambda _: rules, lambda _who, _role: True)
    running, ids = count(1), (UUID(int=n) for n in count(1))
    slots = asyncio.Semaphore(WORKERS)

    async def one() -> Opened:
        async with slots:
            return await _opened(services, make_number(local_date(NOW), next(running)), ids)

    return list(await asyncio.gather(*(one() for _ in range(amount))))


async def _opened(services: Services, number: str, ids: Iterator[UUID]) -> Opened:
    contact, at = contact_id_of(number), NOW - 10 * MINUTE_MS
    await services.meet(contact, course.Arrive(id=next(ids), by="system", channel="call"), at)
    await services.meet(contact, course.Take(id=next(ids), by=AGENT), at)
    words = Words("电梯停运", "锦苑小区 3 号楼电梯停运五天，老人无法下楼透析，物业说没有钱修。", uuid4().bytes)
    submit = c.Submit(
        id=next(ids),
        by=AGENT,
        role="agent",
        number=number,
        contact=contact,
        citizen_since=at,
        kind="complaint",
        text_hash=words.hash(),
        category=CATEGORY["category"],
        region=CATEGORY["region"],
        urgency=CATEGORY["urgency"],
    )
    await services.submit(contact, submit, at, words)
    return Opened(number, number)


async def tokens_for(pool: "Pool[Record]") -> dict[str, str]:
    """Return a token for each person of a life."""
    tokens = Tokens(pool, RealClock())
    return {who: (await tokens.make(who, "bench", SCOPES, 1))[0] for who in {step.by for step in LIFE}}


def leading(orders: Iterator[Opened], tokens: Mapping[str, str]) -> Work:
    """Return the work of a client who leads the next of these orders to its end, as long as there are any."""

    async def work(connection: Connection, each_ms: list[float]) -> None:
        for order in orders:
            for step in LIFE:
                asked = _asked(order, step, tokens[step.by])
                began = perf_counter()
                answer = await connection.ask(asked)
                each_ms.append((perf_counter() - began) * 1000)
                if answer.status != 200:
                    raise Refused(
                        f"{step.slug} on {order.number} answered {answer.status}: {answer.body.decode()[:400]}"
                    )

    return work


def _asked(order: Opened, step: Step, token: str) -> bytes:
    body = dict(step.body)
    if step.slug == "record-followup":
        body["contact"] = order.contact
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4()), "Accept": "application/json"}
    path = f"/api/v1/orders/{order.number}/commands/{step.slug}"
    return request("POST", path, headers, json.dumps(body, ensure_ascii=False).encode())

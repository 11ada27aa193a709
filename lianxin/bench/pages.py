"""How long does the house take to make a list, the page of an order, a search?

Server time: from the request's arrival at the application to the last byte of its answer
(routing, SQL, templates, gzip), called in this process. The network, the HTTP server's own
0.1 ms and the browser are not in it.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from litestar import Litestar

from lianxin.access.cookies import SESSION
from lianxin.access.sessions import Sessions
from lianxin.bench.databases import Databases
from lianxin.bench.measuring import Result, percentiles
from lianxin.bench.plan import NOW, SEED, Plan
from lianxin.bench.wanted import frequent_pairs, pieces
from lianxin.desks.site import HEARING, make_site
from lianxin.ground.clock import VirtualClock
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.site import Settings, Site
from lianxin.ground.store import open_pool
from lianxin.people import load_staff
from lianxin.personnel import enrol

if TYPE_CHECKING:
    from asyncpg import Pool, Record

LIST_TARGET_MS = 8.0
ORDER_TARGET_MS = 10.0
SEARCH_TARGET_MS = 60.0


READER = "1023"
"""A duty manager: sees every order."""


class Reader(NamedTuple):
    """The site, and the secret of a session in which it is read."""

    app: Litestar
    secret: str


class Failed(Exception):
    """A page that was measured did not answer 200."""


def measure_list(databases: Databases, plan: Plan) -> list[Result]:
    """Measure the first page of all open orders, the heaviest of all lists, and further pages of single holders."""
    url = databases.kept().app_url

    async def run() -> list[Result]:
        async with _site(url) as (reader, pool):
            holders = [row[0] for row in await pool.fetch("SELECT DISTINCT holder FROM orders WHERE closed_at IS NULL")]
            chance = Random(SEED)
            held = ["/orders?holder=" + quote(chance.choice(holders)) for _ in range(plan.requests)]
            everyone = await _timed(reader, ["/orders"] * plan.requests, plan)
            single = await _timed(reader, held, plan)
        return [
            _result(
                "list", everyone, LIST_TARGET_MS, plan, "50 most urgent of all open orders with every holder's count"
            ),
            _result(
                "list.holder", single, LIST_TARGET_MS, plan, "50 most urgent orders of one holder, holders at random"
            ),
        ]

    return asyncio.run(run())


def measure_order(databases: Databases, plan: Plan) -> list[Result]:
    """Measure the page of single orders, open and closed at random, with chain verified and course replayed."""
    url = databases.kept().app_url

    async def run() -> list[Result]:
        async with _site(url) as (reader, pool):
            numbers = await _numbers(pool, plan.requests)
            times = await _timed(reader, [f"/orders/{number}" for number in numbers], plan)
        return [_result("order", times, ORDER_TARGET_MS, plan, "page of one order, half of them open, chain verified")]

    return asyncio.run(run())


def measure_search(databases: Databases, plan: Plan) -> list[Result]:
    """Measure searches for pieces of stored texts at random, and for the most frequent pairs of characters."""
    url = databases.kept().app_url

    async def run() -> list[Result]:
        async with _site(url) as (reader, pool):
            texts = await _texts(pool, plan.searches)
            chance = Random(SEED)
            mixed = [*pieces(texts, plan.searches, chance), *frequent_pairs(texts, max(plan.searches // 10, 1))]
            chance.shuffle(mixed)
            times = await _timed(reader, ["/orders?q=" + quote(piece) for piece in mixed], plan)
        note = (
            f"first page of {plan.searches} pieces of 2 to 6 characters of stored texts and the "
            f"{len(mixed) - plan.searches} most frequent pairs"
        )
        p99 = percentiles(times)["p99"]
        return [_result("search", times, SEARCH_TARGET_MS, plan, note, value=p99)]

    return asyncio.run(run())


def _result(
    name: str, times: Sequence[float], target: float, plan: Plan, note: str, value: float | None = None
) -> Result:
    shares = percentiles(times)
    return Result(
        name=name,
        value=shares["p50"] if value is None else value,
        unit="ms",
        target=target,
        better="less",
        percentiles=shares,
        percentiles_unit="ms",
        note=f"{note}; {plan.open:,} open and {plan.closed:,} closed orders",
    )


@asynccontextmanager
async def _site(url: str) -> "AsyncIterator[tuple[Reader, Pool[Record]]]":
    """Give the site as it is served, at the bench's present, and a duty manager who reads it."""
    pool = await open_pool(url, size_min=4, size_max=8)
    async with pool:
        await enrol(PostgresLedger(pool), load_staff(), NOW)
        clock = VirtualClock(NOW)
        begun = await Sessions(pool, clock).begin(READER, "password")
        with TemporaryDirectory() as home:
            app = make_site(pool, url, Site(Path(home), Settings()), clock)
            async with app.lifespan():
                await app.state[HEARING].ready.wait()  # rights and rules have been read
                yield Reader(app, begun.secret), pool


async def _timed(reader: Reader, paths: Sequence[str], plan: Plan) -> list[float]:
    """Return the milliseconds of each request, one after another, after some to warm up."""
    for path in paths[: plan.warm_up]:
        await _asked(reader, path)
    times: list[float] = []
    for path in paths:
        began = perf_counter()
        await _asked(reader, path)
        times.append((perf_counter() - began) * 1000)
    return times


async def _asked(reader: Reader, path: str) -> None:
    """Ask the application for one page. Raises Failed."""
    place, _, query = path.partition("?")
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": place,
        "raw_path": place.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [
            (b"host", b"localhost"),
            (b"accept", b"text/html"),
            (b"accept-encoding", b"gzip"),
            (b"cookie", f"{SESSION}={reader.secret}".encode()),
        ],
        "client": ("127.0.0.1", 1),
        "server": ("localhost", 12345),
    }
    status: list[int] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            status.append(message["status"])

    await reader.app(scope, receive, send)  # type: ignore[arg-type]
    if status != [200]:
        raise Failed(f"{path} answered {status}")


async def _numbers(pool: "Pool[Record]", count: int) -> list[str]:
    """Return the numbers of some orders, half of them open."""
    sample = "SELECT number FROM orders WHERE closed_at IS {} NULL ORDER BY md5(number) LIMIT $1"
    found = [await pool.fetch(sample.format(which), (count + 1) // 2, timeout=60) for which in ("", "NOT")]
    return [row[0] for pair in zip(*found, strict=False) for row in pair][:count]


async def _texts(pool: "Pool[Record]", count: int) -> list[str]:
    """Return texts from all over the years."""
    rows = await pool.fetch(
        "SELECT text FROM texts WHERE hashint8(order_id) % 100 = 0 LIMIT $1", 20 * count, timeout=60
    )
    rows = rows or await pool.fetch("SELECT text FROM texts LIMIT $1", 20 * count)
    return [row[0] for row in rows]

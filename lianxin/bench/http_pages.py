"""Which pages are asked for over HTTP, and in whose name? Lists and orders at random, as HTML and as JSON."""

from collections.abc import Sequence
from random import Random
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import quote

from lianxin.access import cookies
from lianxin.access.sessions import Sessions
from lianxin.bench.http_client import Work, asking, request
from lianxin.bench.plan import NOW, SEED, WORKERS, Plan
from lianxin.ground.clock import DAY_MS
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.site.time_here import write_site_clock
from lianxin.people import load_staff
from lianxin.personnel import enrol

if TYPE_CHECKING:
    from asyncpg import Pool, Record

READER: Final = "1026"
"""A dispatcher, who sees every order that is not confidential."""


class Things(NamedTuple):
    """What can be asked for: holders and numbers of orders, and the sessions in whose name."""

    holders: list[str]
    numbers: list[str]
    sessions: list[str]


class Page(NamedTuple):
    """A kind of page: its addresses, one after another, and how they are asked for."""

    name: str
    paths: Sequence[str]
    accept: str
    sessions: Sequence[str]
    note: str


async def ready_to_read(pool: "Pool[Record]") -> Things:
    """Let the city move in, let time run from the bench's present, and log eight browsers in."""
    await enrol(PostgresLedger(pool), load_staff(), NOW - 30 * DAY_MS)
    await write_site_clock(pool, NOW, speed=1.0)
    sessions = [(await Sessions(pool).begin(READER, "password")).secret for _ in range(WORKERS)]
    holders = [row[0] for row in await pool.fetch("SELECT DISTINCT holder FROM orders WHERE closed_at IS NULL")]
    sample = "SELECT number FROM orders WHERE closed_at IS {} NULL ORDER BY md5(number) LIMIT 250"
    numbers = [row[0] for which in ("", "NOT") for row in await pool.fetch(sample.format(which), timeout=60)]
    return Things(holders, numbers, sessions)


def pages_of(things: Things, plan: Plan) -> list[Page]:
    """Return the kinds of pages that are measured."""
    chance, count = Random(SEED), plan.pages
    held = ["?holder=" + quote(chance.choice(things.holders)) for _ in range(count)]
    numbers = [chance.choice(things.numbers) for _ in range(count)]
    html, json, who = "text/html", "application/json", things.sessions
    one, orders = "50 most urgent orders of one holder, holders at random", "one order, half of them open"
    return [
        Page("http.list", [f"/orders{query}" for query in held], html, who, f"page: {one}"),
        Page("http.list.all", ["/orders"] * count, html, who, "page: 50 most urgent of all holders"),
        Page("http.order", [f"/orders/{number}" for number in numbers], html, who, f"page: {orders}, chain verified"),
        Page("http.api.list", [f"/api/v1/orders{query}" for query in held], json, who, "JSON: 50 newest of one holder"),
        Page("http.api.order", [f"/api/v1/orders/{number}" for number in numbers], json, who, f"JSON: {orders}"),
    ]


def reading(page: Page, amount: int) -> list[Work]:
    """Return the work of each client, in its own name: the next address that nobody took.

    Shares of equal size would end early for clients whose web process has fewer of them, and the rest of the time
    would measure fewer than eight.
    """
    left = iter(page.paths[:amount])

    def of(session: str) -> Work:
        named = {"Cookie": f"{cookies.SESSION}={session}", "Accept": page.accept, "Accept-Encoding": "gzip"}
        return asking(request("GET", path, named) for path in left)

    return [of(session) for session in page.sessions]

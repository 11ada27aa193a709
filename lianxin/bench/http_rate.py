"""How fast is the site over HTTP, as systems and browsers ask it? Durable, on one machine with its database.

The site is served as an operator runs it; eight clients keep their connections and send their
next request when the last answer is whole. Clients, web processes and database share the
cores of the machine, so a figure is what the whole of it does, not what one part could.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final

from lianxin.bench.databases import Databases
from lianxin.bench.http_client import Times, run_clients
from lianxin.bench.http_life import Opened, leading, open_orders, tokens_for
from lianxin.bench.http_login import give_password, logging_in
from lianxin.bench.http_pages import Page, pages_of, reading, ready_to_read
from lianxin.bench.http_server import served
from lianxin.bench.measuring import Result, middle, percentiles
from lianxin.bench.plan import WORKERS, Plan
from lianxin.ground.store import open_pool

if TYPE_CHECKING:
    from asyncpg import Pool, Record

COMMANDS_TARGET: Final = 800.0
COMMAND_TARGET_MS: Final = 40.0
PAGES_TARGET: Final = 600.0
LOGIN_TARGET_MS: Final = 150.0
PROCESSES: Final = os.cpu_count() or 1
_WARM_UP: Final = 20
"""Of this many lives of orders one is left to warm up connections, plans and caches."""


def measure_http(databases: Databases, plan: Plan) -> list[Result]:
    """Measure commands, lists, order pages and logins over HTTP."""
    return [*_commands(databases, plan), *_pages(databases, plan)]


def _commands(databases: Databases, plan: Plan) -> list[Result]:
    rates: list[float] = []
    each_ms: list[float] = []
    for _ in range(plan.repeats):
        with databases.fresh() as database:
            orders, tokens = asyncio.run(_with_pool(database.app_url, _ready_to_lead(plan.calls)))
            with served(database.app_url, PROCESSES, LIANXIN_WEB_TRIAL="true") as port:
                times = asyncio.run(_led(port, orders, tokens))
        rates.append(times.rate)
        each_ms += times.each_ms
    shares = percentiles(each_ms)
    note = (
        f"{len(each_ms) // plan.repeats:,} commands of whole lives of orders by the API, {WORKERS} clients, "
        f"{PROCESSES} web processes, {plan.repeats} times"
    )
    figures = {"percentiles": shares, "percentiles_unit": "ms", "note": note}
    return [
        _more("http.commands", middle(rates), "commands/s", COMMANDS_TARGET, **figures),
        _less("http.command", shares["p99"], COMMAND_TARGET_MS, note="p99 of the same commands"),
    ]


def _ready_to_lead(amount: int) -> "Callable[[Pool[Record]], Awaitable[Any]]":
    async def ready(pool: "Pool[Record]") -> tuple[list[Opened], dict[str, str]]:
        return await open_orders(pool, amount), await tokens_for(pool)

    return ready


async def _led(port: int, orders: list[Opened], tokens: dict[str, str]) -> Times:
    warm = max(len(orders) // _WARM_UP, 1)
    first, rest = iter(orders[:warm]), iter(orders[warm:])
    await run_clients(port, [leading(first, tokens) for _ in range(WORKERS)])
    return await run_clients(port, [leading(rest, tokens) for _ in range(WORKERS)])


def _pages(databases: Databases, plan: Plan) -> list[Result]:
    url = databases.kept().app_url
    things = asyncio.run(_with_pool(url, ready_to_read))
    asyncio.run(_with_pool(url, give_password))
    with served(url, PROCESSES, LIANXIN_WEB_TRIAL="true") as port:
        results = [asyncio.run(_page(port, page, plan)) for page in pages_of(things, plan)]
        logins = asyncio.run(run_clients(port, [logging_in(plan.logins)]))
    shares = percentiles(logins.each_ms)
    note = f"{plan.logins} logins one after another, password hashed with argon2id (19 MiB, 2 passes)"
    login = _less("http.login", shares["p50"], LOGIN_TARGET_MS, percentiles=shares, percentiles_unit="ms", note=note)
    return [*results, login]


async def _page(port: int, page: Page, plan: Plan) -> Result:
    await run_clients(port, reading(page, plan.warm_up))
    times = await run_clients(port, reading(page, len(page.paths)))
    amount = f"{plan.open:,} open and {plan.closed:,} closed orders"
    note = f"{page.note}; {WORKERS} clients, {PROCESSES} web processes; {amount}"
    figures = {"percentiles": percentiles(times.each_ms), "percentiles_unit": "ms", "note": note}
    return _more(page.name, times.rate, "pages/s", PAGES_TARGET, **figures)


async def _with_pool(url: str, work: "Callable[[Pool[Record]], Awaitable[Any]]") -> Any:
    pool = await open_pool(url, size_min=1, size_max=WORKERS)
    async with pool:
        return await work(pool)


def _more(name: str, value: float, unit: str, target: float, **about: Any) -> Result:
    return Result(name=name, value=value, unit=unit, target=target, **about)


def _less(name: str, value: float, target: float, **about: Any) -> Result:
    return Result(name=name, value=value, unit="ms", target=target, better="less", **about)

"""How is the web site of the house put together and served?

One process: a pool of connections, a listener on the ledger, the pages. It only reads.
The database may be away at the start and at any time after: pages then say so, and
answer again as soon as it is back.
"""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
import structlog
from litestar import Litestar

from lianxin.desks.city import draw_city
from lianxin.desks.pages import book_routes
from lianxin.desks.reading import BookReader
from lianxin.desks.terms import terms
from lianxin.ground.clock import Clock, RealClock
from lianxin.ground.site.settings import WebSettings
from lianxin.ground.site.time_here import read_site_clock
from lianxin.ground.store import leave_as_it_is
from lianxin.ground.web import Live, Paper, Present, ReadPresent, Shelf, create_app
from lianxin.ground.web.app import LIVE
from lianxin.orders import pages as order_pages
from lianxin.orders.reading import OrderReader
from lianxin.rules import load_rules
from lianxin.units import load_units

if TYPE_CHECKING:
    from asyncpg import Pool, Record

DESKS = Path(__file__).parent
ORDERS = Path(order_pages.__file__).parent
LIBRARIES = DESKS.parents[1] / "node_modules"
POOL_MAX = 8
STOP_S = 4.0
PROBE_S = 2.0

_log = structlog.get_logger("lianxin.web")


def make_paper(libraries: Path = LIBRARIES) -> Paper:
    """Return the templates and static files of the house.

    libraries  the `node_modules` that set-up fetched; without it pages stand still and use system fonts
    """
    shelf = Shelf(libraries, (DESKS / "static", ORDERS / "static"))
    if missing := shelf.missing():
        _log.warning("web libraries missing, run `make setup`", packages=list(missing))
    folders = {"desks": DESKS / "templates", "orders": ORDERS / "templates"}
    return Paper(folders, shelf, terms(load_units()))


def make_site(
    pool: "Pool[Record]", url: str, settings: WebSettings, clock: Clock, paper: Paper | None = None
) -> Litestar:
    """Return the web site over a database.

    pool   connections as the application role; opened and closed by the caller
    url    the same database, for one more connection that listens
    clock  the machine's; the database says whether a demo lives in a time of its own
    """
    paper = paper or make_paper()
    live, units, present = Live(), load_units(), site_present(pool, clock)
    routes = [
        *book_routes(BookReader(pool, units, present), paper, draw_city()),
        *order_pages.order_routes(OrderReader(pool), load_rules, present, paper),
    ]

    @asynccontextmanager
    async def listening(_: Litestar) -> AsyncIterator[None]:
        task = asyncio.create_task(live.listen(lambda: asyncpg.connect(url, timeout=5)))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    return create_app(routes, settings, paper=paper, live=live, probe=_Probe(pool), lifespan=[listening])


class _Probe:
    """Asks the database for a sign of life; who asks waits no longer than PROBE_S, however long it hangs."""

    def __init__(self, pool: "Pool[Record]") -> None:
        self._pool = pool
        self._asking: asyncio.Task[str | None] | None = None

    async def __call__(self) -> str | None:
        """Return None when it answers, else what is missing. One question is under way at a time."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())
        answered, _ = await asyncio.wait({self._asking}, timeout=PROBE_S)
        return self._asking.result() if answered else "the database does not answer (it hangs)"

    async def _ask(self) -> str | None:
        try:
            await self._pool.fetchval("SELECT 1")
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as gone:
            return f"the database does not answer ({type(gone).__name__})"
        return None


def site_present(pool: "Pool[Record]", machine: Clock) -> ReadPresent:
    """Return what reads the present of the site: the machine's, or a demo's own."""

    async def read() -> Present:
        clock = await read_site_clock(pool, machine)
        return Present(clock.now(), demo=clock.virtual)

    return read


async def serve(url: str, settings: WebSettings) -> None:
    """Serve the pages over a database until SIGINT or SIGTERM."""
    from granian.constants import Interfaces
    from granian.server.embed import Server

    # No connection is needed to begin: a page that is asked for while the database is away says so.
    connecting = asyncpg.create_pool(
        url, min_size=0, max_size=POOL_MAX, command_timeout=30, timeout=5, reset=leave_as_it_is
    )
    async with connecting as pool:
        app = make_site(pool, url, settings, RealClock())
        server = Server(
            app,
            address=settings.host,
            port=settings.port,
            interface=Interfaces.ASGI,
            websockets=False,
            log_enabled=False,
        )
        await _until_stopped(server, app.state[LIVE])


async def _until_stopped(server: Any, live: Live) -> None:
    """Serve until asked to stop. Event streams end first: the server waits for every answer that goes on."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for wish in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(wish, stop.set)
    serving = asyncio.create_task(server.serve())
    await asyncio.wait({serving, asyncio.create_task(stop.wait())}, return_when=asyncio.FIRST_COMPLETED)
    await live.close()
    server.stop()
    await asyncio.wait_for(serving, STOP_S)

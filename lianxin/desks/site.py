"""How is the web site of the house put together and served?

One process: a pool of connections, a listener on the ledger, the routes of every room.
The rooms are walked from the bottom to the top of the plan; each plugs in what its
`room.py` names. The database may be away at the start and at any time after: pages then
say so, and answer again as soon as it is back.
"""

import asyncio
import gc
import importlib
import importlib.util
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import asyncpg
import structlog
from litestar import Litestar
from litestar.types import ControllerRouterHandler

import lianxin
from lianxin import house
from lianxin.ground.clock import Clock, RealClock
from lianxin.ground.site import Site
from lianxin.ground.store import leave_as_it_is
from lianxin.ground.web import Live, Paper, Shelf, create_app
from lianxin.ground.web.app import LIVE
from lianxin.ground.web.hearing import Hearing
from lianxin.ground.web.timekeeper import Timekeeper
from lianxin.ground.web.wiring import Tab, Wiring

if TYPE_CHECKING:
    from asyncpg import Pool, Record

HOUSE = Path(lianxin.__file__).parent
LIBRARIES = HOUSE.parent / "node_modules"
HEARING = "hearing"
"""Under this name the application's state has its `Hearing`: what is kept in memory was read once it is ready."""
POOL_MAX = 8
STOP_S = 4.0
PROBE_S = 2.0

_log = structlog.get_logger("lianxin.web")


def make_paper(libraries: Path = LIBRARIES) -> Paper:
    """Return the templates and static files of all rooms.

    libraries  the `node_modules` that set-up fetched; without it pages stand still and use system fonts
    """
    folders = {room: HOUSE.joinpath(*room.split(".")) for room in house.rooms()}
    shelf = Shelf(libraries, [folder / "static" for folder in folders.values() if (folder / "static").is_dir()])
    if missing := shelf.missing():
        _log.warning("web libraries missing, run `make setup`", packages=list(missing))
    terms: dict[str, Any] = {"tabs": tuple(all_tabs())}
    for module in _wired():
        terms.update(getattr(module, "TERMS", {}))
    templates = {room: folder / "templates" for room, folder in folders.items() if (folder / "templates").is_dir()}
    return Paper(templates, shelf, terms)


def make_site(pool: "Pool[Record]", url: str, site: Site, clock: Clock, paper: Paper | None = None) -> Litestar:
    """Return the web site over a database.

    pool   connections as the application role; opened and closed by the caller
    url    the same database, for connections that listen
    site   its home folder (keys) and settings
    clock  the machine's; the database says whether a demo lives in a time of its own
    paper  the templates where they are compiled already; one site at a time writes on them
    """
    paper = paper or make_paper()
    paper.extras.clear()
    live, hearing = Live(), Hearing()
    timekeeper = Timekeeper(pool, clock)
    hearing.on(timekeeper.channel, timekeeper.refresh)
    wiring = Wiring(pool, url, site, clock, timekeeper, paper, live, hearing)
    wiring.tabs = tuple(all_tabs())
    routes: list[ControllerRouterHandler] = []
    for module in _wired():
        if offer := getattr(module, "offer", None):
            offer(wiring)
    for module in _wired():
        if serve_ := getattr(module, "routes", None):
            routes += serve_(wiring)
    app = create_app(
        routes,
        site.settings.web,
        paper=paper,
        live=live,
        probe=_Probe(pool),
        lifespan=[_listening(live, hearing, url), *wiring.lifespan],
        middleware=wiring.middleware,
        guards=wiring.guards,
        before_send=wiring.before_send,
        refusals=wiring.refusals,
        still_in=wiring.still_in,
    )
    app.state[HEARING] = hearing
    return app


def _wired() -> Iterator[ModuleType]:
    """Yield the wiring of each room that has one, from the bottom of the house to the top."""
    for room in house.rooms():
        name = f"lianxin.{room}"
        if importlib.util.find_spec(name) is not None and importlib.util.find_spec(f"{name}.room") is not None:
            yield importlib.import_module(f"{name}.room")


def all_tabs() -> list[Tab]:
    """Return the tabs of all rooms as they stand in the masthead: one's own desks first, what everybody has after."""
    return sorted((tab for module in _wired() for tab in getattr(module, "NAV", ())), key=lambda tab: tab.rank)


def _listening(live: Live, hearing: Hearing, url: str) -> Any:
    async def connect() -> asyncpg.Connection:
        return await asyncpg.connect(url, timeout=5)

    @asynccontextmanager
    async def listening(_: Litestar) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(live.listen(connect)), asyncio.create_task(hearing.listen(connect))]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    return listening


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


async def serve(url: str, site: Site) -> None:
    """Serve the pages over a database until SIGINT or SIGTERM."""
    from granian.constants import Interfaces
    from granian.server.embed import Server

    # No connection is needed to begin: a page that is asked for while the database is away says so.
    connecting = asyncpg.create_pool(
        url, min_size=0, max_size=POOL_MAX, command_timeout=30, timeout=5, reset=leave_as_it_is
    )
    async with connecting as pool:
        app = make_site(pool, url, site, RealClock())
        _settle()
        server = Server(
            app,
            address=site.settings.web.host,
            port=site.settings.web.port,
            interface=Interfaces.ASGI,
            websockets=False,
            log_enabled=False,
        )
        await _until_stopped(server, app.state[LIVE])


def _settle() -> None:
    """Take what was made at start out of the collector's sight: it lives as long as the process, and a full collection
    would walk all of it, in the middle of somebody's page."""
    gc.collect()
    gc.freeze()


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

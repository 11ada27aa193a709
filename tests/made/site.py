"""The web site of the house over a test's own database, in a home of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from litestar import Litestar

from lianxin.desks.site import HEARING, make_site
from lianxin.ground.clock import Clock, RealClock
from lianxin.ground.site import Settings, Site
from lianxin.ground.site.settings import WebSettings
from lianxin.ground.web import Paper


def made_site(
    pool: Any, url: str, home: Path, clock: Clock | None = None, paper: Paper | None = None, port: int = 12345
) -> Litestar:
    """The site as it is served; `home` gets its keys."""
    site = Site(home=home, settings=Settings(web=WebSettings(port=port)))
    return make_site(pool, url, site, clock or RealClock(), paper)


@asynccontextmanager
async def open_site(pool: Any, url: str, home: Path, **about: Any) -> AsyncIterator[Litestar]:
    """The site at work: what it runs beside its pages runs, and what it keeps in memory (rights, rules) was read."""
    app = made_site(pool, url, home, **about)
    closing = asyncio.Event()
    opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def live() -> None:  # a task of its own: what it opens it must close itself
        async with app.lifespan():
            await app.state[HEARING].ready.wait()
            opened.set_result(None)
            await closing.wait()

    living = asyncio.create_task(live())
    await asyncio.wait({living, opened}, return_when=asyncio.FIRST_COMPLETED)
    try:
        yield app
    finally:
        closing.set()
        await living

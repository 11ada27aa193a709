"""What is `lianxin run`? The database, and the processes of the house, on one machine.

One `run` per home: a second one is refused before it touches anything.
"""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
import structlog

from lianxin.ground.site.failures import AlreadyRunning, SiteError
from lianxin.ground.site.home import SUPERVISED, Site
from lianxin.ground.site.settings import variable_of
from lianxin.ground.site.starting import check_secrets, check_start
from lianxin.ground.site.supervise import Role, delay_s, run_once, supervise
from lianxin.ground.store import EmbeddedServer, StoreError, migrate
from lianxin.ground.store.locking import SoleClaim
from lianxin.ground.store.opening import check_external
from lianxin.ground.store.roles import APP, OWNER

log = structlog.get_logger(__name__)

LOOK_AFTER_DATABASE_S = 1.0
_SAFE = "for the reason above. Nothing runs; what was kept is safe."


def run_site(
    site: Site, roles: Sequence[Role], before: Role | None = None, announce: Callable[[], None] = lambda: None
) -> None:
    """Run the database and the processes until SIGINT or SIGTERM.

    before  a command that must have ended well before the processes start; every start of the house begins with it
    announce  called once nothing stands in the way of a start
    Raises AlreadyRunning, SiteError or StoreError when it cannot begin; nothing was started then.
    """
    with _only_run(site.home):
        check_secrets(site.settings)
        _check_port(site)
        if site.settings.database.url is not None:
            check_external(site.settings.database.url)
            check_start(site.settings.database.url, site.settings)
            announce()
            asyncio.run(_live(site, roles, None, before))
            return
        server = EmbeddedServer(site.home)
        server.start(die_with_parent=True)
        try:
            migrate(server.url(OWNER))
            check_start(server.url(APP), site.settings)
            announce()
            asyncio.run(_live(site, roles, server, before))
        finally:
            server.leave()


def role_of(name: str, *arguments: str) -> Role:
    """Return a process that is a command of this house, e.g. `lianxin web`."""
    return Role(name=name, command=(sys.executable, "-m", "lianxin", name, *arguments))


def several(role: Role, count: int) -> list[Role]:
    """Return so many processes of one kind: `web`, `web-2` …; each has what it needs of its own, but for the port."""
    return [role, *(msgspec.structs.replace(role, name=f"{role.name}-{n}") for n in range(2, count + 1))]


async def _live(site: Site, roles: Sequence[Role], server: EmbeddedServer | None, before: Role | None) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for wish in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(wish, stop.set)
    environment = {
        **os.environ,
        "LIANXIN_HOME": str(site.home),
        SUPERVISED: "1",
        variable_of("web.trial"): str(site.settings.web.trial).lower(),
    }
    async with asyncio.TaskGroup() as group:
        living = group.create_task(_prepared(roles, environment, stop, before))
        if server is not None:
            group.create_task(_keep_database(server, stop))
    log.info("stopped")
    if (refused := living.result()) is not None:
        raise SiteError(refused)


async def _prepared(
    roles: Sequence[Role], environment: dict[str, str], stop: asyncio.Event, before: Role | None
) -> str | None:
    """Let the house live; when it ends by itself because a process asked for it, prepare it again and go on.

    Return a sentence when it could not be made ready, or a process could not work with the settings.
    """
    while not stop.is_set():
        if before is not None and not await run_once(before, environment, stop):
            ready = stop.is_set()
            stop.set()
            return None if ready else f"The house could not be made ready, {_SAFE}"
        if (refused := await supervise(roles, environment, stop)) is not None:
            stop.set()
            return f"`lianxin {refused.split('-')[0]}` cannot work with the settings, {_SAFE}"
    return None


async def _keep_database(server: EmbeddedServer, stop: asyncio.Event) -> None:
    """Start the embedded server again when it is gone; the processes reconnect by themselves."""
    failures = 0
    pause_s = LOOK_AFTER_DATABASE_S
    while True:
        try:
            await asyncio.wait_for(stop.wait(), pause_s)
        except TimeoutError:
            pause_s = LOOK_AFTER_DATABASE_S
        else:
            return
        if server.running():
            failures = 0
            continue
        try:
            server.start(die_with_parent=True)
        except StoreError as failure:
            failures += 1
            pause_s = delay_s(failures)
            log.error("database cannot be started", reason=str(failure), again_in_s=pause_s)
        else:
            log.warning("database was gone and has been started again")


@contextmanager
def _only_run(home: Path) -> Iterator[None]:
    path = home / "run.lock"
    try:
        claim = SoleClaim(path)
    except BlockingIOError:
        pid = path.read_text().strip() or "unknown"
        raise AlreadyRunning(
            f"Lianxin already runs on {home} (process {pid}). Nothing was changed. Use that one, stop it with "
            f"`kill {pid}`, or choose another folder with LIANXIN_HOME."
        ) from None
    with claim:
        path.write_text(f"{os.getpid()}\n")
        yield


def _check_port(site: Site) -> None:
    """Say at once that the port is taken, instead of restarting the web process for ever."""
    web = site.settings.web
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((web.host, web.port))
        except OSError as failure:
            raise SiteError(
                f"The pages cannot be served at {web.host}:{web.port}: {failure.strerror}. Nothing was started. "
                "Stop what listens there, or set LIANXIN_WEB_PORT to another port."
            ) from failure

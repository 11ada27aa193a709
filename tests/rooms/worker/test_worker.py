"""The worker as a whole: it wakes, it waits for a database that is gone, and it stops cleanly."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from one_order import MORNING, Office
from servers import kill_hard, throwaway
from structlog.testing import capture_logs

from lianxin.ground.clock import DAY_MS, HOUR_MS
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.site import Settings, Site
from lianxin.ground.site.settings import CheckpointSettings
from lianxin.ground.site.time_here import write_site_clock
from lianxin.ground.store import Database, migrate, open_pool
from lianxin.ground.store.away import is_away
from lianxin.ground.store.roles import APP, OWNER
from lianxin.people import load_staff
from lianxin.people.keys import load_house_keys
from lianxin.people.roll import Leave
from lianxin.people.vault import Vault
from lianxin.personnel import Personnel, enrol, orders_in_postgres
from lianxin.rules import load_rules
from lianxin.worker.assembling import assembled

GUARD_S = 60
NUMBER = "20260309-000018"


class Living:
    """A site with one worker at work in this process."""

    def __init__(self, site: Site, pool: Any, stop: asyncio.Event, work: "asyncio.Task[None]") -> None:
        self.site = site
        self.pool = pool
        self.stop = stop
        self.work = work
        self.office = Office(PostgresLedger(pool))
        self.office.vault = Vault(load_house_keys(site.home))

    async def until(self, true: Callable[[], Awaitable[bool]]) -> None:
        """Wait for something to become true; fail loudly when the worker died or it takes for ever."""
        async with asyncio.timeout(GUARD_S):
            while not await true():
                assert not self.work.done(), self.work
                await asyncio.wait([self.work], timeout=0.02)

    def texts(self) -> list[Path]:
        """The text messages that left."""
        return sorted(self.site.home.glob("sms/*/*.json"))


@asynccontextmanager
async def living(home: Path, url: str, seal_every_s: float = 3600.0) -> AsyncIterator[Living]:
    """A worker on a database, until the block ends; it must then stop by itself."""
    site = Site(home=home, settings=Settings(checkpoint=CheckpointSettings(interval_s=seal_every_s)))
    pool = await open_pool(url)
    stop = asyncio.Event()
    try:
        await write_site_clock(pool, MORNING, 0.0)
        await enrol(PostgresLedger(pool), load_staff(), MORNING - DAY_MS)
        work = asyncio.create_task((await assembled(site, pool, url)).run(stop))
        yield Living(site, pool, stop, work)
        stop.set()
        async with asyncio.timeout(GUARD_S):
            await work
    finally:
        stop.set()
        pool.terminate()


async def test_a_message_leaves_when_its_command_is_written_without_anybody_asking(
    database: Database, tmp_path: Path
) -> None:
    async with living(tmp_path, database.app_url) as here:
        await write_site_clock(here.pool, MORNING + HOUR_MS, 0.0)
        await here.office.submit(NUMBER, here.office.person())
        await here.until(lambda: _true(len(here.texts()) == 1))
    assert json.loads(here.texts()[0].read_text())["to"] == "13800138000"


async def test_when_virtual_time_moves_what_is_due_then_happens(database: Database, tmp_path: Path) -> None:
    async with living(tmp_path, database.app_url) as here:
        order = await here.office.submit(NUMBER, None)
        due = (await here.office.order(order)).desk_due
        assert due is not None
        await write_site_clock(here.pool, due, 0.0)

        async def noticed() -> bool:
            return (await here.office.order(order)).last_kind == "desk_overdue"

        await here.until(noticed)
        assert (await here.office.order(order)).last_at == due


async def test_time_that_runs_fast_brings_dates_by_itself(database: Database, tmp_path: Path) -> None:
    async with living(tmp_path, database.app_url) as here:
        order = await here.office.submit(NUMBER, None)
        await write_site_clock(here.pool, here.office.now, 3600.0 * 24)  # a day per second

        async def noticed() -> bool:
            return (await here.office.order(order)).last_kind != "submitted"

        await here.until(noticed)


async def test_new_entries_are_sealed_while_it_runs_and_the_rest_when_it_stops(
    database: Database, tmp_path: Path
) -> None:
    async with living(tmp_path, database.app_url, seal_every_s=0.05) as here:
        await here.until(lambda: _true((tmp_path / "checkpoints.jsonl").exists()))
        here.stop.set()
        await here.work
    async with living(tmp_path, database.app_url) as here:
        await here.office.submit(NUMBER, None)
    pool = await open_pool(database.app_url)
    assert await pool.fetchval("SELECT count(*) FROM chains WHERE sealed_seq < seq") == 0
    lines = [row["line"] for row in await pool.fetch("SELECT line FROM checkpoints ORDER BY checkpoint_id")]
    assert len(lines) >= 2
    assert (tmp_path / "checkpoints.jsonl").read_text().splitlines() == lines
    await pool.close()


async def test_a_home_where_nothing_can_be_published_stops_neither_clock_nor_post(
    database: Database, tmp_path: Path
) -> None:
    (tmp_path / "checkpoints.jsonl").mkdir()
    with capture_logs() as logs:
        async with living(tmp_path, database.app_url, seal_every_s=0.05) as here:
            await write_site_clock(here.pool, MORNING + HOUR_MS, 0.0)
            await here.office.submit(NUMBER, here.office.person())
            await here.until(lambda: _true(len(here.texts()) == 1))
            await here.until(lambda: _true(any(log["event"] == "checkpoint cannot be published" for log in logs)))


async def test_what_a_leaver_gets_on_the_way_out_reaches_the_successor(database: Database, tmp_path: Path) -> None:
    async with living(tmp_path, database.app_url) as here:
        dispatchers = [person.id for person in load_staff().house if person.has("dispatcher")]
        leaver, heir = dispatchers[:2]
        ledger = PostgresLedger(here.pool)
        personnel = Personnel(
            ledger, orders_in_postgres(here.pool), lambda ref: load_rules(ref or "sd-binzhou"), lambda *_: True
        )
        await personnel.leave(leaver, Leave(id=here.office.id(), by="system", successor=heir), here.office.later())
        order = await here.office.submit(NUMBER, None)
        await here.office.dispatch(order, f"staff:{leaver}")
        await write_site_clock(here.pool, here.office.later(), 0.0)

        async def followed() -> bool:
            return (await here.office.order(order)).tracker == f"staff:{heir}"

        await here.until(followed)


async def test_connections_cut_off_are_found_again(database: Database, tmp_path: Path) -> None:
    assert database.superuser_url is not None
    async with living(tmp_path, database.app_url) as here:
        administrator = await asyncpg.connect(database.superuser_url)
        name = await administrator.fetchval("SELECT current_database()")
        with capture_logs() as logs:
            await administrator.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT 0')
            await administrator.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND usename = $2", name, APP
            )
            await here.until(lambda: _true(any(log["event"].startswith("database is gone") for log in logs)))
            await administrator.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT -1')
            await here.until(lambda: _true(any(log["event"] == "database is back" for log in logs)))
        await administrator.close()
        await write_site_clock(here.pool, MORNING + HOUR_MS, 0.0)
        await here.office.submit(NUMBER, here.office.person())
        await here.until(lambda: _true(len(here.texts()) == 1))


async def test_a_database_killed_like_in_a_power_cut_is_waited_for(tmp_path: Path) -> None:
    with throwaway(tmp_path / "home") as server:
        migrate(server.url(OWNER))
        async with living(tmp_path / "home", server.url(APP)) as here:
            order = await here.office.submit(NUMBER, here.office.person())
            kill_hard(server)
            with capture_logs() as logs:
                await here.until(lambda: _true(any(log["event"].startswith("database is gone") for log in logs)))
                server.start()
            assert (await here.office.order(order)).state == "submitted", "what was acknowledged is there"
            await write_site_clock(here.pool, here.office.now + HOUR_MS, 0.0)
            await here.until(lambda: _true(len(here.texts()) == 1))


async def test_it_stops_at_once_while_the_database_is_away(tmp_path: Path) -> None:
    with throwaway(tmp_path / "home") as server:
        migrate(server.url(OWNER))
        with capture_logs() as logs:
            async with living(tmp_path / "home", server.url(APP)) as here:
                await here.office.submit(NUMBER, None)
                kill_hard(server)
                await here.until(lambda: _true(any(log["event"].startswith("database is gone") for log in logs)))
        assert any("without a last checkpoint" in log["event"] for log in logs)


async def test_the_process_starts_says_so_and_ends_cleanly_on_sigterm(database: Database, tmp_path: Path) -> None:
    pool = await open_pool(database.app_url)
    await enrol(PostgresLedger(pool), load_staff(), MORNING)
    environment = {**os.environ, "LIANXIN_HOME": str(tmp_path), "LIANXIN_DATABASE_URL": database.app_url}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "lianxin", "worker", env=environment, stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    events: list[str] = []
    async with asyncio.timeout(GUARD_S):
        while "worker started" not in events:
            line = await process.stderr.readline()
            assert line, f"it ended: {events}"
            events.append(json.loads(line)["event"])
        process.send_signal(signal.SIGTERM)
        rest = (await process.stderr.read()).decode().splitlines()
        assert await process.wait() == 0
    assert "worker stopped" in [json.loads(line)["event"] for line in rest]
    assert await pool.fetchval("SELECT count(*) FROM chains WHERE sealed_seq < seq") == 0
    await pool.close()


@pytest.mark.parametrize(
    "error, gone",
    [
        (ConnectionRefusedError(), True),
        (asyncpg.ConnectionDoesNotExistError(), True),
        (asyncpg.InternalClientError(), True),
        (asyncpg.AdminShutdownError(), True),
        (asyncpg.CannotConnectNowError(), True),
        (asyncpg.TooManyConnectionsError(), True),
        (asyncpg.DiskFullError(), True),
        (asyncpg.QueryCanceledError(), False),
        (asyncpg.UniqueViolationError(), False),
        (ZeroDivisionError(), False),
    ],
)
def test_a_database_that_is_away_is_told_from_work_that_is_wrong(error: Exception, gone: bool) -> None:
    assert is_away(error) is gone


async def _true(value: bool) -> bool:
    return value

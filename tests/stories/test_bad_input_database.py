"""The database is gone for ten seconds, hangs, or has no room: everybody is told, nothing acknowledged is lost."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from callers import AGAIN_S, Callers
from living_house import House, house

from lianxin.access import cookies
from lianxin.access.sessions import Sessions
from lianxin.ground.clock import at_iso
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.site.time_here import write_site_clock
from lianxin.ground.store import migrate, open_pool
from lianxin.ground.store.roles import APP, OWNER, SUPERUSER
from lianxin.people import load_staff
from lianxin.personnel import enrol

SEED = 5
READER = "1026"
TEN_SECONDS = round(10 / AGAIN_S)
"""How often one caller asks in vain while the database is gone for ten seconds."""
MORNING = at_iso("2026-03-09T10:00:00+08:00")
DISK_MB = 48
"""Room on the small disk beyond what an empty site takes."""


async def test_while_the_database_is_gone_everybody_is_told_and_then_all_goes_on_by_itself(
    tmp_path: Path, unused_tcp_port: int
) -> None:
    with house(tmp_path / "home", unused_tcp_port) as demo:
        await asyncio.to_thread(demo.start_and_wait)
        callers = Callers(SEED, at_once=2)
        async with callers.calling(demo.database_url()):
            await callers.until_acknowledged(20)
            people = set(demo.members()) - set(demo.database_members())
            reader = await _logged_in(demo)

            demo.freeze([demo.process.pid])  # or the supervisor would have it back within a second
            await asyncio.to_thread(demo.kill, demo.database_members)
            await callers.until(lambda: len(callers.away) >= 2 * TEN_SECONDS)
            _pages_say_so(demo, reader)
            demo.thaw([demo.process.pid])
            await _goes_on(demo, callers)

            hung = demo.database_members()
            demo.freeze(hung)
            _not_ready(demo)
            demo.thaw(hung)
            await _goes_on(demo, callers)

            assert set(demo.members()) - set(demo.database_members()) == people  # nobody had to begin again
        told = {(away.zh.split("，")[0], away.en.split(",")[0]) for away in callers.away}
        assert told == {("数据库暂时没有回应", "The database does not answer just now")}


async def test_without_room_on_the_disk_commands_are_refused_and_go_on_when_there_is_room_again(
    tmp_path: Path, unused_tcp_port: int
) -> None:
    with house(tmp_path / "home", unused_tcp_port) as site:
        await _moved_in(site)
        with _small_disk(site) as disk:
            await asyncio.to_thread(site.start_and_wait, demo=False)
            callers = Callers(SEED, at_once=2)
            async with callers.calling(site.database_url()):
                await callers.until_acknowledged(20)
                reader = await _logged_in(site)
                _fill(disk / "ballast")
                await callers.until(lambda: any("没有存储空间" in str(away) for away in callers.away))
                assert "this step was not saved" in next(a.en for a in callers.away if "没有存储空间" in a.zh)
                with site.client() as pages:
                    assert pages.get("/book", headers=reader).status_code == 200  # who only reads is not disturbed
                (disk / "ballast").unlink()
                await _goes_on(site, callers)

                _fill(disk / "ballast")
                await asyncio.to_thread(_need_a_new_log, site)
                await callers.until(lambda: "数据库暂时没有回应" in str(callers.away[-1]))
                (disk / "ballast").unlink()
                await _goes_on(site, callers)
            await asyncio.to_thread(site.stop)
            assert await asyncio.to_thread(site.violations) == []


async def _goes_on(house: House, callers: Callers) -> None:
    """Return when commands are carried out again; every answer given before must still stand."""
    await callers.until_acknowledged(20)
    await asyncio.to_thread(house.wait_until_ready)
    assert await callers.missing() == {}
    assert await callers.changed_texts() == {}


async def _logged_in(house: House) -> dict[str, str]:
    """Return the headers of a dispatcher's browser."""
    pool = await open_pool(house.database_url())
    async with pool:
        session = await Sessions(pool).begin(READER, "password")
    return {"Cookie": f"{cookies.SESSION}={session.secret}", "Accept": "text/html"}


def _pages_say_so(demo: House, reader: dict[str, str]) -> None:
    _not_ready(demo)
    with demo.client() as pages:
        book = pages.get("/book", headers=reader)
        assert (book.status_code, book.headers["retry-after"]) == (503, "5")
        assert "数据库暂时没有回应" in book.text


def _not_ready(demo: House) -> None:
    with demo.client() as pages:
        ready = pages.get("/readyz")
        assert ready.status_code == 503
        assert "the database does not answer" in ready.json()["missing"]
        assert pages.get("/healthz").status_code == 200


async def _moved_in(site: House) -> None:
    """Give the site its people and a morning in a year whose holidays are known."""
    with site.server as server:
        migrate(server.url(OWNER))
        pool = await open_pool(server.url(APP))
        await enrol(PostgresLedger(pool), load_staff(), MORNING)
        await write_site_clock(pool, MORNING, 1.0)
        await pool.close()


@contextmanager
def _small_disk(site: House) -> Iterator[Path]:
    """Put the site's stopped database on a disk of its own, with little room left on it."""
    data = site.server.cluster.data
    if os.geteuid() != 0:
        pytest.skip("only root can make a small disk (mount), and the database must lie on one")
    aside, owner = data.with_name("data.aside"), data.stat()
    size = sum(file.stat().st_blocks * 512 for file in data.rglob("*") if file.is_file()) // 2**20 + DISK_MB
    data.rename(aside)
    data.mkdir()
    options = f"size={size}m,mode=0700,uid={owner.st_uid},gid={owner.st_gid}"
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", data], capture_output=True, check=False)
    try:
        if mounted.returncode != 0:
            pytest.skip(f"no small disk can be made here: {mounted.stderr.decode().strip()}")
        subprocess.run(["cp", "-a", f"{aside}/.", data], check=True)
        yield data
    finally:
        site.kill()
        subprocess.run(["umount", data], check=False, capture_output=True)
        shutil.rmtree(data)
        aside.rename(data)


def _need_a_new_log(site: House) -> None:
    """Let the database come to the end of its write-ahead log: without room for the next piece it stops itself."""
    with pytest.raises(psycopg.OperationalError):
        while True:
            with psycopg.connect(site.server.url(SUPERUSER), autocommit=True) as connection:
                connection.execute("SELECT pg_switch_wal(), pg_logical_emit_message(true, 'test', 'x')")


def _fill(ballast: Path) -> None:
    """Take all the room that is left."""
    with ballast.open("wb", buffering=0) as file:
        block = 2**20
        while block:
            try:
                file.write(bytes(block))
            except OSError:
                block //= 2

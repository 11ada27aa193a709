"""Everything is killed at any moment, again and again: what was acknowledged stands, and the city goes on.

A demo at speed 200 on a home of its own; beside it a counter of our own whose every answer is remembered.
"""

import asyncio
import json
import os
import random
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest
from callers import Callers
from living_house import GUARD_S, House, house

from lianxin.ground.clock import Instant, from_datetime
from lianxin.ground.ledger.checkpoint_file import FILE_NAME
from lianxin.ground.ledger.checkpoint_key import known_key
from lianxin.ground.site.time_here import read_site_clock
from lianxin.ground.store import migrate, open_pool
from lianxin.ground.store.roles import APP, OWNER
from lianxin.insight.audit.database import audit_database

KILLS = int(os.environ.get("LIANXIN_TEST_KILLS", "2"))
"""How often everything is killed; `make soak` asks for ten."""
SEED = int(os.environ.get("LIANXIN_TEST_KILLS_SEED", "1"))
MOST_ANSWERS = 400
"""A kill comes after 1 to this many acknowledged commands."""
STOP_S_MAX = 50.0
"""Ten times the five seconds a clean stop may take."""


async def test_whatever_is_killed_nothing_acknowledged_is_lost_and_the_city_goes_on(
    tmp_path: Path, unused_tcp_port: int
) -> None:
    chance = random.Random(SEED)
    with house(tmp_path / "home", unused_tcp_port) as demo:
        await asyncio.to_thread(demo.start_and_wait)
        callers = Callers(SEED)
        async with callers.calling(demo.database_url()):
            for _ in range(KILLS):
                await callers.until_acknowledged(chance.randint(1, MOST_ANSWERS))
                date = await _last_entry(callers)
                assert await asyncio.to_thread(demo.kill, None, chance) >= 10  # supervisor, three roles, the database
                await _comes_back(demo, callers, date)
            await callers.until_acknowledged(1)
            date = await _last_entry(callers)
            await asyncio.to_thread(demo.kill_supervisor)
            assert demo.members() == []
            await _comes_back(demo, callers, date)
        seconds = await asyncio.to_thread(demo.stop)
        print(f"{len(callers.acknowledged)} commands acknowledged, clean stop in {seconds:.1f} s")
        assert seconds < STOP_S_MAX
        assert demo.members() == []


async def _last_entry(callers: Callers) -> Instant:
    return from_datetime(await callers.pool.fetchval("SELECT max(at) FROM entries"))


async def _comes_back(demo: House, callers: Callers, date: Instant) -> None:
    """Start again and find everything: every answer, clean books, and a city that goes on."""
    await asyncio.to_thread(demo.start_and_wait)
    await callers.connect(demo.database_url())
    assert await callers.missing() == {}
    assert await callers.changed_texts() == {}
    await _audited(demo, callers)
    assert (await read_site_clock(callers.pool)).now() > date
    await _lives(callers)


async def _audited(demo: House, callers: Callers) -> None:
    said = await asyncio.to_thread(demo.command, "audit", "--json")
    assert said.returncode == 0, said.stdout + said.stderr
    found = json.loads(said.stdout)
    assert (found["ok"], found["anchored"], found["violations"]) == (True, True, [])
    report = await asyncio.to_thread(
        audit_database, demo.database_url(), checkpoints=demo.home / FILE_NAME, key=known_key(demo.home)
    )
    assert report.violations == ()


async def _lives(callers: Callers) -> None:
    """Return when people of the city, and not only we, have done something."""
    before = await callers.pool.fetchval(_OTHERS)
    await _heard(callers.pool, _OTHERS, lambda count: count > before)


async def _heard(pool: "asyncpg.Pool[asyncpg.Record]", question: str, true: Callable[[int], bool]) -> None:
    """Ask again whenever the ledger moved, until the answer is as wished."""
    moved = asyncio.Event()
    async with pool.acquire() as connection, asyncio.timeout(GUARD_S):

        def hear(*_: object) -> None:
            moved.set()

        await connection.add_listener("ledger", hear)
        while not true(await pool.fetchval(question)):
            await moved.wait()
            moved.clear()
        await connection.remove_listener("ledger", hear)


_OTHERS = "SELECT count(*) FROM contacts WHERE contact_id % 1000000000000000 < 100000000000000"
"""Contacts of the city itself: its running numbers have five digits."""


@pytest.mark.soak
async def test_killed_while_it_plays_its_first_days_the_city_plays_them_again(
    tmp_path: Path, unused_tcp_port: int
) -> None:
    chance = random.Random(SEED)
    with house(tmp_path / "home", unused_tcp_port) as demo:
        for _ in range(2):
            demo.server.start()
            migrate(demo.server.url(OWNER))
            pool = await open_pool(demo.server.url(APP))
            enough = f"SELECT (count(*) >= {chance.randint(500, 12_000)})::integer FROM entries"
            await asyncio.to_thread(demo.start)
            await _heard(pool, enough, bool)
            await asyncio.to_thread(demo.kill, None, chance)
            pool.terminate()
        demo.server.leave()
        await asyncio.to_thread(demo.start_and_wait)
        callers = Callers(SEED)
        async with callers.calling(demo.database_url()):
            await _audited(demo, callers)
            await _lives(callers)

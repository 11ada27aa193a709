"""Everything is killed at any moment, again and again: what was acknowledged stands, and the city goes on.

A demo at speed 200 on a home of its own; beside it a counter of our own whose every answer is remembered.
"""

import asyncio
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from callers import Callers, until_it_moves
from living_house import House, house

from lianxin.ground.clock import Instant, from_datetime
from lianxin.ground.site.time_here import read_site_clock
from lianxin.ground.store import migrate, open_pool
from lianxin.ground.store.roles import APP, OWNER

KILLS = int(os.environ.get("LIANXIN_TEST_KILLS", "2"))
"""How often everything is killed; `make soak` asks for ten."""
SEED = int(os.environ.get("LIANXIN_TEST_KILLS_SEED", "1"))
MOST_ANSWERS = 400
"""A kill comes after 1 to this many acknowledged commands."""
STOP_S_MAX = 50.0
"""Ten times the five seconds a clean stop may take."""


async def test_whatever_is_killed_nothing_acknowledged_is_lost_and_the_city_goes_on(
    tmp_path: Path, unused_tcp_port: int, record_property: Callable[[str, object], None]
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
                callers.hold_on()
                await _comes_back(demo, callers, date)
            await callers.until_acknowledged(1)
            date = await _last_entry(callers)
            await asyncio.to_thread(demo.kill_supervisor)
            assert demo.members() == []
            callers.hold_on()
            await _comes_back(demo, callers, date)
        seconds = await asyncio.to_thread(demo.stop)
        record_property("kills", KILLS)
        record_property("acknowledged", len(callers.acknowledged))
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
    assert await asyncio.to_thread(demo.violations) == []
    assert (await read_site_clock(callers.pool)).now() > date
    await callers.until_others_act()


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
            await until_it_moves(pool, enough, bool)
            await asyncio.to_thread(demo.kill, None, chance)
            pool.terminate()
        demo.server.leave()
        await asyncio.to_thread(demo.start_and_wait)
        callers = Callers(SEED)
        async with callers.calling(demo.database_url()):
            assert await asyncio.to_thread(demo.violations) == []
            await callers.until_others_act()

"""The site's own time: every process agrees, and a demo that was off has not aged."""

import asyncio
import math
from pathlib import Path

import asyncpg
import pytest
from one_order import MORNING

from lianxin.ground.clock import DAY_MS, HOUR_MS, MINUTE_MS, Instant
from lianxin.ground.ledger.checkpoint_seal import seal_checkpoint
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.site.time_here import (
    SITE_CHANNEL,
    ClockRow,
    SiteClock,
    read_site_clock,
    resume_site_clock,
    write_site_clock,
)
from lianxin.people import load_staff
from lianxin.personnel import enrol


class Machine:
    """A machine's clock that stands where it is put."""

    def __init__(self, now: Instant) -> None:
        self.instant = now

    def now(self) -> Instant:
        return self.instant


async def test_without_a_row_the_site_lives_in_the_machines_time(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    machine = Machine(5_000)
    clock = await read_site_clock(pool, machine)
    assert (clock.now(), clock.virtual, clock.speed) == (5_000, False, 1.0)
    assert clock.seconds_until(8_000) == 3.0
    assert clock.seconds_until(4_000) == 0.0


async def test_two_processes_agree_on_a_demos_time(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    machine = Machine(1_000_000)
    mine = await write_site_clock(pool, MORNING, 200.0, machine)
    theirs = await read_site_clock(pool, machine)
    machine.instant += MINUTE_MS
    assert mine.now() == theirs.now() == MORNING + 200 * MINUTE_MS
    assert theirs.virtual
    assert theirs.seconds_until(mine.now() + 200_000) == pytest.approx(1.0)


async def test_time_that_stands_still_never_comes(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    clock = await write_site_clock(pool, MORNING, 0.0, Machine(0))
    assert clock.now() == MORNING
    assert clock.seconds_until(MORNING + 1) == math.inf
    assert clock.seconds_until(MORNING) == 0.0


async def test_time_does_not_run_backwards(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    with pytest.raises(ValueError, match="backwards"):
        await write_site_clock(pool, MORNING, -1.0)
    assert SiteClock(ClockRow("2026-03-09T09:00:00+08:00", 5_000, 2.0), Machine(4_000)).now() == MORNING


async def test_a_demo_that_was_off_for_a_month_goes_on_at_its_latest_entry(
    pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path
) -> None:
    machine = Machine(0)
    begun = await resume_site_clock(pool, MORNING, 200.0, machine)
    assert begun.now() == MORNING
    await enrol(PostgresLedger(pool), load_staff(), MORNING + HOUR_MS)
    machine.instant += 30 * DAY_MS
    resumed = await resume_site_clock(pool, MORNING, 1.0, machine)
    assert resumed.now() == MORNING + HOUR_MS + 1

    await seal_checkpoint(pool, tmp_path, MORNING + 2 * HOUR_MS)
    assert (await resume_site_clock(pool, MORNING, 1.0, machine)).now() == MORNING + 2 * HOUR_MS + 1


async def test_a_change_of_the_clock_is_told(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    async with pool.acquire() as listening:
        await listening.add_listener(SITE_CHANNEL, lambda *told: heard.put_nowait(told[3]))
        await write_site_clock(pool, MORNING, 1.0)
        async with asyncio.timeout(30):
            assert await heard.get() == "clock"
        await listening.reset(timeout=5)

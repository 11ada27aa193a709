"""What time is it at this site? The machine's, or a demo's own, the same in every process.

A demo keeps its time in table `site`, row `clock`:
`{"mode": "virtual", "start": "2026-03-09T08:00:00+08:00", "started_real": 1773014400000, "speed": 1.0}`
says that at the machine's instant `started_real` (ms) it was `start` here, and that time runs
`speed` times as fast since. No row: the site lives in the machine's time.
"""

import math
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from lianxin.ground.clock import Clock, Instant, RealClock, at_iso, from_datetime, iso
from lianxin.ground.store import load_queries

if TYPE_CHECKING:
    from asyncpg import Pool, Record

SITE_CHANNEL: Final = "site"
"""NOTIFY channel on which a change of the site's clock is told."""
_QUERIES = load_queries("lianxin.ground.site")


class ClockRow(msgspec.Struct, frozen=True):
    """The row as it is stored; speed 0: time stands still."""

    start: str
    started_real: Instant
    speed: float
    mode: Literal["virtual"] = "virtual"


class SiteClock:
    """Tells the present of the site. Processes that read the same row agree to the millisecond.

    row   how virtual time runs; None: the machine's time
    real  the machine's clock
    """

    def __init__(self, row: ClockRow | None = None, real: Clock | None = None) -> None:
        self._real = real or RealClock()
        self._row = row
        self._start = 0 if row is None else at_iso(row.start)

    @property
    def virtual(self) -> bool:
        """Whether the site lives in a time of its own."""
        return self._row is not None

    @property
    def speed(self) -> float:
        """Seconds here per second of the machine."""
        return 1.0 if self._row is None else self._row.speed

    def now(self) -> Instant:
        """Return the present instant of the site."""
        if self._row is None:
            return self._real.now()
        passed_ms = max(self._real.now() - self._row.started_real, 0)
        return self._start + int(passed_ms * self._row.speed)

    def seconds_until(self, instant: Instant) -> float:
        """Return how many of the machine's seconds it is until that instant; 0 if it has come, inf if it never does."""
        wait_ms = instant - self.now()
        if wait_ms <= 0:
            return 0.0
        return wait_ms / 1000 / self.speed if self.speed > 0 else math.inf


async def read_site_clock(pool: "Pool[Record]", real: Clock | None = None) -> SiteClock:
    """Return the clock of the site as it is set now."""
    found = await pool.fetchval(_QUERIES.clock.sql)
    return SiteClock(None if found is None else msgspec.json.decode(found, type=ClockRow), real)


async def write_site_clock(pool: "Pool[Record]", start: Instant, speed: float, real: Clock | None = None) -> SiteClock:
    """Let it be `start` here now, and time run `speed` times as fast; every process is told.

    Only for a site that lives in virtual time: a demo, a `day`, a bench.
    """
    if speed < 0:
        raise ValueError(f"speed {speed} would run backwards")
    row = ClockRow(iso(start), (real or RealClock()).now(), speed)
    await pool.execute(_QUERIES.set_clock.sql, msgspec.json.encode(row).decode())
    return SiteClock(row, real)


async def resume_site_clock(pool: "Pool[Record]", first: Instant, speed: float, real: Clock | None = None) -> SiteClock:
    """Let the time of a demo go on where its latest entry was written; a demo without entries begins at `first`.

    Called once when the demo starts, before anything else looks at the clock: the hours in
    which it was off must not have passed in it.
    """
    latest = await pool.fetchval(_QUERIES.latest_entry.sql)
    return await write_site_clock(pool, first if latest is None else from_datetime(latest) + 1, speed, real)

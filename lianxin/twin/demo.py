"""How does the demo city begin, and how does it go on after a stop?

At the first start a few days of history and the morning of the first day are played as
fast as the machine can; then time runs. Later starts go on at the latest entry. Before
the known calendar ends the demo goes back to its first day.
"""

import asyncio
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog

from lianxin.ground.clock import DAY_MS, HOUR_MS, Instant, at_iso, iso, local_date
from lianxin.ground.ledger.checkpoint_seal import seal_checkpoint
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.site import Site, SiteError
from lianxin.ground.site.demo_mark import mark_demo
from lianxin.ground.site.time_here import read_site_clock, resume_site_clock, write_site_clock
from lianxin.ground.store import EmbeddedServer, open_pool, renew_database
from lianxin.ground.store.roles import DATABASE
from lianxin.knowledge.seeding import seed_items
from lianxin.orders.service import Services
from lianxin.people import load_staff
from lianxin.people.identities import identities
from lianxin.people.keys import load_house_keys
from lianxin.people.rights import Rights
from lianxin.personnel import enrol
from lianxin.places import DEMO_CITY
from lianxin.privacy import KeptApart
from lianxin.rules import Rules, load_rules
from lianxin.twin.arrivals import arrivals
from lianxin.twin.carrying import carry_out
from lianxin.twin.live import LiveCity
from lianxin.twin.messages import demo_messages
from lianxin.twin.persons import records
from lianxin.twin.play import Play
from lianxin.twin.world import World, make_world

if TYPE_CHECKING:
    from asyncpg import Pool, Record

log = structlog.get_logger(__name__)
FIRST_DAY: Final = "2026-03-09"
"""A Monday in a year whose holidays are known."""
MORNING_MS: Final = 10 * HOUR_MS + 5 * 60_000
"""The time of day at which the first start shows the city."""
DAYS_BEFORE: Final = 9
CALLS_BEFORE: Final = 150
"""Days of history and the calls of each: long enough that orders were extended, got cards and came back to rework."""
LAST_DAY: Final = at_iso("2026-10-01T00:00:00+08:00")
"""Three months before the end of the known calendar, so that no date of the demo leaves it."""
SEED: Final = 12345
WORKERS: Final = 8


@lru_cache(maxsize=32)
def rules_of(ref: str) -> Rules:
    """Return the rules of a pack reference, those in force in the demo for ""."""
    return load_rules(ref or "sd-binzhou")


def demo_world(seed: int = SEED) -> World:
    """Return the demo's city with the texts written for it."""
    return make_world(seed, demo_messages())


async def services_of(pool: "Pool[Record]", home: Path | None = None) -> Services:
    """Return the services over the demo's database.

    home  whose keys keep whistle-blowers apart; None: nobody who calls tells who they are
    """
    ledger = PostgresLedger(pool)
    store = ledger if home is None else KeptApart(ledger, pool, identities(pool, home))
    return Services(store, rules_of, await Rights.load(pool))


async def prepare(url: str, home: Path, first_day: Instant, calls: int, speed: float) -> Instant:
    """Make the demo ready to live and set its clock; return the instant at which it goes on.

    An empty database gets people, packs, a little history and a morning; one that has
    lived goes on at its latest entry. Interrupted, the next call plays the same again: what
    was done before answers as it did then.
    """
    pool = await open_pool(url, size_min=WORKERS, size_max=WORKERS)
    try:
        begun = first_day + MORNING_MS
        clock = await resume_site_clock(pool, first_day, 0.0)
        if clock.now() < begun - HOUR_MS:
            await mark_demo(pool, DEMO_CITY, begun)
            await enrol(PostgresLedger(pool), load_staff(), first_day - DAYS_BEFORE * DAY_MS)
            await seed_items(pool, DEMO_CITY, first_day - DAYS_BEFORE * DAY_MS)
            await _history(pool, home, first_day, calls)
        return (await resume_site_clock(pool, begun, speed)).now()
    finally:
        await pool.close()


async def _history(pool: "Pool[Record]", home: Path, first_day: Instant, calls: int) -> None:
    play = Play(demo_world(), first_day + MORNING_MS, records=records(SEED, load_house_keys(home)))
    for day in range(-DAYS_BEFORE, 0):
        for at in arrivals(first_day + day * DAY_MS, CALLS_BEFORE, SEED):
            play.call(at)
    for at in arrivals(first_day, calls, SEED):
        play.call(at)
    count = await carry_out(play.run(), await services_of(pool, home), WORKERS)
    await seal_checkpoint(pool, home, first_day + MORNING_MS)
    log.info("the city has a morning behind it", operations=count, until=iso(first_day + MORNING_MS))


def over(url: str) -> bool:
    """Return whether the demo has lived through its last day and must begin again: its time stands still there."""

    async def asked() -> bool:
        pool = await open_pool(url, size_min=1, size_max=1)
        try:
            clock = await read_site_clock(pool)
        finally:
            await pool.close()
        return clock.virtual and clock.speed == 0 and clock.now() >= LAST_DAY

    return asyncio.run(asked())


def begin_again(site: Site) -> None:
    """Put the demo's checkpoints aside and empty its database: the city goes back to its first day.

    In this order: interrupted in between, the demo is still over and the next start does the rest.
    Only the embedded server's own database; one of somebody else is never emptied.
    """
    if site.settings.database.url is not None:
        raise SiteError("The demo has reached its last day. Give it an empty database and start it again.")
    file = site.home / "checkpoints.jsonl"
    if file.exists():
        file.rename(site.home / f"checkpoints-until-{local_date(LAST_DAY)}-{file.stat().st_mtime_ns}.jsonl")
    with EmbeddedServer(site.home) as server:
        renew_database(server, DATABASE)
    log.info("the demo goes back to its first day")


async def live(url: str, home: Path, calls: int) -> None:
    """Let the city live in the site's time until its last day, and let time stand still then."""
    pool = await open_pool(url, size_min=1, size_max=4)
    try:
        city = LiveCity(
            demo_world(), await services_of(pool, home), pool, calls, LAST_DAY, records(SEED, load_house_keys(home))
        )
        await city.run()
        await write_site_clock(pool, LAST_DAY, 0.0)
    finally:
        await pool.close()

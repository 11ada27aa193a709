"""How does a demo city move in without a demo being played? `lianxin seed binzhou`.

Its people, units, rule packs and knowledge come in as at the demo's start, the calls do not: for
trying out with one's own calls, for training, for a test of another system.
"""

from typing import TYPE_CHECKING

from lianxin.ground.clock import Instant
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.site.demo_mark import mark_demo
from lianxin.ground.site.starting import lived_in
from lianxin.knowledge.seeding import seed_items
from lianxin.people import load_staff
from lianxin.personnel.enrolling import Enrolled, enrol
from lianxin.places.packfile import CITIES

if TYPE_CHECKING:
    from asyncpg import Pool, Record


class NotSeeded(Exception):
    """Nobody moved in; the sentence says why: no such city, or a real hotline lives here."""


async def seed_city(pool: "Pool[Record]", city: str, now: Instant) -> Enrolled:
    """Let the people and rules of a demo city move in; called again, it changes nothing.

    Raises NotSeeded.
    """
    known = sorted(folder.name for folder in CITIES.iterdir() if folder.is_dir())
    if city not in known:
        raise NotSeeded(f"There are no data of {city}. There are those of: {', '.join(known)}. Nothing was changed.")
    if (await lived_in(pool)).real:
        raise NotSeeded(
            "A real hotline has begun in this database: made-up people must not come into its books, and it could "
            "never be started again. Nothing was changed. Give the demo city a home of its own with LIANXIN_HOME."
        )
    await mark_demo(pool, city, now)
    enrolled = await enrol(PostgresLedger(pool), load_staff(city), now)
    await seed_items(pool, city, now)
    return enrolled

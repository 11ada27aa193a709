"""How does a demo city move in without a demo being played? `lianxin seed binzhou`.

Its people, units, rule packs and knowledge come in as at the demo's start, the calls do not: for
trying out with one's own calls, for training, for a test of another system.
"""

from typing import TYPE_CHECKING

from lianxin.ground.clock import Instant
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.site.demo_mark import mark_demo
from lianxin.knowledge.seeding import seed_items
from lianxin.people import load_staff
from lianxin.personnel.enrolling import Enrolled, enrol
from lianxin.places.packfile import CITIES

if TYPE_CHECKING:
    from asyncpg import Pool, Record


class NoSuchCity(Exception):
    """There are no data of that city; the sentence names those there are."""


async def seed_city(pool: "Pool[Record]", city: str, now: Instant) -> Enrolled:
    """Let the people and rules of a demo city move in; called again, it changes nothing.

    Raises NoSuchCity.
    """
    known = sorted(folder.name for folder in CITIES.iterdir() if folder.is_dir())
    if city not in known:
        raise NoSuchCity(f"There are no data of {city}. There are those of: {', '.join(known)}. Nothing was changed.")
    await mark_demo(pool, city, now)
    enrolled = await enrol(PostgresLedger(pool), load_staff(city), now)
    await seed_items(pool, city, now)
    return enrolled

"""The knowledge that a demo city moves in with: written by one of its editors, published by another."""

import secrets
from typing import TYPE_CHECKING

from lianxin.deadlines import official_calendar
from lianxin.ground.clock import Instant
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.knowledge.importing import import_file
from lianxin.knowledge.loading import FOLDER
from lianxin.knowledge.service import Knowledge, numbers_of
from lianxin.knowledge.steps import EDITOR
from lianxin.people import load_staff
from lianxin.people.rights import Rights

if TYPE_CHECKING:
    from asyncpg import Pool, Record


async def seed_items(pool: "Pool[Record]", city: str, now: Instant) -> int:
    """Bring in the items of a demo city, whose people have moved in; return how many were new.

    Called again it changes nothing; a city without a file of items has none.
    """
    file = FOLDER / f"{city}.yaml"
    if not file.is_file():
        return 0
    writer, second = load_staff(city).by_role(EDITOR)[:2]
    calendar = official_calendar()
    knowledge = Knowledge(
        PostgresLedger(pool), lambda: calendar, await Rights.load(pool), numbers_of(pool), secrets.token_bytes
    )
    return (await import_file(knowledge, file, f"staff:{writer.id}", f"staff:{second.id}", now)).written

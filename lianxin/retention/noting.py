"""Who copies the whole database stands in the access log like whoever looks at one order."""

from typing import TYPE_CHECKING, Final
from uuid import uuid4

from lianxin.ground.clock import Instant
from lianxin.privacy.look import NOWHERE, Look
from lianxin.privacy.looks import write_looks

if TYPE_CHECKING:
    from asyncpg import Pool, Record

OPERATOR: Final = "operator"
"""Stands for whoever has a shell on the machine: the house does not know who that is."""


async def note_backup(pool: "Pool[Record]", now: Instant) -> None:
    """Note that a backup is made, before it is."""
    look = Look(now, OPERATOR, None, "backup", "database", NOWHERE, NOWHERE, uuid4())
    await write_looks(pool, [look])

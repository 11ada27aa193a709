"""A city that has moved in: its people and packs enrolled, and what it takes to play and shake it."""

import asyncio
from collections.abc import Sequence
from functools import cache
from uuid import UUID

import asyncpg
import msgspec

from lianxin.ground.clock import at_iso
from lianxin.ground.ledger import Store
from lianxin.ground.ledger.memory import MemoryLedger
from lianxin.people import load_staff
from lianxin.people.rights import Rights
from lianxin.people.roll import MemberRow
from lianxin.personnel import enrol
from lianxin.twin.arrivals import arrivals
from lianxin.twin.messages import demo_messages
from lianxin.twin.play import LONGEST_MS, Op, Play
from lianxin.twin.storm import Outcome, Storm
from lianxin.twin.world import World, make_world

MONDAY = at_iso("2026-03-09T00:00:00+08:00")
"""An ordinary Monday; the demo's first day."""


@cache
def city(seed: int) -> World:
    """The twin of Binzhou with the texts written for it."""
    return make_world(seed, demo_messages())


def played(seed: int, calls: int = 150) -> tuple[list[Op], Play]:
    """Play a day without a store; return its operations and what is left."""
    play = Play(city(seed), MONDAY + LONGEST_MS)
    for at in arrivals(MONDAY, calls, seed):
        play.call(at)
    return list(play.run()), play


async def enrolled() -> tuple[MemoryLedger, Rights]:
    """A ledger in memory in which everybody of the city has begun, and their rights."""
    ledger = MemoryLedger()
    await enrol(ledger, load_staff(), MONDAY)
    return ledger, rights_in(ledger)


def rights_in(ledger: MemoryLedger) -> Rights:
    """The rights that the staff rows of a ledger give."""
    return Rights(msgspec.convert(row, MemberRow) for row in ledger.tables["staff_write"].values())


async def storm_in_memory(seed: int, calls: int, days: int) -> tuple[MemoryLedger, Outcome]:
    """Let a storm blow over a ledger in memory."""
    ledger, rights = await enrolled()

    async def everything() -> Sequence[tuple[int, bytes]]:
        return [(chain, stands.snapshot or b"") for chain, stands in ledger.chains.items()]

    storm = Storm(city(seed), ledger, everything, rights, midnight=MONDAY, calls=calls, days=days)
    return ledger, await storm.run()


async def storm_in_postgres(
    seed: int, store: Store, pool: "asyncpg.Pool[asyncpg.Record]", calls: int, days: int
) -> Outcome:
    """Let a storm blow over a database."""
    await enrol(store, load_staff(), MONDAY)

    async def everything() -> Sequence[tuple[int, bytes]]:
        return [(row[0], row[1]) for row in await pool.fetch("SELECT chain_id, snapshot FROM chains ORDER BY chain_id")]

    rights = await Rights.load(pool)
    return await Storm(city(seed), store, everything, rights, midnight=MONDAY, calls=calls, days=days).run()


def lost(outcome: Outcome, kept: dict[UUID, object]) -> list[UUID]:
    """The acknowledged commands that are not kept with the answer their sender got.

    A command that found nothing to do (a clock that looked too early) writes nothing and is not kept.
    """
    return [command for command, answer in outcome.acknowledged.items() if command in kept and kept[command] != answer]


def run(coroutine: object) -> object:
    """Run a coroutine to its end in a loop of its own."""
    return asyncio.run(coroutine)  # type: ignore[arg-type]

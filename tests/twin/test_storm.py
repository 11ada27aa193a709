"""Storms: processes die at any step, messages repeat and are late, clocks jump. Nothing may be lost."""

import asyncio
import os
from collections.abc import Callable

import asyncpg
import msgspec
import pytest
from city import lost, storm_in_memory, storm_in_postgres

from lianxin.ground.ledger.memory import MemoryLedger
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.store import Database
from lianxin.insight.audit import audit_memory
from lianxin.insight.audit.database import audit_database
from lianxin.twin.storm import Outcome

SEEDS = int(os.environ.get("LIANXIN_TEST_STORMS", "500"))
"""Storms over a ledger in memory; `make soak` asks for many more."""
SEEDS_IN_POSTGRES = int(os.environ.get("LIANXIN_TEST_STORMS_IN_POSTGRES", "30"))
A_GROUP = 25


@pytest.mark.parametrize("first", range(0, SEEDS, A_GROUP))
async def test_after_a_storm_the_books_balance_and_every_answer_stands(
    first: int, record_property: Callable[[str, int], None]
) -> None:
    for seed in range(first, min(first + A_GROUP, SEEDS)):
        ledger, outcome = await storm_in_memory(seed, calls=25, days=12)
        assert outcome.crashes > 0, seed
        assert audit_memory(ledger).violations == (), seed
        assert lost(outcome, {key: msgspec.json.decode(value) for key, value in ledger.commands.items()}) == [], seed
        assert len(ledger.commands) > 50, seed
        for name, count in _figures(outcome).items():
            record_property(name, count)


def _figures(outcome: Outcome) -> dict[str, int]:
    """What `make soak` adds up."""
    return {"storms": 1, "acknowledged": len(outcome.acknowledged), "crashes": outcome.crashes}


KEPT = (171, 492, 733, 1000)
"""Seeds that once found something. 171: a unit signed a returned reply after its date, whose red card was due at an
instant at which the clock had looked before; it was taken for the same command and never drawn. 492: a contact said
that it had joined an order whose opening had never been written; now both are one command, and nobody notes an order
that is not there. 733: the audit forbade the first caller to end a reworked order nobody could reach, which the
course of an order allows. 1000: a timer that failed was gone by the time it was put off."""


@pytest.mark.parametrize("seed", KEPT)
async def test_what_a_storm_once_found_stays_mended(seed: int) -> None:
    ledger, _ = await storm_in_memory(seed, calls=25, days=12)
    assert audit_memory(ledger).violations == ()


@pytest.mark.parametrize("seed", range(SEEDS_IN_POSTGRES))
async def test_a_storm_over_the_database_loses_nothing_either(
    seed: int,
    database: Database,
    pool: "asyncpg.Pool[asyncpg.Record]",
    record_property: Callable[[str, int], None],
) -> None:
    outcome = await storm_in_postgres(seed, PostgresLedger(pool), pool, calls=12, days=9)
    rows = await pool.fetch("SELECT command_id, result::text FROM commands")
    kept = {row[0]: msgspec.json.decode(row[1]) for row in rows}
    assert lost(outcome, kept) == []
    report = await asyncio.to_thread(audit_database, database.app_url)
    assert report.violations == ()
    for name, count in _figures(outcome).items():
        record_property(name, count)


async def test_a_storm_blows_the_same_way_again() -> None:
    first, again = await storm_in_memory(77, 20, 8), await storm_in_memory(77, 20, 8)
    assert first[0].chains == again[0].chains
    assert first[1] == again[1]


async def test_the_storm_would_find_a_store_that_forgets(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof of the proof: drop one promise in fifty rows, and the audit names it."""
    commit, count = MemoryLedger.commit, 0

    async def forgetful(ledger: MemoryLedger, batch: object) -> None:
        nonlocal count
        rows = batch.writes.get("promises_write", [])  # type: ignore[attr-defined]
        count += len(rows)
        if rows and count % 50 == 0:
            del rows[-1]
        await commit(ledger, batch)  # type: ignore[arg-type]

    monkeypatch.setattr(MemoryLedger, "commit", forgetful)
    ledger, _ = await storm_in_memory(3, 25, 12)
    assert {one.kind for one in audit_memory(ledger).violations} & {"projection_differs", "promise_missing"}

"""The application cannot rewrite the ledger, not even by a bug."""

from typing import TYPE_CHECKING

import asyncpg
import pytest
from made.lives import World

from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.store import Database

if TYPE_CHECKING:
    from asyncpg import Pool, Record

LEDGER = ("entries", "checkpoints", "checkpoint_leaves", "commands")


@pytest.mark.parametrize("table", LEDGER)
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "TRUNCATE {}"])
async def test_the_application_cannot_delete(pool: "Pool[Record]", table: str, statement: str) -> None:
    await World(PostgresLedger(pool)).heard()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.execute(statement.format(table))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET body = body",
        "UPDATE entries SET at = at",
        "UPDATE commands SET result = result",
        "UPDATE checkpoints SET line = line",
        "UPDATE checkpoint_leaves SET head = head",
        "UPDATE chains SET chain_id = chain_id",
        "UPDATE custody SET holder = holder",
        "UPDATE custody SET since = since",
        "UPDATE promises SET owed_to = owed_to",
        "UPDATE promises SET kind = kind",
        "DELETE FROM custody",
        "DELETE FROM promises",
        "DELETE FROM orders",
        "DELETE FROM contacts",
        "DELETE FROM chains",
        "DELETE FROM receipts",
        "UPDATE receipts SET code_hash = code_hash",
        "ALTER TABLE entries DISABLE TRIGGER ALL",
    ],
)
async def test_the_application_cannot_rewrite(pool: "Pool[Record]", statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.execute(statement)


@pytest.mark.parametrize("statement", ["UPDATE entries SET body = body", "DELETE FROM entries", "TRUNCATE entries"])
async def test_the_owner_is_stopped_by_the_trigger(database: Database, statement: str) -> None:
    owner = await asyncpg.connect(database.owner_url)
    try:
        with pytest.raises(asyncpg.PostgresError, match="append-only") as refused:
            await owner.execute(statement)
        assert refused.value.sqlstate == "LX003"
    finally:
        await owner.close()

"""A site that is older than a rule is brought to it by the migration: its rows are those the entries make now."""

from pathlib import Path

import asyncpg
from made.one_order import Office

import lianxin.ground.store
from lianxin.ground.clock import DAY_MS
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.store import Database
from lianxin.orders import commands as c
from lianxin.orders.project import actors_of

MIGRATION = Path(lianxin.ground.store.__file__).parent / "migrations" / "0015_core_life.sql"
BEGINS = "-- A person of the house who has only a part"


async def test_who_has_a_part_of_an_older_order_sees_it_after_the_upgrade(
    database: Database, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    office = Office(PostgresLedger(pool))
    order = await office.submit("20260309-000018", None)
    await office.dispatch(order)
    part = {"kind": "item", "to": "staff:1005", "due": office.now + DAY_MS, "what": "核实现场"}
    await office.act(order, c.OpenPart, "staff:3001", "dispatcher", **part)
    expected = list(actors_of(await office.order(order)))
    assert "staff:1005" in expected
    await pool.execute("UPDATE orders SET actors = array_remove(actors, 'staff:1005') WHERE order_id = $1", order)
    owner = await asyncpg.connect(database.owner_url)
    await owner.execute(MIGRATION.read_text(encoding="utf-8").partition(BEGINS)[2].partition("\n")[2])
    await owner.close()
    assert await pool.fetchval("SELECT actors FROM orders WHERE order_id = $1", order) == expected

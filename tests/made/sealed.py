"""A small hotline after a busy morning, sealed by two checkpoints, and ways to damage it as its superuser."""

import asyncio
import contextlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import msgspec
import psycopg
from made.lives import (
    AGENT,
    CALLER,
    DISPATCHER,
    LEADER,
    OBJECTION_REVIEWER,
    REVIEWER,
    SECOND_CALLER,
    SHIFT_LEAD,
    SUPERVISOR,
    World,
)

from lianxin.ground.clock import MINUTE_MS, Instant
from lianxin.ground.ledger import Standing
from lianxin.ground.ledger.checkpoint_seal import seal_checkpoint
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.store import Database, EmbeddedServer, open_pool
from lianxin.ground.store.roles import APP, OWNER, SUPERUSER
from lianxin.insight.audit.database import audit_database
from lianxin.insight.audit.report import Report
from lianxin.orders.batch import Draft
from lianxin.orders.evolve import replay
from lianxin.orders.order import Order, OrderEntry
from lianxin.people import Person, Staff
from lianxin.personnel import enrol
from lianxin.privacy.look import NOWHERE, Look
from lianxin.privacy.looks import write_looks
from lianxin.receipts import Receipt, Receipts

EVERYBODY = (AGENT, REVIEWER, DISPATCHER, CALLER, SECOND_CALLER, SHIFT_LEAD, OBJECTION_REVIEWER, SUPERVISOR, LEADER)


class Sealed(NamedTuple):
    """The hotline: its database, its home with the published checkpoints, its orders and contacts by name.

    receipt  what the citizen of `submitted` holds
    """

    database: Database
    home: Path
    made: dict[str, int]
    receipt: Receipt

    def audit(self, **more: Any) -> Report:
        """Return what the audit finds now."""
        return audit_database(self.database.app_url, checkpoints=self.home / "checkpoints.jsonl", **more)

    def damage(self, *statements: str, **values: Any) -> None:
        """Run statements as the superuser whom no trigger and no constraint holds back."""
        assert self.database.superuser_url is not None
        with psycopg.connect(self.database.superuser_url) as connection:
            connection.execute("SET session_replication_role = replica")
            for statement in statements:
                connection.execute(statement.encode(), {**self.made, **values})

    def forge(self, name: str, change: Callable[[list[dict[str, Any]]], None]) -> None:
        """Rewrite an order's history as its own services would have written it, hashes, rows and all."""
        asyncio.run(_forged(self, self.made[name], change))


async def _forged(world: Sealed, chain: int, change: Callable[[list[dict[str, Any]]], None]) -> None:
    connection = await asyncpg.connect(world.database.superuser_url)
    rows = await connection.fetch("SELECT body FROM entries WHERE chain_id = $1 ORDER BY seq", chain)
    sealed = await connection.fetchval("SELECT sealed_seq FROM chains WHERE chain_id = $1", chain)
    bodies = [msgspec.json.decode(row[0]) for row in rows]
    change(bodies)
    entries = [
        msgspec.convert({**body, "seq": place}, OrderEntry, strict=False) for place, body in enumerate(bodies, 1)
    ]
    before = Order(id=chain, number=entries[0].fields["number"])  # type: ignore[arg-type]
    draft = Draft(World(None).id(), entries[-1].at)  # type: ignore[arg-type]
    draft.order(Standing(), before, entries, replay(before, entries))
    batch = draft.done({})
    batch.writes.pop("outbox_write", None)
    await connection.execute("SET session_replication_role = replica")
    await connection.execute("ALTER TABLE custody DROP CONSTRAINT custody_order_of_time")
    for table, column in (
        ("entries", "chain_id"),
        ("chains", "chain_id"),
        ("orders", "order_id"),
        ("order_events", "order_id"),
        ("custody", "subject_id"),
        ("promises", "subject_id"),
        ("instructions", "order_id"),
        ("news", "order_id"),
        ("timers", "subject_id"),
    ):
        await connection.execute(f"DELETE FROM {table} WHERE {column} = $1", chain)
    await connection.execute("DELETE FROM commands WHERE command_id = $1", batch.command)
    pool = await open_pool(world.database.app_url)
    await PostgresLedger(pool).commit(batch)
    await pool.close()
    for entry in entries:
        of_entry = "UPDATE entries SET command_id = $3 WHERE chain_id = $1 AND seq = $2"
        await connection.execute(of_entry, chain, entry.seq, entry.command)
    await connection.execute("UPDATE chains SET sealed_seq = least($2, seq) WHERE chain_id = $1", chain, sealed)
    await connection.close()


def make_sealed(database: Database, home: Path) -> Sealed:
    """Fill an empty database with one life of each kind, most of it sealed."""
    return asyncio.run(_made(database, home))


async def _made(database: Database, home: Path) -> Sealed:
    pool = await open_pool(database.app_url)
    try:
        store = PostgresLedger(pool)
        world = World(store)
        people = tuple(Person(id=who.partition(":")[2], name="", roles=("agent",)) for who in EVERYBODY)
        await enrol(store, Staff(people=people, shifts={}), world.now)
        made = await world.everyone()
        await write_looks(pool, [_look(n, made["submitted"], world.now) for n in (1, 2, 3)])
        await seal_checkpoint(pool, home, world.now)
        receipts = Receipts(pool, world.services)
        number = (await world.order(made["submitted"])).number
        world.now += MINUTE_MS
        receipt = await receipts.renew(number, world.id(), "system", "system", world.now)
        made["late"] = await world.dispatched()
        await write_looks(pool, [_look(n, made["late"], world.now) for n in (4, 5)])
        await seal_checkpoint(pool, home, world.now)
        await write_looks(pool, [_look(6, None, world.now)])
        made["unsealed"] = await world.dispatched()
        return Sealed(database, home, made, receipt)
    finally:
        await pool.close()


def _look(n: int, subject: int | None, now: Instant) -> Look:
    """The look of this number in the access log."""
    return Look(now, "1023", subject, "page", "", NOWHERE, NOWHERE, UUID(int=n))


@contextlib.contextmanager
def copied(server: EmbeddedServer, world: Sealed, name: str, home: Path) -> Iterator[Sealed]:
    """Give a copy of the hotline that may be damaged, dropped after the block."""
    assert world.database.superuser_url is not None
    original = psycopg.conninfo.conninfo_to_dict(world.database.superuser_url)["dbname"]
    shutil.copytree(world.home, home)
    with psycopg.connect(server.url(SUPERUSER, "postgres"), autocommit=True) as administrator:
        administrator.execute(f"CREATE DATABASE {name} TEMPLATE {original}".encode())
        try:
            yield world._replace(
                database=Database(server.url(APP, name), server.url(OWNER, name), server.url(SUPERUSER, name)),
                home=home,
            )
        finally:
            administrator.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())

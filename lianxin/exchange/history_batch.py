"""How does one batch of history come into the ledger? Built, sealed and copied in one transaction.

Runs in processes of its own, several at once: the pure part and the database each take
about half of the time. A batch is written whole or not at all.
"""

import asyncio
import os
from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import UUID

import asyncpg
import msgspec

from lianxin.exchange.history import Import, Past, bring
from lianxin.exchange.history_rows import COLUMNS, TEXT_COLUMNS, packed_texts, tables_of
from lianxin.ground.clock import Instant, to_datetime
from lianxin.ground.ledger import ORDER, chain_of
from lianxin.ground.store import load_queries
from lianxin.ground.text import digits
from lianxin.rules import Rules, load_rules

if TYPE_CHECKING:
    from asyncpg import Connection, Record

_QUERIES = load_queries("lianxin.exchange")
SETTINGS: Final = {"gin_pending_list_limit": "64MB", "work_mem": "128MB"}
"""Of the importing sessions: the search index takes its new grams in few large portions instead of many small ones."""


class Batch(NamedTuple):
    """Checked records with the numbers they get here."""

    command: UUID
    numbers: Sequence[str]
    pasts: Sequence[Past]


class House(NamedTuple):
    """What a process needs to know before its first batch.

    pack  reference of the rule pack under which the orders go on, `name@version`
    """

    url: str
    source: str
    now: Instant
    pack: str
    tracker: str | None


class _Hand:
    """What a process keeps between batches: its connection, and the loop it belongs to."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.rules = load_rules(house.pack)
        self.runner = asyncio.Runner()
        self.connection: Connection[Record] = self.runner.run(asyncpg.connect(house.url, server_settings=SETTINGS))


_hand: _Hand | None = None


def begin(house: House) -> None:
    """Make this process ready; called once by the pool that starts it."""
    global _hand
    _hand = _Hand(house)


def import_batch(batch: Batch) -> int:
    """Write one batch; return how many orders it had."""
    assert _hand is not None, "begin() comes first"
    _hand.runner.run(write_batch(_hand.connection, batch, _hand.house, _hand.rules))
    return len(batch.pasts)


async def write_batch(connection: "Connection[Record]", batch: Batch, house: House, rules: Rules) -> None:
    """Build the chains and rows of a batch and copy them, in one transaction."""
    about = Import(house.source, batch.command, house.now, rules, house.tracker, _salt)
    ids = [chain_of(ORDER, digits(number)) for number in batch.numbers]
    brought = [
        bring(past, number, order_id, about)
        for past, number, order_id in zip(batch.pasts, batch.numbers, ids, strict=True)
    ]
    tables, texts = tables_of(brought), packed_texts(brought)
    result = msgspec.json.encode({"imported": len(ids)}).decode()
    async with connection.transaction():
        await connection.execute(_QUERIES.note_command.sql, batch.command, to_datetime(house.now), result)
        known = [(house.source, past.old_number, order_id) for past, order_id in zip(batch.pasts, ids, strict=True)]
        await connection.copy_records_to_table("imported_orders", records=known)
        for table, rows in tables.items():
            await connection.copy_records_to_table(table, columns=COLUMNS[table], records=rows)
        await connection.copy_to_table("texts", columns=TEXT_COLUMNS, source=BytesIO(texts), format="binary")
        await connection.execute("SELECT pg_notify('ledger', '')")


def _salt() -> bytes:
    return os.urandom(16)

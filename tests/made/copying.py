"""A ledger made in memory, copied into a database as it stands: large worlds in seconds."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from lianxin.ground.clock import to_datetime
from lianxin.ground.ledger.memory import MemoryLedger

if TYPE_CHECKING:
    from asyncpg import Pool, Record

_TIMES = frozenset(
    [
        "at",
        "since",
        "until",
        "made",
        "due",
        "next",
        "settled",
        "arrived",
        "limit",
        "held",
        "opened",
        "closed",
        "archived",
        "answered",
    ]
)
_TABLES = {
    "custody": ("subject", "part", "n", "holder", "since", "until"),
    "promises": ("subject", "id", "kind", "to", "made", "due", "next", "state", "settled"),
    "orders": None,
    "order_events": None,
    "instructions": None,
    "contacts": None,
    "texts": ("order", "n", "at", "title", "text", "salt", "grams"),
}


async def copy_ledger(ledger: MemoryLedger, pool: "Pool[Record]") -> int:
    """Copy everything but the outbox into an empty database; return how many entries there are."""
    entries = [msgspec.structs.astuple(entry) for chain in ledger.entries.values() for entry in chain]
    async with pool.acquire() as connection:
        await connection.copy_records_to_table(
            "entries", records=[(*row[:2], to_datetime(row[2]), *row[3:]) for row in entries]
        )
        await connection.copy_records_to_table(
            "chains",
            records=[(chain, stands.seq, stands.head, 0, stands.snapshot) for chain, stands in ledger.chains.items()],
        )
        for table, columns in _TABLES.items():
            rows = ledger.tables[f"{table}_write"].values()
            records = [[_stored(name, row[name]) for name in columns or row] for row in rows]
            await connection.copy_records_to_table(table, records=records)
        await connection.copy_records_to_table(
            "timers", records=[(timer.subject, to_datetime(timer.due), 0, None) for timer in ledger.timers.values()]
        )
    return len(entries)


def _stored(name: str, value: Any) -> Any:
    if name in _TIMES and value is not None:
        return to_datetime(value)
    if name == "salt" and value is not None:
        return bytes.fromhex(value)
    return UUID(value) if name == "person" and value is not None else value

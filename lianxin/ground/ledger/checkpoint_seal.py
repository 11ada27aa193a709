"""How is what happened since the last checkpoint sealed, in the database and in the file?

The worker calls `seal_checkpoint` every minute and at its clean stop. The database
commits first; the file follows before anything else is done, and what a crash kept out
of the file is appended at the next call.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from lianxin.ground.clock import Instant, to_datetime
from lianxin.ground.ledger import checkpoint_file, merkle
from lianxin.ground.ledger.checkpoint import Checkpoint, leaf, public_hex, read_line, sign
from lianxin.ground.ledger.checkpoint_key import KeyTrouble, signing_key
from lianxin.ground.store import load_queries

if TYPE_CHECKING:
    from asyncpg import Pool, Record
    from asyncpg.pool import PoolConnectionProxy

_QUERIES = load_queries("lianxin.ground.ledger")
HEADS_MAX: Final = 65_536
"""Heads in one checkpoint; where more have changed (an import), several follow each other at once."""
_ONE_SEALS: Final = 0x6C782D7365616C
"""`lx-seal` in ASCII: one process at a time seals and writes the file."""


class SetBack(Exception):
    """The file knows checkpoints that the database does not: the database was set back."""


async def seal_checkpoint(pool: "Pool[Record]", home: Path, now: Instant) -> Checkpoint | None:
    """Seal every head that changed since the last checkpoint; return the last one made, None if nothing changed.

    When it returns, database and `checkpoints.jsonl` in `home` both have it on disk.
    Raises KeyTrouble and SetBack; nothing was sealed then.
    """
    sealed: Checkpoint | None = None
    async with pool.acquire() as connection:
        await connection.execute("SELECT pg_advisory_lock($1)", _ONE_SEALS)
        try:
            await _bring_file_up(connection, home)
            while (line := await _seal(connection, home, now)) is not None:
                await _bring_file_up(connection, home)
                sealed = read_line(line)
                if sealed.leaves < HEADS_MAX:
                    break
        finally:
            await connection.execute("SELECT pg_advisory_unlock($1)", _ONE_SEALS)
    return sealed


async def repair_checkpoints(pool: "Pool[Record]", home: Path) -> int:
    """Append to the file what a crash kept out of it; return how many lines. Raises SetBack."""
    async with pool.acquire() as connection:
        await connection.execute("SELECT pg_advisory_lock($1)", _ONE_SEALS)
        try:
            return await _bring_file_up(connection, home)
        finally:
            await connection.execute("SELECT pg_advisory_unlock($1)", _ONE_SEALS)


async def _seal(connection: "PoolConnectionProxy[Record]", home: Path, now: Instant) -> str | None:
    """Seal up to HEADS_MAX heads in the database; return the checkpoint's line, None where nothing changed."""
    async with connection.transaction():
        heads = await connection.fetch(_QUERIES.unsealed_heads.sql, HEADS_MAX)
        if not heads:
            return None
        last = await connection.fetchval(_QUERIES.last_checkpoint.sql)
        line = _line(home, last, now, heads)
        number = read_line(line).id
        await connection.execute(_QUERIES.add_checkpoint.sql, number, to_datetime(now), line)
        await connection.copy_records_to_table(
            "checkpoint_leaves",
            records=[(number, row["chain_id"], row["seq"], row["head"]) for row in heads],
            columns=("checkpoint_id", "chain_id", "seq", "head"),
        )
        await connection.execute(_QUERIES.mark_sealed.sql, number)
        return line


def _line(home: Path, last: str | None, now: Instant, heads: "list[Record]") -> str:
    key = signing_key(home, may_make=last is None)
    before = None if last is None else read_line(last)
    if before is not None and before.key != public_hex(key.public_key()):
        raise KeyTrouble(
            "The signing key in the home folder is not the one that signed the last checkpoint. Nothing was sealed. "
            "Put the right one back from the backup of the home folder."
        )
    return sign(
        key,
        last,
        now if before is None else max(now, before.instant),
        merkle.root(leaf(row["chain_id"], row["seq"], row["head"]) for row in heads),
        len(heads),
        (before.chains if before else 0) + sum(row["sealed_seq"] == 0 for row in heads),
        (before.entries if before else 0) + sum(row["seq"] - row["sealed_seq"] for row in heads),
    )


async def _bring_file_up(connection: "PoolConnectionProxy[Record]", home: Path) -> int:
    path = home / checkpoint_file.FILE_NAME
    written = checkpoint_file.last_id(path)
    rows = await connection.fetch(_QUERIES.checkpoints_after.sql, written)
    if not rows and written > (await connection.fetchval(_QUERIES.last_checkpoint_id.sql) or 0):
        raise SetBack(
            f"{path} ends at checkpoint {written}, which the database does not have: the database was set back. "
            "Nothing was sealed. Restore the newer database, or give this one a home folder of its own."
        )
    if rows:
        checkpoint_file.append(path, [row["line"] for row in rows])
    return len(rows)

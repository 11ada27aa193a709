"""How is what happened since the last checkpoint sealed, in the database and in the file?

The worker calls `seal_checkpoint` every minute and at its clean stop. The database
commits first; the file follows before anything else is done, and what a crash kept out
of the file is appended at the next call.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lianxin.ground.clock import Instant, to_datetime
from lianxin.ground.ledger import checkpoint_file, merkle
from lianxin.ground.ledger.checkpoint import Checkpoint, Totals, leaf, public_hex, read_line, sign
from lianxin.ground.ledger.checkpoint_key import KeyTrouble, signing_key
from lianxin.ground.store import load_queries

if TYPE_CHECKING:
    from asyncpg import Pool, Record
    from asyncpg.pool import PoolConnectionProxy

_QUERIES = load_queries("lianxin.ground.ledger")
HEADS_MAX: Final = 65_536
"""Heads in one checkpoint; where more have changed (an import), several follow each other at once."""
LOOKS_MAX: Final = 65_536
"""Looks of the access log in one checkpoint, likewise."""
_ONE_SEALS: Final = 0x6C782D7365616C
"""`lx-seal` in ASCII: one process at a time seals and writes the file."""


class SetBack(Exception):
    """The file knows checkpoints that the database does not: the database was set back."""


async def seal_checkpoint(pool: "Pool[Record]", home: Path, now: Instant) -> Checkpoint | None:
    """Seal every head that changed, and every look that came, since the last checkpoint.

    Returns the last checkpoint made, None if nothing changed.

    When it returns, database and `checkpoints.jsonl` in `home` both have it on disk.
    Raises KeyTrouble and SetBack; nothing was sealed then.
    """
    sealed: Checkpoint | None = None
    async with pool.acquire() as connection:
        await connection.execute("SELECT pg_advisory_lock($1)", _ONE_SEALS)
        try:
            await _bring_file_up(connection, home)
            more = True
            while more and (made := await _seal(connection, home, now)) is not None:
                await _bring_file_up(connection, home)
                sealed, more = made
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


async def _seal(connection: "PoolConnectionProxy[Record]", home: Path, now: Instant) -> tuple[Checkpoint, bool] | None:
    """Seal up to HEADS_MAX heads and LOOKS_MAX looks; return the checkpoint and whether there may be more to seal.

    None: nothing is new.
    """
    async with connection.transaction():
        last = await connection.fetchval(_QUERIES.last_checkpoint.sql)
        before = None if last is None else read_line(last)
        heads = await connection.fetch(_QUERIES.unsealed_heads.sql, HEADS_MAX)
        looks = await connection.fetch(_QUERIES.looks_after.sql, before.looks if before else 0, LOOKS_MAX)
        if not heads and not looks:
            return None
        line = sign(
            _key(home, before),
            last,
            now if before is None else max(now, before.instant),
            merkle.root(leaf(row["chain_id"], row["seq"], row["head"]) for row in heads),
            len(heads),
            _totals(before, heads, looks),
            merkle.root(row["data"] for row in looks) if looks else None,
        )
        sealed = read_line(line)
        await connection.execute(_QUERIES.add_checkpoint.sql, sealed.id, to_datetime(now), line)
        await connection.copy_records_to_table(
            "checkpoint_leaves",
            records=[(sealed.id, row["chain_id"], row["seq"], row["head"]) for row in heads],
            columns=("checkpoint_id", "chain_id", "seq", "head"),
        )
        await connection.execute(_QUERIES.mark_sealed.sql, sealed.id)
        return sealed, len(heads) == HEADS_MAX or len(looks) == LOOKS_MAX


def _key(home: Path, before: Checkpoint | None) -> Ed25519PrivateKey:
    """Return the key that signs; it is the one that signed the checkpoint before."""
    key = signing_key(home, may_make=before is None)
    if before is not None and before.key != public_hex(key.public_key()):
        raise KeyTrouble(
            "The signing key in the home folder is not the one that signed the last checkpoint. Nothing was sealed. "
            "Put the right one back from the backup of the home folder."
        )
    return key


def _totals(before: Checkpoint | None, heads: "list[Record]", looks: "list[Record]") -> Totals:
    old = Totals(0, 0) if before is None else Totals(before.chains, before.entries, before.looks)
    return Totals(
        old.chains + sum(row["sealed_seq"] == 0 for row in heads),
        old.entries + sum(row["seq"] - row["sealed_seq"] for row in heads),
        looks[-1]["look_id"] if looks else old.looks,
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

"""The ledger in PostgreSQL: two statements per command, one to read and one that writes everything.

The second is a single SELECT over the writers' functions (`ledger_append`, `custody_write` …),
so it is a transaction of its own: no BEGIN, no COMMIT, no second round trip, nothing half done.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import asyncpg
import msgspec
import structlog

from lianxin.ground.clock import Instant, from_datetime, to_datetime
from lianxin.ground.ledger.batch import Batch, ChainMoved, DoneBefore
from lianxin.ground.ledger.reach import reaching
from lianxin.ground.ledger.store import Due, Loaded, Standing
from lianxin.ground.store import load_queries
from lianxin.ground.store.away import is_away

if TYPE_CHECKING:
    from asyncpg import Pool, Record

_QUERIES = load_queries("lianxin.ground.ledger")
_APPEND: Final = (
    "ledger_append($1::uuid, $2::timestamptz, $3::jsonb, $4::bigint[], $5::integer[], $6::bigint[], $7::integer[], "
    "$8::timestamptz[], $9::text[], $10::text[], $11::bytea[], $12::bytea[], $13::bigint[], $14::integer[], "
    "$15::bytea[], $16::bytea[])"
)
_APPEND_ARGUMENTS: Final = 16
TELL_AFTER_S: Final = 0.05
_MOVED: Final = frozenset({"LX001", "23505"})
"""Somebody was faster: a guard did not hold, or two began the same chain or interval at once."""
_encode = msgspec.json.Encoder().encode
log = structlog.get_logger(__name__)


def loaded_of(rows: "Iterable[Record]", chains: Sequence[int]) -> Loaded:
    """Return what rows as `load_chains` gives them tell of these chains; one without a row is not begun."""
    done: dict[str, Any] | None = None
    found: dict[int, Standing] = {}
    for row in rows:
        if row[0] is None:
            done = msgspec.json.decode(row[4])
        else:
            found[row[0]] = Standing(row[1], row[2], row[3])
    return Loaded(done, tuple(found.get(chain, Standing()) for chain in chains))


class PostgresLedger:
    """The store of a site. The pool's connections enter as the application role."""

    def __init__(self, pool: "Pool[Record]") -> None:
        self.pool = pool
        self._untold = False
        self._telling: asyncio.Task[None] | None = None

    async def load(self, command: UUID, chains: Sequence[int]) -> Loaded:
        """See `Store.load`."""
        with reaching():
            rows = await self.pool.fetch(_QUERIES.load_chains.sql, list(chains), command)
        return loaded_of(rows, chains)

    async def commit(self, batch: Batch) -> None:
        """See `Store.commit`."""
        text = statement(tuple(batch.writes))
        try:
            with reaching():
                await self.pool.execute(text, *_arguments(batch))
        except asyncpg.PostgresError as error:
            if error.sqlstate == "LX002":
                raise DoneBefore(str(batch.command)) from error
            if error.sqlstate in _MOVED:
                raise ChainMoved(str(error)) from error
            raise
        _note(batch)
        self._tell()

    def _tell(self) -> None:
        """Let everyone who watches the ledger know, soon: once for all commands of a moment.

        A NOTIFY inside each command would make the commits of the whole database wait for
        each other: 376 commands a second instead of 502 in the same minute of a busy machine.
        """
        self._untold = True
        if self._telling is None or self._telling.done():
            self._telling = asyncio.get_running_loop().create_task(self._told())

    async def _told(self) -> None:
        while self._untold:
            await asyncio.sleep(TELL_AFTER_S)
            self._untold = False
            try:
                await self.pool.execute(_QUERIES.tell.sql)
            except Exception as trouble:
                # Who listens looks again by itself once the database is back.
                if not is_away(trouble):
                    raise

    async def due_timers(self, now: Instant, limit: int) -> list[Due]:
        """See `Store.due_timers`."""
        with reaching():
            rows = await self.pool.fetch(_QUERIES.due_timers.sql, to_datetime(now), limit)
        return [Due(row[0], from_datetime(row[1]), row[2], row[3]) for row in rows]

    async def next_timer(self) -> Instant | None:
        """Return when the earliest timer is due."""
        with reaching():
            due: datetime | None = await self.pool.fetchval(_QUERIES.next_timer.sql)
        return None if due is None else from_datetime(due)

    async def postpone_timer(self, timer: Due, until: Instant, error: str) -> None:
        """See `Store.postpone_timer`."""
        subject, due = timer.subject, to_datetime(timer.due)
        with reaching():
            await self.pool.execute("SELECT timers_postpone($1, $2, $3, $4)", subject, due, to_datetime(until), error)


def _note(batch: Batch) -> None:
    """Write a line with the command's id where somebody wants to see every command; else it must cost nothing."""
    if logging.getLogger(__name__).isEnabledFor(logging.DEBUG):
        entries = [f"{entry.chain}.{entry.seq} {entry.kind}" for entry in batch.entries]
        log.debug("command carried out", command_id=str(batch.command), entries=entries)


def statement(writers: tuple[str, ...]) -> str:
    """Return the one statement that appends and then lets each writer write its rows."""
    parts = [_APPEND] + [f"{name}(${i}::jsonb)" for i, name in enumerate(writers, _APPEND_ARGUMENTS + 1)]
    return "SELECT " + ", ".join(parts)


def _arguments(batch: Batch) -> list[Any]:
    entries, guards = batch.entries, batch.guards
    heads = {entry.chain: entry for entry in entries}
    return [
        batch.command,
        to_datetime(batch.at),
        _encode(batch.result).decode(),
        [guard.chain for guard in guards],
        [guard.seq for guard in guards],
        [entry.chain for entry in entries],
        [entry.seq for entry in entries],
        [to_datetime(entry.at) for entry in entries],
        [entry.kind for entry in entries],
        [entry.actor for entry in entries],
        [entry.hash for entry in entries],
        [entry.body for entry in entries],
        [head.chain for head in heads.values()],
        [head.seq for head in heads.values()],
        [head.hash for head in heads.values()],
        [batch.snapshots[chain] for chain in heads],
        *(_encode(rows).decode() for rows in batch.writes.values()),
    ]

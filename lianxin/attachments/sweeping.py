"""What did a process leave on the shelf that died between a file and its entry?

Such a file is named by no row and can be read by nobody, for its key was never kept. After a
day it goes. And is everything there that must be? `missing` compares the rows with the disk.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from uuid import UUID

import structlog

from lianxin.attachments.sealing import sealed_size
from lianxin.attachments.shelf import Shelf
from lianxin.ground.clock import DAY_MS, Clock, Instant
from lianxin.ground.store import load_queries
from lianxin.ground.store.away import is_away
from lianxin.ground.web.app import Lifespan

if TYPE_CHECKING:
    from asyncpg import Pool, Record

OLD_MS: Final = DAY_MS
_QUERIES = load_queries("lianxin.attachments")
_log = structlog.get_logger("lianxin.attachments")


class Wrong(NamedTuple):
    """A file that is not on the shelf as its row says."""

    attachment: UUID
    subject: int
    n: int
    detail: str


async def sweep(pool: "Pool[Record]", shelf: Shelf, now: Instant) -> int:
    """Take away drafts and files without a row that are older than a day; return how many.

    now  the machine's time: files have no other
    """
    gone = [path for path in shelf.drafts() if now - path.stat().st_mtime * 1000 > OLD_MS]
    old = [name for name, written_s in shelf.names() if now - written_s * 1000 > OLD_MS]
    needed = {row["file"] for row in await pool.fetch(_QUERIES.known.sql, old)}
    gone += [shelf.place(name) for name in old if name not in needed]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


async def missing(pool: "Pool[Record]", shelf: Shelf) -> list[Wrong]:
    """Return every file that is not there, or not as it was put away. Reads the whole shelf."""
    wrong = []
    for row in await pool.fetch(_QUERIES.kept_files.sql):
        detail = await asyncio.to_thread(shelf.wrong, row["file"], sealed_size(row["size"]))
        if detail is not None:
            wrong.append(Wrong(row["attachment_id"], row["subject_id"], row["n"], detail))
    return wrong


def swept_at_the_start(pool: "Pool[Record]", shelf: Shelf, clock: Clock) -> Lifespan:
    """Return what sweeps the shelf once, beside the site's work, when the site starts."""

    async def once() -> None:
        try:
            gone = await sweep(pool, shelf, clock.now())
        except Exception as trouble:
            if not is_away(trouble):
                raise
            _log.warning("the shelf was not swept, the database is away", reason=type(trouble).__name__)
        else:
            _log.info("swept the shelf of attachments", gone=gone)

    @asynccontextmanager
    async def sweeping(_: Any) -> AsyncIterator[None]:
        task = asyncio.create_task(once())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    return sweeping

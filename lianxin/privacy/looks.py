"""The access log (访问日志): who was shown which order?

Pages do not wait for it: their looks go to a file at once and to the database within a
moment, many in one statement. What shows a citizen's identity or many orders waits until
the database has its look. A look that can be kept nowhere shows nothing.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import asyncpg
import msgspec
import structlog

from lianxin.access.who import Who
from lianxin.ground.clock import MINUTE_MS, Instant
from lianxin.ground.store import load_queries
from lianxin.ground.store.away import is_away
from lianxin.privacy.look import AT_ONCE, Look, What, same_look
from lianxin.privacy.spool import Bundle, Spool, left_behind
from lianxin.privacy.whence import Marks

if TYPE_CHECKING:
    from asyncpg import Pool, Record

SOON_S: Final = 0.2
AGAIN_S: Final = 2.0
_AT_A_TIME: Final = 1_000
_QUERIES = load_queries("lianxin.privacy")
_encode = msgspec.json.Encoder().encode
log = structlog.get_logger(__name__)


class NotKept(Exception):
    """The look can be kept nowhere, so what it is about is not shown."""


class Looks:
    """The access log of one process.

    home   where looks wait for the database
    marks  hashes of sessions and addresses
    """

    def __init__(self, pool: "Pool[Record]", home: Path, marks: Marks) -> None:
        self._pool = pool
        self._home = home
        self._marks = marks
        self._spool = Spool(home)
        self._minute = 0
        self._noted: set[tuple[str, int | None, str]] = set()
        self._some = asyncio.Event()

    async def note(self, who: Who, order_id: int | None, what: What, now: Instant, about: str = "") -> None:
        """Note that somebody is shown something of an order (or contact); call it before it is shown.

        order_id  its chain; None: it concerns no single one
        about     purpose or filter; never a name, a number or a text of a citizen
        Returns when the look survives a crash of this process; where `what` is in AT_ONCE, when the database has it.
        Raises NotKept, or what `is_away` knows; nothing may be shown then.
        """
        if what in AT_ONCE:
            await write_looks(self._pool, [self._look(who, order_id, what, now, about)])
        elif self._is_new(who.number, order_id, what, now):
            self._keep(self._look(who, order_id, what, now, about))

    def _is_new(self, who: str, order_id: int | None, what: What, now: Instant) -> bool:
        if now // MINUTE_MS != self._minute:
            self._minute = now // MINUTE_MS
            self._noted.clear()
        return (who, order_id, what) not in self._noted

    def _keep(self, look: Look) -> None:
        try:
            self._spool.add(look)
        except OSError as full:
            log.error("a look cannot be kept", reason=full.strerror or str(full))
            raise NotKept from full
        self._noted.add((look.who, look.subject, look.what))
        self._some.set()

    def _look(self, who: Who, order_id: int | None, what: What, now: Instant, about: str) -> Look:
        session, address = self._marks.here()
        once = uuid4() if what in AT_ONCE else same_look(who.number, order_id, what, now)
        return Look(now, who.number, order_id, what, about, session, address, once)

    @asynccontextmanager
    async def running(self, _: Any = None) -> AsyncIterator[None]:
        """Bring looks to the database as long as the site runs, and the last of them at its end."""
        bringing = asyncio.create_task(self._bring())
        try:
            yield
        finally:
            bringing.cancel()
            with suppress(asyncio.CancelledError):
                await bringing
            await self.flush()

    async def flush(self) -> bool:
        """Bring what waits to the database now; False: something could not be brought, and waits in its file."""
        self._some.clear()
        mine = self._spool.turn()
        if mine is not None and not await _brought(self._pool, mine):
            return False
        return await bring_left_behind(self._pool, self._home)

    async def _bring(self) -> None:
        while True:
            if not await self.flush():
                await asyncio.sleep(AGAIN_S)
                continue
            await self._some.wait()
            await asyncio.sleep(SOON_S)


async def write_looks(pool: "Pool[Record]", looks: Sequence[Look]) -> None:
    """Write looks to the database; those it has already are left out."""
    for start in range(0, len(looks), _AT_A_TIME):
        await pool.fetchval(_QUERIES.write_looks.sql, _encode(looks[start : start + _AT_A_TIME]).decode())


async def bring_left_behind(pool: "Pool[Record]", home: Path) -> bool:
    """Bring to the database what processes that are no more left behind; False: some could not be brought."""
    # A list, not a generator: one that cannot be brought does not keep the others.
    return all([await _brought(pool, bundle) for bundle in left_behind(home)])


async def _brought(pool: "Pool[Record]", bundle: Bundle) -> bool:
    try:
        await write_looks(pool, bundle.looks())
    except Exception as failure:
        if isinstance(failure, asyncpg.DataError | asyncpg.IntegrityConstraintViolationError | msgspec.DecodeError):
            log.error("looks are refused by the database; their file is kept", reason=type(failure).__name__)
        elif is_away(failure):
            log.warning("looks wait for the database", reason=type(failure).__name__)
        else:
            raise
        return False
    else:
        bundle.delete()
        return True
    finally:
        bundle.close()

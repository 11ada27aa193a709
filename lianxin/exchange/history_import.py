"""How is the history of another system brought in: fast, once, and safe to repeat?

One process reads, gives numbers and hands out batches; several build and write them. What
was written stays written: after an interruption the same file goes on where it stopped,
because every old number is known from then on.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from hashlib import sha256
from itertools import islice
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg
import msgspec

from lianxin.exchange.history import Past
from lianxin.exchange.history_batch import SETTINGS, Batch, House, begin, import_batch
from lianxin.ground.clock import local_date
from lianxin.ground.ledger import ORDER, chain_of, digits_of
from lianxin.ground.store import load_queries
from lianxin.ground.text import digits, make_number

if TYPE_CHECKING:
    from asyncpg import Connection, Record

_QUERIES = load_queries("lianxin.exchange")
BATCH = 2_000
"""Orders in one transaction: large enough for COPY, small enough to lose little when interrupted."""
PROCESSES = 2


class ImportRuns(Exception):
    """Another import runs on this database; two at once would give the same numbers."""


class Outcome(msgspec.Struct):
    """What an import did: orders brought in, and orders that were here already."""

    imported: int = 0
    known: int = 0


def import_history(
    pasts: Iterable[Past],
    house: House,
    *,
    processes: int = PROCESSES,
    batch: int = BATCH,
    progress: Callable[[Outcome], None] | None = None,
) -> Outcome:
    """Bring in every record that is not here yet. Raises ImportRuns, or what the database raises.

    pasts  checked records (`history.check`), in the order in which they get their numbers
    """
    outcome = Outcome()
    waiting: deque[Future[int]] = deque()
    with asyncio.Runner() as runner, _hands(house, processes) as hands:
        giver = _Giver(runner, house)
        try:
            for some in _batches(pasts, batch):
                numbered = giver.numbered(some)
                outcome.known += len(some) - len(numbered.pasts)
                if numbered.pasts:
                    waiting.append(hands.submit(import_batch, numbered))
                if len(waiting) >= 2 * processes:
                    _take(waiting, outcome, progress)
            while waiting:
                _take(waiting, outcome, progress)
            giver.settle()
        finally:
            giver.close()
    return outcome


def _hands(house: House, processes: int) -> ProcessPoolExecutor:
    # Spawned, not forked: a copy of this process's open connections would be closed under it.
    return ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=begin, initargs=(house,))


def _take(waiting: "deque[Future[int]]", outcome: Outcome, progress: Callable[[Outcome], None] | None) -> None:
    outcome.imported += waiting.popleft().result()
    if progress is not None:
        progress(outcome)


def _batches(pasts: Iterable[Past], size: int) -> Iterator[list[Past]]:
    rest = iter(pasts)
    while some := list(islice(rest, size)):
        yield some


class _Giver:
    """Gives numbers: the next free one of the day on which the citizen called."""

    def __init__(self, runner: asyncio.Runner, house: House) -> None:
        self._runner = runner
        self._source = house.source
        self._connection: Connection[Record] = runner.run(asyncpg.connect(house.url, server_settings=SETTINGS))
        self._next: dict[Any, int] = {}
        if not runner.run(self._connection.fetchval(_QUERIES.one_import_at_a_time.sql)):
            self.close()
            raise ImportRuns(
                "Another import is running on this database. Nothing was written; start again when it is done."
            )

    def close(self) -> None:
        self._runner.run(self._connection.close())

    def settle(self) -> None:
        """Make what was imported fast to search."""
        self._runner.run(self._connection.execute(_QUERIES.settle_texts.sql))

    def numbered(self, pasts: list[Past]) -> Batch:
        """Return those of the records that are not here yet, with their numbers."""
        return self._runner.run(self._numbered(pasts))

    async def _numbered(self, pasts: list[Past]) -> Batch:
        names = [past.old_number for past in pasts]
        rows = await self._connection.fetch(_QUERIES.known_numbers.sql, self._source, names)
        known = {row[0] for row in rows}
        fresh = list({past.old_number: past for past in pasts if past.old_number not in known}.values())
        numbers = [await self._number(past) for past in fresh]
        return Batch(command_of(self._source, fresh), numbers, fresh)

    async def _number(self, past: Past) -> str:
        day = local_date(past.received)
        running = self._next.get(day)
        if running is None:
            first, last = make_number(day, 1), make_number(day, 99_999)
            low, high = chain_of(ORDER, digits(first)), chain_of(ORDER, digits(last))
            latest = await self._connection.fetchval(_QUERIES.last_of_range.sql, low, high)
            running = 1 if latest is None else digits_of(latest) // 10 % 100_000 + 1
        self._next[day] = running + 1
        return make_number(day, running)


def command_of(source: str, pasts: list[Past]) -> UUID:
    """Return the command that brings in just these orders, as a UUIDv7: the same orders give the same id."""
    digest = sha256(source.encode())
    for past in pasts:
        digest.update(b"\0" + past.old_number.encode())
    bits = int.from_bytes(digest.digest()[:10], "big")
    at = pasts[0].received if pasts else 0
    return UUID(
        int=(at & 0xFFFFFFFFFFFF) << 80 | 0x7 << 76 | (bits >> 62 & 0xFFF) << 64 | 0b10 << 62 | bits & (2**62 - 1)
    )

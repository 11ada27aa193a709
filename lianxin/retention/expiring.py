"""How does each kind of thing go when its time is over? Rows by a statement of their room, persons by their erasure.

A room lets its rows go by a statement `expire_<thing>(before, limit)` of its own queries:
it alone writes its tables. Persons and files go by the commands that the law's erasure
uses, with an entry in each chain.
"""

import importlib.util
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Final, Protocol
from uuid import UUID, uuid5

import msgspec

from lianxin import house
from lianxin.ground.clock import Instant, to_datetime
from lianxin.ground.store import load_queries
from lianxin.retention.erasure import Erase, EraseRefused, Erasure

if TYPE_CHECKING:
    from asyncpg import Connection, Pool, Record
    from asyncpg.pool import PoolConnectionProxy

    from lianxin.attachments.service import Attachments

    Reach = Connection[Record] | PoolConnectionProxy[Record]

_QUERIES = load_queries("lianxin.retention")
_PREFIX: Final = "expire_"
_SPACE: Final = UUID("5c0d1f2e-9a51-5b0a-8e53-0e1b7f0c2a66")
_AT_A_TIME: Final = 200


def statements() -> Mapping[str, str]:
    """Return thing -> the statement that lets it go, of all rooms."""
    found = {}
    for room in house.rooms():
        package = f"lianxin.{room}"
        spec = importlib.util.find_spec(package)
        folder = None if spec is None or not spec.submodule_search_locations else spec.submodule_search_locations[0]
        if folder is None or not _has_queries(folder):
            continue
        queries = load_queries(package)
        for name in queries.available_queries:
            if name.startswith(_PREFIX) and not name.endswith("_cursor"):
                found[name.removeprefix(_PREFIX)] = getattr(queries, name).sql
    return found


def _has_queries(folder: str) -> bool:
    from pathlib import Path

    return (Path(folder) / "queries.sql").is_file()


class Over(msgspec.Struct, frozen=True):
    """Something whose time is over: a person, or a file of an order or contact."""

    person: UUID | None = None
    subject: int = 0
    n: int = 0


class Going(Protocol):
    """Lets things go one by one, each with its entries."""

    def over(self, before: Instant) -> AsyncIterator[Over]:
        """Yield what is over before an instant."""
        ...

    async def let_go(self, one: Over, ground: str, now: Instant) -> bool:
        """Erase it; False: it is gone already, or cannot go now."""
        ...


class Persons:
    """Persons all of whose orders (or contacts) ended before; see `Going`."""

    def __init__(self, pool: "Pool[Record]", erasure: Erasure, *, with_orders: bool) -> None:
        self._pool = pool
        self._erasure = erasure
        self._query = _QUERIES.persons_with_orders_over if with_orders else _QUERIES.persons_without_orders_over

    async def over(self, before: Instant) -> AsyncIterator[Over]:
        """See `Going.over`."""
        after = UUID(int=0)
        while rows := await self._pool.fetch(self._query.sql, to_datetime(before), after, _AT_A_TIME):
            for row in rows:
                yield Over(person=row["person_id"])
            after = rows[-1]["person_id"]

    async def let_go(self, one: Over, ground: str, now: Instant) -> bool:
        """See `Going.let_go`."""
        assert one.person is not None, one
        command = Erase(id=uuid5(_SPACE, str(one.person)), by="system", role="system", person=one.person, ground=ground)
        try:
            await self._erasure.erase(command, now)
        except EraseRefused:
            return False
        return True


class Recordings:
    """Recordings of orders that were closed before, and of their contacts; see `Going`."""

    def __init__(self, pool: "Pool[Record]", files: "Attachments", *, grave: bool) -> None:
        self._pool = pool
        self._files = files
        self._grave = grave

    async def over(self, before: Instant) -> AsyncIterator[Over]:
        """See `Going.over`."""
        place = (0, 0)
        while rows := await self._pool.fetch(
            _QUERIES.recordings_over.sql, to_datetime(before), *place, self._grave, _AT_A_TIME
        ):
            for row in rows:
                yield Over(subject=row["subject_id"], n=row["n"])
            place = rows[-1]["subject_id"], rows[-1]["n"]

    async def let_go(self, one: Over, ground: str, now: Instant) -> bool:
        """See `Going.let_go`."""
        command = uuid5(_SPACE, f"{one.subject} {one.n}")
        await self._files.erase(one.subject, one.n, ground, "system", "system", command, now)
        return True

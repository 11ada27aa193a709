"""Whoever becomes a whistle-blower is kept apart from that very moment, whichever command made their order secret.

A store in front of the house's: of each batch that leaves an order secret it asks whether
its citizen, or the citizen of its contact, is still among the others, and puts the rows
that move them into the same batch. So no door and no command can forget it.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from lianxin.ground.clock import Instant
from lianxin.ground.ledger import Batch, Due, Loaded, Store
from lianxin.ground.store import load_queries
from lianxin.people.identities import Identities, store_of
from lianxin.people.person import Rows

if TYPE_CHECKING:
    from asyncpg import Pool, Record

_QUERIES = load_queries("lianxin.privacy")


class KeptApart:
    """See `ledger.Store`."""

    def __init__(self, store: Store, pool: "Pool[Record]", identities: Identities) -> None:
        self._store = store
        self._pool = pool
        self._identities = identities

    async def load(self, command: UUID, chains: Sequence[int]) -> Loaded:
        """See `Store.load`."""
        return await self._store.load(command, chains)

    async def commit(self, batch: Batch) -> None:
        """See `Store.commit`. Raises VaultClosed where no key of this home opens the record to be moved."""
        secret = [row for row in batch.writes.get("orders_write", ()) if store_of(row.kind, row.flags) == "informants"]
        await self._store.commit(await self._with_them_apart(batch, secret) if secret else batch)

    async def due_timers(self, now: Instant, limit: int) -> list[Due]:
        """See `Store.due_timers`."""
        return await self._store.due_timers(now, limit)

    async def next_timer(self) -> Instant | None:
        """See `Store.next_timer`."""
        return await self._store.next_timer()

    async def postpone_timer(self, timer: Due, until: Instant, error: str) -> None:
        """See `Store.postpone_timer`."""
        await self._store.postpone_timer(timer, until, error)

    async def _with_them_apart(self, batch: Batch, secret: Sequence[Any]) -> Batch:
        writes = {name: list(rows) for name, rows in batch.writes.items()}
        for person in sorted(await self._persons(batch, secret)):
            for writer, rows in (await self._apart(UUID(person), writes)).items():
                writes.setdefault(writer, []).extend(rows)
        return msgspec.structs.replace(batch, writes={name: rows for name, rows in writes.items() if rows})

    async def _apart(self, person: UUID, writes: dict[str, list[Any]]) -> Rows:
        """Return the rows that keep a person apart, and take those out that would write them among the others."""
        here = [row for row in writes.get("persons_write", ()) if row.id == person]
        if not here or here[-1].key is None:
            return {} if here else await self._identities.secreted(person)
        writes["persons_write"] = [row for row in writes["persons_write"] if row.id != person]
        writes["person_numbers_write"] = [row for row in writes.get("person_numbers_write", ()) if row.person != person]
        return self._identities.apart(here[-1])

    async def _persons(self, batch: Batch, secret: Sequence[Any]) -> set[str]:
        """Return the citizens of these orders and of their contacts."""
        contacts = {row.contact for row in secret}
        found = {row.person for row in (*secret, *_with(batch.writes.get("contacts_write", ()), contacts))}
        found |= {str(row[0]) for row in await self._pool.fetch(_QUERIES.persons_of_contacts.sql, list(contacts))}
        return {person for person in found if person}


def _with(rows: Iterable[Any], contacts: set[int]) -> list[Any]:
    return [row for row in rows if row.id in contacts]

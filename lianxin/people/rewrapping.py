"""What hangs on a chain of secrets, and how is it locked anew when a secret is replaced?

Each room says in its own `rewrapping.py` what of it does (`wrapped(pool, keys) -> …`);
`people.rotation` goes through all of it. Here: the persons, like everybody's and apart.
"""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag

from lianxin.ground.store import load_queries
from lianxin.people.keys import KeyFolder
from lianxin.people.person import PersonRow, Store
from lianxin.people.persons import person_row
from lianxin.people.ring import NONCE_BYTES, Ring
from lianxin.people.vault import Vault, VaultClosed

if TYPE_CHECKING:
    from asyncpg import Connection, Record
    from asyncpg.pool import PoolConnectionProxy

    Reach = Connection[Record] | PoolConnectionProxy[Record]

_QUERIES = load_queries("lianxin.people")
_encode = msgspec.json.Encoder().encode
NOBODY: Final = UUID(int=0)


class Turned(msgspec.Struct, frozen=True):
    """What one step through a table found.

    last    where the next step begins; None: this was the end
    seen    records looked at;  old: of these not locked with the newest secret
    closed  records that no secret opens: they are left as they are
    """

    last: Any
    seen: int = 0
    old: int = 0
    closed: int = 0


class Wrapped(Protocol):
    """Records of one kind that are locked with a chain of secrets."""

    @property
    def name(self) -> str: ...

    async def turn(self, reach: "Reach", after: Any, limit: int, *, write: bool) -> Turned:
        """Look at up to `limit` records behind `after` (None: from the beginning), and lock anew what is old.

        write  False: only count
        """
        ...


Renumbered = Callable[["Reach", Sequence[tuple[str, str]]], Awaitable[None]]
"""Told (old hash, new hash) of numbers, so that a room which keeps hashes without the number keeps up."""


class WrappedPersons:
    """The persons of one store: their data keys are wrapped anew and their numbers hashed anew, together."""

    def __init__(self, store: Store, keys: KeyFolder, renumbered: Sequence[Renumbered] = ()) -> None:
        self._vault = Vault(keys, store=store)
        self.renumbered = renumbered

    @property
    def name(self) -> str:
        """The table."""
        return self._vault.store

    async def turn(self, reach: "Reach", after: Any, limit: int, *, write: bool) -> Turned:
        """See `Wrapped.turn`."""
        query = getattr(_QUERIES, f"{self.name}_locked").sql
        rows = [person_row(row) for row in await reach.fetch(query, after or NOBODY, limit)]
        old = [row for row in rows if not self._vault.is_newest(row)]
        anew = [one for row in old if (one := self._anew(row)) is not None]
        if write and anew:
            async with reach.transaction():
                await reach.fetchval(getattr(_QUERIES, f"{self.name}_rewrap").sql, _encode(anew).decode())
                pairs = [(was, now) for row in old for was, now in self._pairs(row)]
                for tell in self.renumbered:
                    await tell(reach, pairs)
        end = rows[-1].id if len(rows) == limit else None
        return Turned(end, len(rows), len(old), len(old) - len(anew))

    def _anew(self, row: PersonRow) -> dict[str, Any] | None:
        """Return the row as it is written; None where no secret opens it."""
        try:
            record = self._vault.taken(row, self._vault)
        except VaultClosed:
            return None
        return {"id": row.id, "was": row.key, "key": record.row.key, "numbers": record.numbers}

    def _pairs(self, row: PersonRow) -> list[tuple[str, str]]:
        try:
            numbers = self._vault.open(row).numbers
        except VaultClosed:
            return []
        return [(was, now) for now, *before in map(self._vault.lookups, numbers) for was in before]


class SealedRows:
    """Rows with one column that is nonce || ciphertext under a ring; for other rooms. See `Wrapped`.

    select   statement (key columns of the row before, how many) -> key columns, then the sealed one; in their order
    replace  statement (sealed anew, key columns, sealed as it was): does nothing where somebody was faster
    first    key columns before all others
    bound    key columns -> what the ciphertext is bound to
    """

    def __init__(
        self, name: str, ring: Ring, select: str, replace: str, first: tuple[Any, ...], bound: Callable[..., bytes]
    ) -> None:
        self.name = name
        self._ring = ring
        self._select, self._replace = select, replace
        self._first = first
        self._bound = bound

    async def turn(self, reach: "Reach", after: Any, limit: int, *, write: bool) -> Turned:
        """See `Wrapped.turn`."""
        rows = [tuple(row) for row in await reach.fetch(self._select, *(after or self._first), limit)]
        old = closed = 0
        for *key, sealed in rows:
            bound = self._bound(*key)
            nonce, text = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
            if self._ring.is_newest(nonce, text, bound):
                continue
            old += 1
            try:
                plain = self._ring.decrypt(nonce, text, bound)
            except (InvalidTag, ValueError):
                closed += 1
                continue
            if write:
                fresh = secrets.token_bytes(NONCE_BYTES)
                await reach.execute(self._replace, fresh + self._ring.encrypt(fresh, plain, bound), *key, sealed)
        return Turned(rows[-1][:-1] if len(rows) == limit else None, len(rows), old, closed)


def wrapped(keys: KeyFolder, renumbered: Sequence[Renumbered] = ()) -> tuple[Wrapped, ...]:
    """Return what of this room hangs on a chain of secrets."""
    store: Store = "persons" if keys.chain == "house" else "informants"
    return (WrappedPersons(store, keys, renumbered),)

"""Citizens as the database keeps them: how is one found by number, and read by those who may?"""

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final
from uuid import UUID

from lianxin.ground.clock import from_datetime
from lianxin.ground.store import load_queries
from lianxin.people.numbers import LAST_DIGITS, last_four
from lianxin.people.person import PersonFields, PersonRow
from lianxin.people.vault import Vault

if TYPE_CHECKING:
    from asyncpg import Connection, Pool, Record
    from asyncpg.pool import PoolConnectionProxy

    Reach = Pool[Record] | Connection[Record] | PoolConnectionProxy[Record]

FOUND_MAX: Final = 50
_QUERIES = load_queries("lianxin.people")


class NoSuchPerson(LookupError):
    """Nobody of this id is kept."""


class Persons:
    """Reads persons. The pool's connections enter as the application role."""

    def __init__(self, pool: "Reach", vault: Vault) -> None:
        self._pool = pool
        self._vault = vault

    async def find(self, number: str, limit: int = FOUND_MAX) -> tuple[UUID, ...]:
        """Return persons with this number, in any way of writing it; four digits or fewer ask for its end."""
        digits = last_four(number)
        if sum(char.isdigit() for char in number) <= LAST_DIGITS:
            if len(digits) < LAST_DIGITS:
                return ()
            hashes, query = self._vault.lookups_last_four(digits), _QUERIES.by_last_four.sql
        else:
            hashes, query = self._vault.lookups(number), _QUERIES.by_whole_number.sql
        return await self._found(query, hashes, limit)

    async def find_mail(self, address: str, limit: int = FOUND_MAX) -> tuple[UUID, ...]:
        """Return persons who named this e-mail address, or wrote from it."""
        return await self._found(_QUERIES.by_whole_number.sql, self._vault.lookups_mail(address), limit)

    async def _found(self, query: str, hashes: Sequence[str], limit: int) -> tuple[UUID, ...]:
        rows = await self._pool.fetch(query, [bytes.fromhex(one) for one in hashes], limit)
        return tuple(row[0] for row in rows)

    async def row(self, person_id: UUID) -> PersonRow:
        """Return the locked record. Raises NoSuchPerson."""
        row = await self._pool.fetchrow(_QUERIES.person.sql, person_id)
        if row is None:
            raise NoSuchPerson(str(person_id))
        return person_row(row)

    async def read(self, person_id: UUID) -> PersonFields:
        """Return what we know of the person. Raises NoSuchPerson, PersonErased, VaultClosed."""
        return self._vault.open(await self.row(person_id))

    async def rows(self, person_ids: Iterable[UUID]) -> Mapping[UUID, PersonRow]:
        """Return the locked records of several persons; unknown ids are left out.

        Of who is kept apart the record comes only while a message to them waits, and opens with `telling_vault`.
        """
        rows = await self._pool.fetch(_QUERIES.persons_of.sql, list(person_ids))
        return {row[0]: person_row(row) for row in rows}

    def open(self, row: PersonRow) -> PersonFields:
        """Return what a locked record says. Raises PersonErased, VaultClosed."""
        return self._vault.open(row)


def person_row(row: "Record") -> PersonRow:
    """Return a row of `persons` in the form in which it is written."""
    erased = row["erased_at"]
    return PersonRow(
        row["person_id"],
        _base64(row["wrapped_key"]),
        _base64(row["fields"]),
        _base64(row["salts"]),
        None if erased is None else from_datetime(erased),
    )


def _base64(sealed: bytes | None) -> str | None:
    return None if sealed is None else b64encode(sealed).decode()

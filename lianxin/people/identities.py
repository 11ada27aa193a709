"""Where is the person behind an order kept, and how do they get there, and from one place to the other?

Like everybody in `persons`; whoever reports a breach or asked to stay secret (举报人)
apart in `informants`, under a key of its own. Nobody is in both. Whoever writes a person
asks here for the rows; whoever may open an informant is decided by the database.
"""

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID

from lianxin.ground.clock import from_datetime
from lianxin.ground.store import load_queries
from lianxin.people.keys import Chain, KeyFolder
from lianxin.people.person import PersonFields, PersonRecord, PersonRow, Rows, Store
from lianxin.people.persons import NoSuchPerson, Persons, person_row
from lianxin.people.ring import Purpose, Ring
from lianxin.people.vault import Vault

if TYPE_CHECKING:
    from lianxin.people.persons import Reach

_QUERIES = load_queries("lianxin.people")
SECRET_KINDS: Final = frozenset({"report"})
SECRET_FLAG: Final = "confidential"


def store_of(kind: str, flags: Collection[str] = ()) -> Store:
    """Return where the person of such an order belongs.

    kind   of the order: `report` …;  flags  of the order: `confidential` …
    Source: 信访工作条例 (no report reaches whom it is about), GB/T 33358 (secrecy on request).
    """
    return "informants" if kind in SECRET_KINDS or SECRET_FLAG in flags else "persons"


class Identities:
    """The two stores of persons.

    persons, informants  their vaults, each with its own chain of keys
    """

    def __init__(self, pool: "Reach", persons: Vault, informants: Vault) -> None:
        assert (persons.store, informants.store) == ("persons", "informants")
        self._pool = pool
        self._vaults: dict[Store, Vault] = {"persons": persons, "informants": informants}
        self.persons = Persons(pool, persons)

    def vault(self, store: Store) -> Vault:
        """Return the vault of a store."""
        return self._vaults[store]

    def lock(self, person_id: UUID, fields: PersonFields, *, kind: str, flags: Collection[str] = ()) -> PersonRecord:
        """Return a new person locked away where the person of such an order belongs.

        person_id  a new one for each secret order: no other order of theirs must lead to it
        Write its `rows` in the batch that begins the order, and put its `who` into the command.
        """
        return self._vaults[store_of(kind, flags)].record(person_id, fields)

    async def secreted(self, person_id: UUID) -> Rows:
        """Return the rows that take a person from among the others to the informants; none for one who is there.

        For the batch that makes their order confidential, so that at no instant they are in both, or in neither.
        Whoever has other orders too is kept apart for those as well. Raises VaultClosed.
        """
        try:
            row = await self.persons.row(person_id)
        except NoSuchPerson:
            return {}
        return {} if row.erased is not None else self.apart(row)

    def apart(self, row: PersonRow) -> Rows:
        """Return the rows that keep apart whom this row would keep like everybody. Raises VaultClosed."""
        return self._vaults["informants"].taken(row, self._vaults["persons"]).rows

    async def behind(self, reader: str, order_id: int) -> PersonFields | None:
        """Return who is behind an order and kept apart, for a reader who may know; None: they may not, or nobody is.

        reader  `Who.number`. Raises PersonErased, VaultClosed.
        """
        row = await self._pool.fetchrow(_QUERIES.informant_behind.sql, reader, order_id)
        return None if row is None else self._vaults["informants"].open(person_row(row))

    async def kept_apart(self, person_id: UUID) -> str:
        """Return what is known of somebody who is not among the others: kept, erased, or nobody."""
        found = await self._pool.fetchrow(_QUERIES.informants_known.sql, [person_id])
        if found is None:
            return "nobody"
        return "kept" if found["erased_at"] is None else "erased"

    async def orders_with(self, reader: str, number: str) -> tuple[int, ...]:
        """Return the orders of whoever is kept apart and has this whole number, as far as the reader may know."""
        hashes = [bytes.fromhex(one) for one in self._vaults["informants"].lookups(number)]
        rows = await self._pool.fetch(_QUERIES.orders_of_informant.sql, reader, hashes)
        return tuple(row[0] for row in rows)


async def kept_in(reach: "Reach", person_id: UUID) -> tuple[Store, PersonRow] | None:
    """Return where a person is kept, and of their row the id and when it was erased; None: nobody of this id is."""
    asked: tuple[tuple[Store, str], ...] = (
        ("informants", _QUERIES.informants_known.sql),
        ("persons", _QUERIES.persons_known.sql),
    )
    for store, query in asked:
        known = await reach.fetchrow(query, [person_id])
        if known is not None:
            erased = known["erased_at"]
            return store, PersonRow(person_id, None, None, None, None if erased is None else from_datetime(erased))
    return None


class _EitherChain:
    """Keys that open what either store locked; what they lock, they lock for the others."""

    def __init__(self, home: Path) -> None:
        self._chains = _loaded(home, "house"), _loaded(home, "informants")

    def ring(self, purpose: Purpose) -> Ring:
        rings = [chain.ring(purpose) for chain in self._chains]
        return Ring(lambda: tuple(key for ring in rings for key in ring.keys))


def telling_vault(home: Path) -> Vault:
    """Return the vault of whoever sends messages: it opens whom `Persons.rows` gives, wherever they are kept.

    Raises KeyUnfit.
    """
    return Vault(_EitherChain(home))


def identities(pool: "Reach", home: Path, area: str = "") -> Identities:
    """Return the two stores of a site, with the keys of its home. Raises KeyUnfit.

    area  area code of the city, for local landlines
    """
    return Identities(
        pool,
        Vault(_loaded(home, "house"), area=area),
        Vault(_loaded(home, "informants"), area=area, store="informants"),
    )


def _loaded(home: Path, chain: Chain) -> KeyFolder:
    """Return a chain of secrets that was read once: a key that is unfit stops the start."""
    keys = KeyFolder(home, chain)
    keys.secrets()
    return keys

"""A person who called: what they told us, and the rows in which that is locked away. Values. Pure."""

from typing import Final, Literal
from uuid import UUID

import msgspec

from lianxin.ground.clock import Instant

Store = Literal["persons", "informants"]
"""Where a person is kept: like everybody, or apart, as one whom nobody may find out (举报人)."""

WRITERS: Final[dict[Store, tuple[str, str]]] = {
    "persons": ("persons_write", "person_numbers_write"),
    "informants": ("informants_write", "informant_numbers_write"),
}
"""The functions that write a person and their look-up rows."""


class PersonFields(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a citizen told us about themselves.

    numbers  telephone numbers, the one to call back first
    mail     address for e-mail
    identity number of an identity document, where a law asks for it
    """

    name: str = ""
    numbers: tuple[str, ...] = ()
    address: str = ""
    identity: str = ""
    mail: str = ""

    def __repr__(self) -> str:
        return "PersonFields(…)"


class PersonRow(msgspec.Struct, frozen=True):
    """A row as `persons_write` takes it: base64 of nonce || ciphertext; all null once erased."""

    id: UUID
    key: str | None
    fields: str | None
    salts: str | None
    erased: Instant | None = None


class NumberRow(msgspec.Struct, frozen=True):
    """A row as `person_numbers_write` takes it: keyed hashes of a number, as hex; of an address twice the same."""

    whole: str
    last_four: str
    person: UUID


Rows = dict[str, list[PersonRow] | list[NumberRow]]
"""Rows by writer."""


class PersonRecord(msgspec.Struct, frozen=True):
    """A person locked away.

    numbers  look-up rows
    who      for `Submit` and `Arrive`: field -> HMAC-SHA256 under the person's salt, as hex
    store    where it is kept
    """

    row: PersonRow
    numbers: tuple[NumberRow, ...]
    who: dict[str, str]
    store: Store = "persons"

    @property
    def rows(self) -> Rows:
        """The rows by writer, for `Services.submit(…, **record.rows)`."""
        person, number = WRITERS[self.store]
        written: Rows = {person: [self.row]}
        if self.numbers:
            written[number] = list(self.numbers)
        return written

"""How is what we know of a citizen locked away, so that one destroyed key erases it everywhere?

Each person has a data key of their own (AES-256-GCM), wrapped by the house key. Name,
numbers, address and identity are encrypted under it; so is the random salt under which
entries carry hashes of them. Without the data key all of it says nothing, also to those
who hold the house key and a copy of the chain. Pure: chance comes in as `entropy`.
"""

import hmac
import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable
from hashlib import sha256
from typing import Final
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lianxin.ground.clock import Instant
from lianxin.people.numbers import last_four, normalised, plain_mail
from lianxin.people.person import WRITERS as WRITERS
from lianxin.people.person import NumberRow as NumberRow
from lianxin.people.person import PersonFields as PersonFields
from lianxin.people.person import PersonRecord as PersonRecord
from lianxin.people.person import PersonRow as PersonRow
from lianxin.people.person import Rows as Rows
from lianxin.people.person import Store as Store
from lianxin.people.ring import KEY_BYTES, NONCE_BYTES, Ring, Rings

Entropy = Callable[[int], bytes]
"""Gives so many random bytes: the machine's, or a seed's in the twin."""

_SALT_BYTES: Final = 16


class PersonErased(Exception):
    """The data key was destroyed by law; nobody can read this person's fields any more."""


class VaultClosed(Exception):
    """The house key of this home does not open the record, or the record was changed."""


class Vault:
    """Locks and opens records of persons.

    keys     the house's keys; of a `KeyFolder` always the newest, and older ones for what they locked
    area     area code of the city, for local landlines
    entropy  source of keys, salts and nonces
    store    where its records are kept
    """

    def __init__(
        self,
        keys: Rings,
        entropy: Entropy = secrets.token_bytes,
        area: str = "",
        store: Store = "persons",
    ) -> None:
        self._wrap = keys.ring("wrap")
        self._numbers = keys.ring("numbers")
        self._entropy = entropy
        self._area = area
        self.store = store

    def record(self, person_id: UUID, fields: PersonFields) -> PersonRecord:
        """Return a new person locked away under a data key of their own."""
        data_key, salt = self._entropy(KEY_BYTES), self._entropy(_SALT_BYTES)
        key = self._sealed(self._wrap, data_key, _bound(person_id, b"key"))
        return self._locked(person_id, key, data_key, salt, fields)

    def amend(self, row: PersonRow, fields: PersonFields) -> PersonRecord:
        """Return the person with new fields in place of the old, under the same data key and salt.

        Raises PersonErased, VaultClosed.
        """
        data_key = self._data_key(row)
        salt = self._opened(AESGCM(data_key), row.salts, _bound(row.id, b"salt"))
        assert row.key is not None, row.id
        return self._locked(row.id, b64decode(row.key), data_key, salt, fields)

    def open(self, row: PersonRow) -> PersonFields:
        """Return what we know of the person. Raises PersonErased, VaultClosed."""
        plain = self._opened(AESGCM(self._data_key(row)), row.fields, _bound(row.id, b"fields"))
        return msgspec.json.decode(plain, type=PersonFields)

    def who(self, row: PersonRow) -> dict[str, str]:
        """Return the hashes that entries of this person carry. Raises PersonErased, VaultClosed."""
        salt = self._opened(AESGCM(self._data_key(row)), row.salts, _bound(row.id, b"salt"))
        return hashes(salt, self.open(row))

    def lookup(self, number: str) -> str:
        """Return the keyed hash under which a whole number is kept."""
        return self.lookups(number)[0]

    def lookups(self, number: str) -> list[str]:
        """Return the hashes under which a whole number may be found, that of the newest key first."""
        return self._keyed(b"whole", normalised(number, self._area))

    def lookup_last_four(self, number: str) -> str:
        """Return the keyed hash under which the last four digits of a number are kept.

        There are only 10,000 of them: the hash protects exactly as long as the house key is secret.
        """
        return self.lookups_last_four(number)[0]

    def lookups_last_four(self, number: str) -> list[str]:
        """Return the hashes under which a number may be found by its last four digits."""
        return self._keyed(b"last", last_four(number))

    def lookup_mail(self, address: str) -> str:
        """Return the keyed hash under which an e-mail address is kept; case says nothing in it."""
        return self.lookups_mail(address)[0]

    def lookups_mail(self, address: str) -> list[str]:
        """Return the hashes under which an e-mail address may be found."""
        return self._keyed(b"mail", plain_mail(address))

    def lock(self, row: PersonRow, about: bytes, plain: bytes) -> bytes:
        """Return something of this person's that is kept elsewhere, locked under their own data key.

        about  binds it to its place: moved to another one it does not open
        Raises PersonErased, VaultClosed.
        """
        return self._sealed(AESGCM(self._data_key(row)), plain, _bound(row.id, about))

    def unlock(self, row: PersonRow, about: bytes, sealed: bytes) -> bytes:
        """Return what `lock` locked. Raises PersonErased, VaultClosed."""
        return self._opened(AESGCM(self._data_key(row)), _text(sealed), _bound(row.id, about))

    def is_newest(self, row: PersonRow) -> bool:
        """Whether the newest key wraps the data key of this person; nobody wraps the key of somebody erased."""
        sealed = b64decode(row.key or "")
        return row.key is None or self._wrap.is_newest(
            sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _bound(row.id, b"key")
        )

    def taken(self, row: PersonRow, of: "Vault") -> PersonRecord:
        """Return a record of another vault (or of an older key) as this one keeps it.

        Data key, salt and fields stay as they are: what is locked under the data key elsewhere still opens, and the
        hashes in entries still hold. Raises PersonErased, VaultClosed.
        """
        key = self._sealed(self._wrap, of._data_key(row), _bound(row.id, b"key"))
        return PersonRecord(
            msgspec.structs.replace(row, key=_text(key)),
            self._numbers_of(row.id, of.open(row)),
            of.who(row),
            self.store,
        )

    @staticmethod
    def erased(row: PersonRow, now: Instant) -> PersonRow:
        """Return what stays of a person: the id, and when the key was destroyed."""
        return PersonRow(row.id, None, None, None, now)

    def _locked(
        self, person_id: UUID, wrapped: bytes, data_key: bytes, salt: bytes, fields: PersonFields
    ) -> PersonRecord:
        fields = msgspec.structs.replace(
            fields, numbers=tuple(dict.fromkeys(normalised(number, self._area) for number in fields.numbers if number))
        )
        own = AESGCM(data_key)
        row = PersonRow(
            person_id,
            _text(wrapped),
            _text(self._sealed(own, msgspec.json.encode(fields), _bound(person_id, b"fields"))),
            _text(self._sealed(own, salt, _bound(person_id, b"salt"))),
        )
        return PersonRecord(row, self._numbers_of(person_id, fields), hashes(salt, fields), self.store)

    def _numbers_of(self, person_id: UUID, fields: PersonFields) -> tuple[NumberRow, ...]:
        numbers = tuple(
            NumberRow(self.lookup(number), self.lookup_last_four(number), person_id) for number in fields.numbers
        )
        if not fields.mail:
            return numbers
        mail = self.lookup_mail(fields.mail)
        return (*numbers, NumberRow(mail, mail, person_id))

    def _data_key(self, row: PersonRow) -> bytes:
        if row.erased is not None:
            raise PersonErased(str(row.id))
        return self._opened(self._wrap, row.key, _bound(row.id, b"key"))

    def _sealed(self, key: AESGCM | Ring, plain: bytes, bound: bytes) -> bytes:
        nonce = self._entropy(NONCE_BYTES)
        return nonce + key.encrypt(nonce, plain, bound)

    def _opened(self, key: AESGCM | Ring, text: str | None, bound: bytes) -> bytes:
        sealed = b64decode(text or "")
        try:
            return key.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound)
        except (InvalidTag, ValueError) as wrong:
            raise VaultClosed(
                "The key of this home does not open this record. Nothing was changed. "
                "Put back the key file that belongs to this database."
            ) from wrong

    def _keyed(self, purpose: bytes, value: str) -> list[str]:
        asked = purpose + b"\0" + value.encode()
        return [hmac.new(key, asked, sha256).hexdigest() for key in self._numbers.keys]


def hashes(salt: bytes, fields: PersonFields) -> dict[str, str]:
    """Return HMAC-SHA256 under the salt of every field that has a value, as hex; numbers as phone, phone_2 …"""
    named = {"name": fields.name, "address": fields.address, "identity": fields.identity, "mail": fields.mail}
    for n, number in enumerate(fields.numbers, 1):
        named["phone" if n == 1 else f"phone_{n}"] = number
    return {
        field: hmac.new(salt, f"{field}\0{value}".encode(), sha256).hexdigest()
        for field, value in named.items()
        if value
    }


def _bound(person_id: UUID, purpose: bytes) -> bytes:
    """Bind a ciphertext to its person and column, so that nobody can move it to another row."""
    return person_id.bytes + purpose


def _text(sealed: bytes) -> str:
    return b64encode(sealed).decode()

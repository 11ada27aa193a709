"""What is an entry, and how does one hang on the entry before it?

An entry is written once, as canonical JSON (RFC 8785: sorted keys, no spaces, whole
numbers only), and chained: hash = SHA-256(hash of the entry before || body). The
bytes that were hashed are the bytes that are kept. Pure.
"""

from hashlib import sha256
from typing import Final
from uuid import UUID

import msgspec

from lianxin.ground.clock import Instant

GENESIS: Final = bytes(32)
"""Stands before the first entry of every chain."""

ORDER: Final = 1
CONTACT: Final = 2
STAFF: Final = 3
PACK: Final = 4
KNOWLEDGE: Final = 5
_KIND: Final = 10**15


class BadBody(ValueError):
    """Bytes that are no entry of this chain."""


class Envelope(msgspec.Struct, omit_defaults=True, kw_only=True, gc=False):
    """What every entry carries; a room's entries add their own fields below it.

    chain, seq  the chain and the place in it, from 1
    at          when it was written (never earlier than the entry before)
    kind        what happened, a word of the room
    actor       who did it: `staff:1023`, `unit:zjj:contact`, `citizen`, `system`
    command     the command it belongs to
    """

    chain: int
    seq: int
    at: Instant
    kind: str
    actor: str
    command: UUID


class Sealed(msgspec.Struct, frozen=True, gc=False):
    """An entry as it is stored: its columns, the canonical bytes, and their hash in the chain."""

    chain: int
    seq: int
    at: Instant
    kind: str
    actor: str
    command: UUID
    hash: bytes
    body: bytes


_encoder = msgspec.json.Encoder(order="sorted")


def encode(entry: Envelope) -> bytes:
    """Return the canonical bytes of an entry."""
    return _encoder.encode(entry)


def link(before: bytes, body: bytes) -> bytes:
    """Return the hash of an entry whose predecessor in the chain has the hash `before`."""
    return sha256(before + body).digest()


def seal(before: bytes, entry: Envelope) -> Sealed:
    """Return the entry as it goes into the ledger after the one with the hash `before`."""
    body = _encoder.encode(entry)
    return Sealed(
        entry.chain,
        entry.seq,
        entry.at,
        entry.kind,
        entry.actor,
        entry.command,
        link(before, body),
        body,
    )


def chain_of(kind: int, digits: int) -> int:
    """Return the chain id of the thing of this kind that has this number (up to 15 digits)."""
    assert 1 <= kind <= 9 and 0 < digits < _KIND, (kind, digits)
    return kind * _KIND + digits


def kind_of_chain(chain_id: int) -> int:
    """Return ORDER, CONTACT, STAFF, PACK or KNOWLEDGE."""
    return chain_id // _KIND


def digits_of(chain_id: int) -> int:
    """Return the number behind the kind digit."""
    return chain_id % _KIND

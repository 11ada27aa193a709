"""What is a checkpoint (检查点), and what does its line prove?

One line of canonical JSON per checkpoint: the Merkle root over the heads that changed
since the one before, another over what the access log has gained since, how many chains,
entries and looks there ever were, the hash of the line before, and an Ed25519 signature
over all that. Whoever has the file can verify it without the database. Pure;
`docs/ledger.md` describes the format.
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from lianxin.ground.clock import Instant, at_iso, iso

NO_LINE: Final = "0" * 64
"""Stands in the first checkpoint where the hash of the line before would be."""


class BadLine(ValueError):
    """A line that is no checkpoint of this chain of checkpoints; the message says why."""


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A sealed moment.

    id        counts from 1 without gap
    at        when it was sealed, ISO 8601
    root      Merkle root (hex) over `leaves` heads in ascending order of their chains
    chains, entries  how many were ever begun in all that is sealed so far
    looks     how many looks of the access log are sealed so far; 0 before there was one
    looks_root  Merkle root (hex) over the looks that this checkpoint seals; "": none came since the one before
    previous  SHA-256 (hex) of the line before
    key       the public key (hex) that verifies `signature`
    """

    id: int
    at: str
    root: str
    leaves: int
    chains: int
    entries: int
    previous: str
    key: str
    looks: int = 0
    looks_root: str = ""
    signature: str = ""

    @property
    def instant(self) -> Instant:
        """When it was sealed."""
        return at_iso(self.at)


_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(Checkpoint).decode


def leaf(chain: int, seq: int, head: bytes) -> bytes:
    """Return the data of a leaf: chain id (8 bytes), seq (4 bytes), head (32 bytes), big-endian."""
    return chain.to_bytes(8, "big") + seq.to_bytes(4, "big") + head


def public_hex(key: Ed25519PublicKey) -> str:
    """Return a public key as it stands in the line."""
    return key.public_bytes_raw().hex()


class Totals(msgspec.Struct, frozen=True):
    """How much was ever begun in all that is sealed so far."""

    chains: int
    entries: int
    looks: int = 0


def sign(
    key: Ed25519PrivateKey,
    previous: str | None,
    at: Instant,
    root: bytes,
    leaves: int,
    totals: Totals,
    looks_root: bytes | None = None,
) -> str:
    """Return the line of the checkpoint after the line `previous` (None: it is the first).

    looks_root  over the looks since the one before; None: there were none
    """
    before = None if previous is None else _decode(previous)
    checkpoint = Checkpoint(
        id=1 if before is None else before.id + 1,
        at=iso(at),
        root=root.hex(),
        leaves=leaves,
        chains=totals.chains,
        entries=totals.entries,
        looks=totals.looks,
        looks_root="" if looks_root is None else looks_root.hex(),
        previous=NO_LINE if previous is None else line_hash(previous),
        key=public_hex(key.public_key()),
    )
    signature = key.sign(_encode(checkpoint)).hex()
    return _encode(msgspec.structs.replace(checkpoint, signature=signature)).decode()


def line_hash(line: str) -> str:
    """Return the SHA-256 of a line (without its line end) as hex."""
    return sha256(line.encode()).hexdigest()


def read_line(line: str) -> Checkpoint:
    """Return the checkpoint of a line whose signature holds under the key it names. Raises BadLine."""
    try:
        checkpoint = _decode(line)
        unsigned = _encode(msgspec.structs.replace(checkpoint, signature=""))
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(checkpoint.key))
        key.verify(bytes.fromhex(checkpoint.signature), unsigned)
        at_iso(checkpoint.at)
    except InvalidSignature as wrong:
        raise BadLine("its signature does not hold") from wrong
    except (ValueError, msgspec.DecodeError) as wrong:
        raise BadLine(f"it cannot be read: {wrong}") from wrong
    if _encode(checkpoint) != line.encode():
        raise BadLine("it is not written canonically")
    return checkpoint


def follow(line: str, before: str | None) -> Checkpoint:
    """Return the checkpoint of a line that continues the line `before` (None: nothing). Raises BadLine."""
    checkpoint = read_line(line)
    if before is None:
        if checkpoint.id != 1 or checkpoint.previous != NO_LINE:
            raise BadLine("it names a checkpoint before it, and there is none")
        return checkpoint
    known = _decode(before)
    if checkpoint.id != known.id + 1 or checkpoint.previous != line_hash(before):
        raise BadLine(f"it does not continue checkpoint {known.id}")
    if checkpoint.key != known.key:
        raise BadLine("it is signed with another key than the one before")
    if (checkpoint.instant, checkpoint.chains, checkpoint.entries) < (known.instant, known.chains, known.entries):
        raise BadLine(f"its time or its totals are smaller than those of checkpoint {known.id}")
    if (checkpoint.looks > known.looks) != bool(checkpoint.looks_root) or checkpoint.looks < known.looks:
        raise BadLine(f"it counts {checkpoint.looks} looks after the {known.looks} of checkpoint {known.id}")
    return checkpoint


def chain_of_lines(lines: Iterable[str]) -> Iterator[tuple[str, Checkpoint]]:
    """Yield each line with its checkpoint, as far as each continues the one before.

    Raises BadLine at the first that does not, naming its place.
    """
    before: str | None = None
    for place, line in enumerate(lines, 1):
        try:
            checkpoint = follow(line, before)
        except BadLine as wrong:
            raise BadLine(f"line {place}: {wrong}") from wrong
        yield line, checkpoint
        before = line

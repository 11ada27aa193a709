"""How does a file lie on the disk? Encrypted in pieces, so that any part of it can be read alone.

AES-256-GCM under a data key of its own; each piece of 64 KiB is bound to its place and to
whether it is the last, so pieces cannot be moved, left out or cut off unnoticed (STREAM,
Hoang, Reyhanitabar, Rogaway and Vizár 2015). A nonce is the number of its piece: a key
encrypts one file, once. Pure: randomness is the caller's.
"""

import struct
from collections.abc import Iterator
from hashlib import sha256
from typing import IO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC: Final = b"LXA1"
PIECE: Final = 65_536
_TAG: Final = 16
KEY_BYTES: Final = 32


class SealBroken(Exception):
    """These bytes are not what was put away under this key."""


def sealed(content: bytes, key: bytes) -> bytes:
    """Return the file as it is kept."""
    cipher, last = AESGCM(key), pieces_of(len(content)) - 1
    parts = [
        cipher.encrypt(_nonce(n), content[n * PIECE : (n + 1) * PIECE], _bound(n, last=n == last))
        for n in range(last + 1)
    ]
    return MAGIC + b"".join(parts)


def sealed_size(size: int) -> int:
    """Return how many bytes a content of `size` bytes takes on the disk."""
    return len(MAGIC) + size + pieces_of(size) * _TAG


def pieces_of(size: int) -> int:
    """Return into how many pieces a content is cut; an empty one is one empty piece."""
    return max(1, -(-size // PIECE))


def opened(file: IO[bytes], key: bytes, size: int, begin: int = 0, end: int | None = None) -> Iterator[bytes]:
    """Yield the content from byte `begin` to before `end`, piece by piece; size: of the whole content.

    Raises SealBroken at the first piece that is not as it was.
    """
    end = size if end is None else end
    if file.read(len(MAGIC)) != MAGIC:
        raise SealBroken("it does not begin as a file of this house does")
    cipher, last = AESGCM(key), pieces_of(size) - 1
    for n in range(begin // PIECE, last + 1 if end == size else -(-end // PIECE)):
        file.seek(len(MAGIC) + n * (PIECE + _TAG))
        try:
            piece = cipher.decrypt(_nonce(n), file.read(PIECE + _TAG), _bound(n, last=n == last))
        except InvalidTag as wrong:
            raise SealBroken(f"piece {n} is not as it was put away") from wrong
        first = n * PIECE
        yield piece[max(begin - first, 0) : end - first]


def content_hash(salt: bytes, content: bytes) -> str:
    """Return what an entry holds of a content: SHA-256(salt || content), as hex."""
    return sha256(salt + content).hexdigest()


def _nonce(n: int) -> bytes:
    return struct.pack(">IQ", 0, n)


def _bound(n: int, *, last: bool) -> bytes:
    return struct.pack(">Q?", n, last)

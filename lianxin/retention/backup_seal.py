"""How is a backup encrypted while it is written, however large it is, and read again only as a whole?

AES-256-GCM in pieces of a megabyte under a key of its own, derived from the backup key
and a salt that stands in front (HKDF). Each piece is bound to its place, to whether it is
the last, and to the head: nothing can be left out, moved or cut off unnoticed. Pure but
for the files it is given.
"""

import secrets
import struct
from collections.abc import Iterator
from typing import IO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC: Final = b"LXB1"
PIECE: Final = 1 << 20
_SALT: Final = 32
_TAG: Final = 16


class BackupBroken(Exception):
    """This is no backup of this key, or it is not whole; the sentence says what was found."""


def seal(plain: IO[bytes], into: IO[bytes], secret: bytes) -> None:
    """Write what `plain` gives, encrypted, to `into`."""
    head = MAGIC + secrets.token_bytes(_SALT)
    cipher = _cipher(secret, head)
    into.write(head)
    n, piece = 0, _full(plain, PIECE)
    while True:
        following = _full(plain, PIECE) if len(piece) == PIECE else b""
        last = not following
        into.write(cipher.encrypt(_nonce(n), piece, head + struct.pack(">Q?", n, last)))
        if last:
            return
        n, piece = n + 1, following


def unseal(sealed: IO[bytes], *secrets_: bytes) -> Iterator[bytes]:
    """Yield what was sealed, piece by piece, with whichever secret fits.

    Raises BackupBroken at the first piece that is not as it was: what came before must then not be used.
    """
    head = sealed.read(len(MAGIC) + _SALT)
    if not head.startswith(MAGIC) or len(head) != len(MAGIC) + _SALT:
        raise BackupBroken("It is no backup of this house.")
    n, piece = 0, _full(sealed, PIECE + _TAG)
    ciphers = [_cipher(secret, head) for secret in secrets_]
    while True:
        following = _full(sealed, PIECE + _TAG) if len(piece) == PIECE + _TAG else b""
        cipher, plain = _opened(ciphers, n, piece, head, last=not following)
        ciphers = [cipher]
        yield plain
        if not following:
            return
        n, piece = n + 1, following


def _opened(ciphers: list[AESGCM], n: int, piece: bytes, head: bytes, *, last: bool) -> tuple[AESGCM, bytes]:
    for cipher in ciphers:
        try:
            return cipher, cipher.decrypt(_nonce(n), piece, head + struct.pack(">Q?", n, last))
        except (InvalidTag, ValueError):
            continue
    raise BackupBroken(
        "No key of this home opens it." if n == 0 else f"Piece {n} is not as it was written, or the end is missing."
    )


def _cipher(secret: bytes, head: bytes) -> AESGCM:
    salt = head[len(MAGIC) :]
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"lianxin backup 1").derive(secret))


def _nonce(n: int) -> bytes:
    return struct.pack(">IQ", 0, n)


def _full(file: IO[bytes], size: int) -> bytes:
    """Read so many bytes, fewer only at the end: a pipe gives what it has."""
    parts, left = [], size
    while left and (part := file.read(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)

"""The house key (主密钥): which keys come out of it, and how does an old one still open what it locked?

One secret per home, made once and replaced whenever the house wants (`people.rotation`).
What it locks, it locks with the newest; what is still locked with an older one opens with
that, until it was locked anew. Where the secrets lie is the business of `people.keys`. Pure.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Final, Literal, Protocol

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
Purpose = Literal["wrap", "numbers", "files", "access", "looks", "channels", "drafts"]


class HouseKeys(msgspec.Struct, frozen=True):
    """Keys for different purposes, derived from one secret.

    wrap     wraps the data key of each person
    numbers  hashes telephone numbers for search
    files    wraps the data key of each attachment
    access   root of the keys for logging in, see `access.keys`
    looks    hashes sessions and addresses in the access log
    channels encrypts what comes in or goes out before it belongs to a person
    drafts   encrypts what somebody has begun to write
    """

    wrap: bytes
    numbers: bytes
    files: bytes
    access: bytes
    looks: bytes
    channels: bytes
    drafts: bytes

    def __repr__(self) -> str:
        return "HouseKeys(…)"

    def ring(self, purpose: Purpose) -> "Ring":
        """Return a ring with the one key for this purpose."""
        key: bytes = getattr(self, purpose)
        return Ring(lambda: (key,))


class Ring:
    """Locks with the newest key of a purpose, opens with whichever fits. It has the interface of AESGCM.

    read  gives the keys, newest first, each time they are needed
    """

    def __init__(self, read: Callable[[], tuple[bytes, ...]]) -> None:
        self._read = read

    @property
    def keys(self) -> tuple[bytes, ...]:
        """The keys themselves, newest first, for hashes that are searched."""
        return self._read()

    def encrypt(self, nonce: bytes, plain: bytes, bound: bytes | None) -> bytes:
        """Return the ciphertext under the newest key."""
        return _cipher(self._read()[0]).encrypt(nonce, plain, bound)

    def decrypt(self, nonce: bytes, sealed: bytes, bound: bytes | None) -> bytes:
        """Return the plaintext. Raises InvalidTag where no key fits."""
        for key in self._read():
            try:
                return _cipher(key).decrypt(nonce, sealed, bound)
            except InvalidTag:
                continue
        raise InvalidTag

    def is_newest(self, nonce: bytes, sealed: bytes, bound: bytes | None) -> bool:
        """Whether the newest key locked this."""
        try:
            _cipher(self._read()[0]).decrypt(nonce, sealed, bound)
        except (InvalidTag, ValueError):
            return False
        return True


class Rings(Protocol):
    """Gives the ring of each purpose: `HouseKeys`, which never change, or a `KeyFolder`, which is looked at anew."""

    def ring(self, purpose: Purpose) -> Ring: ...


def house_keys(secret: bytes) -> HouseKeys:
    """Return the keys that come out of the secret of 32 bytes, always the same (HKDF, RFC 5869)."""
    assert len(secret) == KEY_BYTES, len(secret)
    return HouseKeys(**{purpose: derived(secret, purpose) for purpose in HouseKeys.__struct_fields__})


@lru_cache(maxsize=64)
def derived(secret: bytes, purpose: str) -> bytes:
    """Return the key for one purpose."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"lianxin {purpose} 1".encode()).derive(secret)


@lru_cache(maxsize=64)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)

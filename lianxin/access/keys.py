"""Which keys does logging in need? One per purpose, all from the house key (HKDF, RFC 5869).

Sealed values are AES-256-GCM, bound to what they belong to, so that nobody can move one
person's secret to another or one form's to another page.
"""

import hmac
import secrets
from functools import lru_cache
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE_BYTES: Final = 12
_KEY_BYTES: Final = 32


class SealBroken(Exception):
    """The key of this home does not open the value, or it was changed or belongs elsewhere."""


class AccessKeys:
    """Seals and marks what logging in keeps.

    root  `HouseKeys.access`
    """

    def __init__(self, root: bytes) -> None:
        assert len(root) == _KEY_BYTES, len(root)
        self._key = lru_cache(maxsize=16)(lambda purpose: _derived(root, purpose))

    def mark(self, purpose: str, value: bytes) -> bytes:
        """Return a keyed hash (32 bytes) of the value: the same for the same purpose, never to be turned back."""
        return hmac.new(self._key(purpose), value, sha256).digest()

    def sealed(self, purpose: str, plain: bytes, bound: str) -> bytes:
        """Return the value encrypted; only `opened` with the same purpose and `bound` reads it."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + AESGCM(self._key(purpose)).encrypt(nonce, plain, bound.encode())

    def opened(self, purpose: str, sealed: bytes, bound: str) -> bytes:
        """Return what was sealed. Raises SealBroken."""
        try:
            return AESGCM(self._key(purpose)).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound.encode())
        except (InvalidTag, ValueError) as broken:
            raise SealBroken(purpose) from broken


def _derived(root: bytes, purpose: str) -> bytes:
    info = f"lianxin access {purpose}".encode()
    return HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=info).derive(root)

"""What is locked before it belongs to a person: texts on their way in, secrets of receivers.

AES-256-GCM under the house's key for channels, bound to its place, so that nobody can move
one secret to another's row.
"""

import secrets
from typing import Final

from cryptography.exceptions import InvalidTag

from lianxin.people.ring import Ring

_NONCE_BYTES: Final = 12


class SealBroken(Exception):
    """No key of this home opens the value, or it was changed or belongs elsewhere."""


class Sealer:
    """Locks and opens values with the keys of a ring."""

    def __init__(self, ring: Ring) -> None:
        self._ring = ring

    def sealed(self, plain: bytes, place: str) -> bytes:
        """Return the value encrypted; only `opened` with the same place reads it."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._ring.encrypt(nonce, plain, place.encode())

    def opened(self, sealed: bytes, place: str) -> bytes:
        """Return what was sealed. Raises SealBroken."""
        try:
            return self._ring.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place.encode())
        except (InvalidTag, ValueError) as broken:
            raise SealBroken(place) from broken

    def is_newest(self, sealed: bytes, place: str) -> bool:
        """Whether the newest key locked this."""
        return self._ring.is_newest(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place.encode())

"""Under which keys does a file lie? Each under a data key of its own, wrapped by the house's key for files.

Destroying the wrapped key erases file, name and small picture everywhere, also in backups.
Every ciphertext is bound to its attachment and to what it is. Pure: randomness comes in.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lianxin.attachments.sealing import KEY_BYTES, SealBroken
from lianxin.people.ring import Ring

_NONCE_BYTES: Final = 12


class Locker:
    """Makes, wraps and opens the data keys of files.

    wrap     the house's keys for files, see `people.keys.KeyFolder.ring`
    entropy  gives so many random bytes
    """

    def __init__(self, wrap: Ring, entropy: Callable[[int], bytes]) -> None:
        self._wrap = wrap
        self._entropy = entropy

    def new_key(self, attachment: UUID) -> tuple[bytes, str]:
        """Return a new data key, and wrapped as the row keeps it."""
        key = self._entropy(KEY_BYTES)
        return key, self._locked(self._wrap, key, attachment, b"key")

    def new_id(self) -> UUID:
        """Return the id of a new attachment: nobody can guess it."""
        return UUID(bytes=self._entropy(16), version=4)

    def salt(self) -> bytes:
        """Return a new salt for the hash of a content."""
        return self._entropy(16)

    def key(self, attachment: UUID, wrapped: str) -> bytes:
        """Return a data key. Raises SealBroken where the house's key is another one."""
        return self._unlocked(self._wrap, wrapped, attachment, b"key")

    def lock(self, key: bytes, attachment: UUID, about: bytes, plain: bytes) -> str:
        """Return something small of an attachment, encrypted under its data key."""
        return self._locked(AESGCM(key), plain, attachment, about)

    def unlock(self, key: bytes, attachment: UUID, about: bytes, locked: str) -> bytes:
        """Return what `lock` locked. Raises SealBroken."""
        return self._unlocked(AESGCM(key), locked, attachment, about)

    def _locked(self, cipher: AESGCM | Ring, plain: bytes, attachment: UUID, about: bytes) -> str:
        nonce = self._entropy(_NONCE_BYTES)
        return b64encode(nonce + cipher.encrypt(nonce, plain, attachment.bytes + about)).decode()

    def _unlocked(self, cipher: AESGCM | Ring, locked: str, attachment: UUID, about: bytes) -> bytes:
        raw = b64decode(locked)
        try:
            return cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], attachment.bytes + about)
        except (InvalidTag, ValueError) as wrong:
            raise SealBroken("the key of this home does not open it") from wrong

"""Passwords (口令): how are they kept, and how is one recognised?

argon2id with the least that OWASP's cheat sheet calls enough: 19 MiB, two passes, one lane.
A hash made with other parameters is made anew at the next login. Hashing takes tens of
milliseconds, so it runs beside the event loop, a few at a time: a storm of logins waits
and does not take the machine's memory.
"""

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

T = TypeVar("T")

TIME_COST: Final = 2
MEMORY_KIB: Final = 19_456
LANES: Final = 1
AT_ONCE: Final = 2
"""So many are hashed at once, 19 MiB each."""
BYTES_MAX: Final = 1024
"""No password is longer; more is not hashed, so that nobody makes the house work by sending megabytes."""


class Passwords:
    """Hashes and recognises passwords."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=TIME_COST, memory_cost=MEMORY_KIB, parallelism=LANES)
        self._nobodys = self._hasher.hash("nobody's")
        self._beside = ThreadPoolExecutor(AT_ONCE, "argon2")

    async def hashed(self, password: str) -> str:
        """Return the hash under which a password is kept."""
        return await self._run(self._hasher.hash, _form(password))

    async def is_right(self, kept: str | None, password: str) -> bool:
        """Whether this is the password whose hash was kept.

        kept  None: there is no account or no password; the same work is done, and the answer is no
        """
        right = await self._run(self._verified, kept or self._nobodys, _form(password))
        return right and kept is not None

    def is_old(self, kept: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(kept)

    def _verified(self, kept: str, password: bytes) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._beside, work, *arguments)


def _form(password: str) -> bytes:
    """Return the bytes that are hashed: one form for one text, whatever keyboard wrote it (NFKC)."""
    return unicodedata.normalize("NFKC", password).encode()[:BYTES_MAX]

"""Questions that may be answered once, within minutes, by the browser that was asked.

Nothing is kept when a question is asked, so that asking costs nothing; it carries its end
and a mark of who was asked. An answered one is written down until it is too old anyway.
"""

import hmac
import secrets
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from lianxin.access.keys import AccessKeys
from lianxin.ground.clock import MINUTE_MS, Clock, Instant, to_datetime
from lianxin.ground.store import load_queries

if TYPE_CHECKING:
    from asyncpg import Pool, Record

LIFE_MS: Final = 5 * MINUTE_MS
_NONCE_BYTES, _END_BYTES, _MARK_BYTES = 16, 8, 32
_QUERIES = load_queries("lianxin.access")


class Challenges:
    """Asks, and takes each answer once."""

    def __init__(self, pool: "Pool[Record]", clock: Clock, keys: AccessKeys) -> None:
        self._pool = pool
        self._clock = clock
        self._keys = keys

    def ask(self, purpose: str, asked: bytes) -> bytes:
        """Return a new challenge.

        purpose  what the answer will be for
        asked    secret of the browser's forms, or whatever else only the asked one can bring
        """
        end = self._clock.now() + LIFE_MS
        head = secrets.token_bytes(_NONCE_BYTES) + end.to_bytes(_END_BYTES)
        return head + self._mark(purpose, head, asked)

    async def answered(self, purpose: str, challenge: bytes, asked: bytes) -> bool:
        """Whether the challenge was asked of this browser, is not too old, and was not answered before."""
        head, mark = challenge[:-_MARK_BYTES], challenge[-_MARK_BYTES:]
        if len(challenge) != _NONCE_BYTES + _END_BYTES + _MARK_BYTES:
            return False
        if not hmac.compare_digest(mark, self._mark(purpose, head, asked)):
            return False
        end, now = int.from_bytes(head[_NONCE_BYTES:]), self._clock.now()
        return now < end and await self.spend(sha256(challenge).digest(), end)

    async def spend(self, digest: bytes, until: Instant) -> bool:
        """Note that something was used; False where it had been before."""
        await _QUERIES.forget_spent(self._pool, now=to_datetime(self._clock.now()))
        return await _QUERIES.spend(self._pool, digest=digest, until=to_datetime(until)) is not None

    def _mark(self, purpose: str, head: bytes, asked: bytes) -> bytes:
        return self._keys.mark(f"challenge {purpose}", head + asked)

"""How does a request that is sent again act once, and how is a version that has passed refused?

The key of a request and whoever sends it make the command's id, so the ledger itself keeps
the first result. Beside it stands a fingerprint of what was asked: the same key with
another request is a fault of the sender and is refused instead of answered.
"""

from collections.abc import Awaitable, Callable, Sequence
from hashlib import sha256
from typing import Any, Final
from uuid import UUID, uuid5

import msgspec

from lianxin.exchange.api.etags import Expected, etag
from lianxin.ground.clock import Instant
from lianxin.ground.ledger import Batch, Due, Loaded, Store

KEY: Final = "Idempotency-Key"
KEY_PATTERN: Final = r"^[!-~]{8,64}$"
"""An Idempotency-Key: 8 to 64 visible ASCII characters; a UUID is one."""
_NAMESPACE: Final = UUID("2f3a6c1e-7d0b-5b7e-9a4e-6c69616e7869")
_FINGERPRINT_DIGITS: Final = 32
_encode = msgspec.json.Encoder(order="sorted").encode
Result = dict[str, Any]
Load = Callable[[UUID, Sequence[int]], Awaitable[Loaded]]


class KeyReused(Exception):
    """The key belongs to another request of the same sender; nothing was done."""


class Stale(Exception):
    """The thing has changed since the version that the sender means; nothing was done."""


def command_id_of(sender: str, key: str) -> UUID:
    """Return the id of the command that this sender gives under this key (UUIDv5, RFC 9562 §5.5)."""
    return uuid5(_NAMESPACE, f"{sender}\0{key}")


def fingerprint(*asked: Any) -> str:
    """Return what stands for a request: its step, its subject and its decoded body, however it was spaced."""
    return sha256(_encode(asked)).hexdigest()[:_FINGERPRINT_DIGITS]


class OnceStore:
    """The ledger, for one request.

    asked     the fingerprint of the request
    chain     the chain it is about: the answer carries the hash of the last entry written there; None: one that it
              begins, whose number is not known yet
    expected  which version of it the sender means; None: whichever there is
    load      reads in place of the ledger's own `load`: only what the sender sees; None: the ledger's own
    """

    def __init__(
        self,
        store: Store,
        asked: str,
        chain: int | None = None,
        expected: Expected | None = None,
        load: Load | None = None,
    ) -> None:
        self._store = store
        self._asked = asked
        self._chain = chain
        self._expected = expected
        self._load = load or store.load

    async def load(self, command: UUID, chains: Sequence[int]) -> Loaded:
        """See `Store.load`. Raises KeyReused when the command was done and was another, Stale."""
        loaded = await self._load(command, chains)
        if loaded.done is not None:
            if loaded.done.get("asked") != self._asked:
                raise KeyReused
        elif self._expected is not None and self._chain is not None and self._chain in chains:
            stood = loaded.chains[list(chains).index(self._chain)]
            if stood.seq and not self._expected.met_by(etag(stood.seq, stood.head.hex())):
                raise Stale
        return loaded

    async def commit(self, batch: Batch) -> None:
        """See `Store.commit`; the result says what was asked and which entry it wrote."""
        batch.result["asked"] = self._asked
        batch.result["hash"] = next(
            (entry.hash.hex() for entry in reversed(batch.entries) if self._chain in (None, entry.chain)), ""
        )
        await self._store.commit(batch)

    async def due_timers(self, now: Instant, limit: int) -> list[Due]:
        """See `Store.due_timers`."""
        return await self._store.due_timers(now, limit)

    async def next_timer(self) -> Instant | None:
        """See `Store.next_timer`."""
        return await self._store.next_timer()

    async def postpone_timer(self, timer: Due, until: Instant, error: str) -> None:
        """See `Store.postpone_timer`."""
        await self._store.postpone_timer(timer, until, error)

"""What does the house need from a store? One interface, kept by PostgreSQL and by a store in memory.

Reading gives snapshots as the entries made them; writing is one batch, whole or not at all.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from lianxin.ground.clock import Instant
from lianxin.ground.ledger import Batch


class Loaded(NamedTuple):
    """What a command finds: its first result if it was done before, and the snapshots it asked for.

    A snapshot is None where the chain has not begun.
    """

    done: dict[str, Any] | None
    snapshots: tuple[bytes | None, ...]
    heads: tuple[tuple[int, bytes], ...]


class Due(NamedTuple):
    """A subject whose next date has come."""

    subject: int
    due: Instant
    attempts: int


class Store(Protocol):
    """PostgreSQL or memory; both obey the tests of `tests/rooms/store`."""

    async def load(self, command: UUID, chains: Sequence[int]) -> Loaded:
        """Read the first result of the command, and snapshot and head (seq, hash) of each chain.

        A chain not begun has the head (0, GENESIS).
        """
        ...

    async def commit(self, batch: Batch) -> None:
        """Write the batch. Raises ChainMoved or DoneBefore, having written nothing."""
        ...

    async def due_timers(self, now: Instant, limit: int) -> list[Due]:
        """Return subjects whose next date is at or before `now`, earliest first."""
        ...

    async def postpone_timer(self, subject: int, until: Instant, error: str) -> None:
        """Keep a timer whose command failed for a later attempt, with the reason."""
        ...

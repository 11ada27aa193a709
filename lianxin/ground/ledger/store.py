"""What does the house need from a store? One interface, kept by PostgreSQL and by a store in memory.

Reading gives snapshots as the entries made them; writing is one batch, whole or not at all.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from lianxin.ground.clock import Instant
from lianxin.ground.ledger.batch import Batch
from lianxin.ground.ledger.entry import GENESIS


class Standing(NamedTuple):
    """Where a chain stands: its last entry's number and hash, and the value it makes as JSON (None: not begun)."""

    seq: int = 0
    head: bytes = GENESIS
    snapshot: bytes | None = None


class Loaded(NamedTuple):
    """What a command finds: its first result if it was done before, and the chains it asked for, in that order."""

    done: dict[str, Any] | None
    chains: tuple[Standing, ...]


class Due(NamedTuple):
    """A subject whose next date has come.

    attempts  how often its command has failed
    seq       of the last entry of the subject's chain: a date that is set anew, even to the same instant, is another
    """

    subject: int
    due: Instant
    attempts: int
    seq: int = 0


class Store(Protocol):
    """PostgreSQL or memory; both obey the tests of `tests/rooms/ledger`.

    Every call raises OutOfReach while the ledger is away; the command is then sent again with its id.
    """

    async def load(self, command: UUID, chains: Sequence[int]) -> Loaded:
        """Read the first result of a command and where the chains stand."""
        ...

    async def commit(self, batch: Batch) -> None:
        """Write the batch. Raises ChainMoved or DoneBefore, having written nothing."""
        ...

    async def due_timers(self, now: Instant, limit: int) -> list[Due]:
        """Return subjects whose next date is at or before `now`, earliest first, and leave them to the caller.

        Two workers may be given the same subject: the command's guards let only one of them act.
        """
        ...

    async def next_timer(self) -> Instant | None:
        """Return when the earliest timer is due, None when there is none."""
        ...

    async def postpone_timer(self, timer: Due, until: Instant, error: str) -> None:
        """Keep a timer whose command failed for a later attempt, with the reason.

        Nothing happens when somebody gave the subject another date meanwhile, or none.
        """
        ...

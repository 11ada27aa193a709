"""What does one command write, and what must still be true when it does?

A batch goes to the store whole: entries, the rows that follow from them, the next
date of each subject, the messages to the world. Nothing of it is written alone.
"""

from typing import Any
from uuid import UUID

import msgspec

from lianxin.ground.clock import Instant
from lianxin.ground.ledger.entry import Sealed


class ChainMoved(Exception):
    """Somebody else wrote to one of the chains since it was read; read again, decide again."""


class DoneBefore(Exception):
    """The command was carried out before; its first result stands."""


class Guard(msgspec.Struct, frozen=True, gc=False):
    """The place at which a chain must stand for this batch to be true; 0: not begun."""

    chain: int
    seq: int


class Batch(msgspec.Struct, kw_only=True):
    """Everything one command writes.

    result  what the command answers, now and when it is sent again
    guards  the chains it was decided on, written or only read, ascending by chain
    snapshots  the value of each written chain after the last entry, as JSON
    writes  rows for each writer by name (`custody_write` …), in the order they happen
    """

    command: UUID
    at: Instant
    result: dict[str, Any]
    guards: list[Guard]
    entries: list[Sealed]
    snapshots: dict[int, bytes]
    writes: dict[str, list[Any]]

    def __post_init__(self) -> None:
        chains = [guard.chain for guard in self.guards]
        assert chains == sorted(set(chains)), f"guards out of order: {chains}"
        assert {entry.chain for entry in self.entries} <= set(chains), "an entry on an unguarded chain"

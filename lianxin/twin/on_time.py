"""Which share of what was given to units was answered in time (按时办结率)? Read off the entries themselves.

An assignment is one clock of one unit (承办时钟): a dispatch, a rework or a reopening.
Its reply counts when the reviewer has accepted it, by the instant at which it came. One
that ended without an accepted reply counts as late if its date had passed by then; one
given back or withdrawn before its date was never due. Pure.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from lianxin.deadlines import UNRESOLVED
from lianxin.ground.clock import Instant
from lianxin.orders.order import UnitClock


class ClockEntry(msgspec.Struct, frozen=True, gc=False):
    """What an entry of an order says about its unit's clock."""

    chain: int
    at: Instant
    kind: str
    clock: UnitClock | None = None
    no_clock: bool = False


_decode: Final = msgspec.json.Decoder(ClockEntry).decode


class Assignments:
    """Counts assignments that were due, and those of them answered in time, entry by entry."""

    def __init__(self) -> None:
        self.due = 0
        self.in_time = 0
        self._running: dict[int, UnitClock] = {}

    def see(self, body: bytes) -> None:
        """Take note of an entry; those of one order must come in their order."""
        entry = _decode(body)
        before = self._running.get(entry.chain)
        if before is not None and (entry.no_clock or _another(before, entry.clock)):
            del self._running[entry.chain]
            self._end(before, entry)
        if entry.clock is not None:
            self._running[entry.chain] = entry.clock

    def _end(self, clock: UnitClock, entry: ClockEntry) -> None:
        if clock.due == UNRESOLVED:
            return
        if entry.kind == "reply_accepted":
            self.due += 1
            self.in_time += not _overdue(clock, entry.at)
        else:
            self.due += _overdue(clock, entry.at)

    def share(self, now: Instant) -> float | None:
        """Return answered in time / due; what still runs and is overdue at `now` is due too. None: nothing was due."""
        due = self.due + sum(_overdue(clock, now) for clock in self._running.values())
        return self.in_time / due if due else None


def _another(before: UnitClock, after: UnitClock | None) -> bool:
    return after is not None and (after.start, after.unit) != (before.start, before.unit)


def _overdue(clock: UnitClock, now: Instant) -> bool:
    """Whether the date has passed: while a reply is under review or the clock is paused, as it stood then."""
    stands = clock.replied_at or clock.paused or now
    return clock.due != UNRESOLVED and stands >= clock.due


def share_on_time(bodies: Iterable[bytes], now: Instant) -> float | None:
    """Return the share over the canonical bytes of entries, each order's in their order."""
    assignments = Assignments()
    for body in bodies:
        assignments.see(body)
    return assignments.share(now)

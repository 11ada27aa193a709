"""How does a decision write its entries? A pen holds the order as it becomes.

Each `write` numbers the entry, applies it to a working copy and keeps it, so a step
that writes twice sees what it wrote first. What must hold of every order stands here
once: how one closes, and that nobody who is owed an answer is left without a promise.
Pure: the order given is left as it was.
"""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from lianxin.ground.clock import Instant
from lianxin.orders.commands import Command
from lianxin.orders.dates import NEWS_EVERY_MS
from lianxin.orders.evolve import apply
from lianxin.orders.order import Order, OrderEntry
from lianxin.promises import Promise, promise_due
from lianxin.units import FLAT, UNIT_KEY, Levels

Fields = dict[str, str | int | bool | None]

QUIET: Final[Fields] = {
    "desk_due": None,
    "resume_at": None,
    "milestone_at": None,
    "card_at": None,
    "proposal": None,
    "proposed_by": None,
    "settled": None,
}
"""The dates, and the questions still to be decided, that a closed order has no more."""
PASSING: Final = ("extension_pending", "late_sign", "late_desk", "urged")
"""Flags of something that is only so while the order stands where it stands."""


class Pen:
    """Writes the entries of one command on one order.

    order    the order after what was written so far; the pen's own copy
    entries  what was written, in order
    levels   who stands above whom in the city
    """

    __slots__ = ("_command", "entries", "levels", "now", "order")

    def __init__(self, order: Order, command: Command, now: Instant, levels: Levels = FLAT) -> None:
        self.order = msgspec.structs.replace(order)
        self.entries: list[OrderEntry] = []
        self.now = now
        self.levels = levels
        self._command = command

    def write(self, kind: str, **effects: Any) -> None:
        """Write one entry; effects are the fields of `OrderEntry`."""
        order = self.order
        if effects.get("holder") is not None and order.holder is not None:
            effects["giver"] = order.holder
        if closed := effects.get("parts_closed"):
            effects.setdefault("helped", _units_of(order, closed))
        command = self._command
        entry = OrderEntry(
            chain=order.id,
            seq=order.seq + 1,
            at=self.now,
            kind=kind,
            actor=command.by,
            command=command.id,
            **effects,
        )
        apply(order, entry)
        self.entries.append(entry)

    def close(
        self, kind: str, state: str | None, result: str, evidence: str, fields: Fields | None = None, **effects: Any
    ) -> None:
        """Write the entry that closes the order: nobody holds it, nothing is owed, no date is left.

        evidence  what the answer, or the end without one, rests on; never empty
        """
        assert evidence, (self.order.number, kind)
        assert not self.order.parts or "parts_closed" in effects, self.order.number
        assert not self.order.instructions, self.order.number
        say = {**effects.pop("say", {}), "evidence": evidence}
        effects.setdefault("kept", self.open())
        unflags = (*effects.pop("unflags", ()), *self.raised(*PASSING))
        closing = {**QUIET, **(fields or {}), "result": result}
        self.write(kind, state=state, holder="", no_clock=True, say=say, unflags=unflags, fields=closing, **effects)

    def promise(self, kind: str, to: int, due: Instant, offset: int = 1) -> Promise:
        """Return a promise made now and numbered next (`offset` for several in one entry)."""
        return promise_due(self.order.promised + offset, kind, to, self.now, due)

    def promise_each(self, kind: str, to: Iterable[int], due: Instant) -> tuple[Promise, ...]:
        """Return a promise for each of these contacts."""
        return tuple(self.promise(kind, one, due, i) for i, one in enumerate(to, 1))

    def left_bare(self, settled: Iterable[int]) -> tuple[int, ...]:
        """Return whom nothing would be promised any more if these promises were settled."""
        ended = set(settled)
        rest = {promise.to for promise in self.order.promises.values() if promise.id not in ended}
        return tuple(to for to in self.order.appellants if to not in rest)

    def news_where_bare(self, settled: Iterable[int]) -> tuple[Promise, ...]:
        """Return a promise of news to each whom nothing would be promised any more if these were settled."""
        return self.promise_each("news", self.left_bare(settled), self.now + NEWS_EVERY_MS)

    def redate(self, kind: str, due: Instant) -> tuple[Promise, ...]:
        """Return the open promises of a kind with a new date."""
        fresh = self.promise(kind, 0, due)
        return tuple(
            msgspec.structs.replace(promise, due=fresh.due, next=fresh.next)
            for promise in self.order.promises.values()
            if promise.kind == kind
        )

    def postpone(self, kind: str, due: Instant) -> tuple[Promise, ...]:
        """Return the open promises of a kind with a later date, or without one; never an earlier one than was told."""
        return tuple(
            promise
            for promise in self.redate(kind, due)
            if promise.due is None or promise.due > (self.order.promises[promise.id].due or 0)
        )

    def open(self, *kinds: str, to: int | None = None) -> tuple[int, ...]:
        """Return the ids of the open promises of these kinds (without kinds: of all), to one contact or to anybody."""
        return tuple(
            promise.id
            for promise in self.order.promises.values()
            if (not kinds or promise.kind in kinds) and (to is None or promise.to == to)
        )

    def raised(self, *flags: str) -> tuple[str, ...]:
        """Return those of the flags that the order has."""
        return tuple(flag for flag in flags if flag in self.order.flags)


def _units_of(order: Order, parts: Iterable[int]) -> tuple[str, ...]:
    """Return the units that these parts were for."""
    takers = {order.parts[part].to for part in parts}
    return tuple(sorted(taker.removeprefix(UNIT_KEY) for taker in takers if taker.startswith(UNIT_KEY)))

"""How does a decision write its entries? A pen holds the order as it becomes.

Each `write` numbers the entry, applies it to a working copy and keeps it, so a step
that writes twice sees what it wrote first. Pure: the order given is left as it was.
"""

from typing import Any

import msgspec

from lianxin.ground.clock import Instant
from lianxin.orders.commands import Command
from lianxin.orders.evolve import apply
from lianxin.orders.order import Order, OrderEntry
from lianxin.promises import Promise, promise_due


class Pen:
    """Writes the entries of one command on one order.

    order    the order after what was written so far; the pen's own copy
    entries  what was written, in order
    """

    __slots__ = ("_command", "entries", "now", "order")

    def __init__(self, order: Order, command: Command, now: Instant) -> None:
        self.order = msgspec.structs.replace(order)
        self.entries: list[OrderEntry] = []
        self.now = now
        self._command = command

    def write(self, kind: str, **effects: Any) -> None:
        """Write one entry; effects are the fields of `OrderEntry`."""
        order = self.order
        holder = effects.get("holder")
        if holder is not None and order.holder is not None:
            effects["giver"] = order.holder
        entry = OrderEntry(
            chain=order.id,
            seq=order.seq + 1,
            at=self.now,
            kind=kind,
            actor=self._command.by,
            command=self._command.id,
            **effects,
        )
        apply(order, entry)
        self.entries.append(entry)

    def promise(self, kind: str, to: int, due: Instant, offset: int = 1) -> Promise:
        """Return a promise made now and numbered next (`offset` for several in one entry)."""
        return promise_due(self.order.promised + offset, kind, to, self.now, due)

    def redate(self, kind: str, due: Instant) -> tuple[Promise, ...]:
        """Return the open promises of a kind with a new date."""
        fresh = self.promise(kind, 0, due)
        return tuple(
            msgspec.structs.replace(promise, due=fresh.due, next=fresh.next)
            for promise in self.order.promises.values()
            if promise.kind == kind
        )

    def open(self, *kinds: str) -> tuple[int, ...]:
        """Return the ids of the open promises of these kinds; without kinds, of all."""
        return tuple(promise.id for promise in self.order.promises.values() if not kinds or promise.kind in kinds)

"""How do entries become one batch? Sealed in their chain, with every row that follows from them.

Pure: two runs make the same bytes. The services only load, decide, and commit what this returns.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from lianxin.contacts.contact import Contact, ContactEntry
from lianxin.contacts.contact import next_date as contact_date
from lianxin.contacts.project import promise_rows
from lianxin.contacts.project import row_of as contact_row
from lianxin.ground.clock import Instant
from lianxin.ground.ledger import Batch, Envelope, Guard, Sealed, Standing, seal
from lianxin.orders.dates import next_date
from lianxin.orders.messages import messages_of, rating_of
from lianxin.orders.newsworthy import news_of
from lianxin.orders.order import Order, OrderEntry
from lianxin.orders.project import InstructionRow, TimerRow, row_of, rows_of
from lianxin.orders.texts import TextRow
from lianxin.promises import PromiseRow

_encode = msgspec.json.Encoder().encode


class Draft:
    """A batch being written: entries of orders and contacts of one command at one instant."""

    def __init__(self, command: UUID, now: Instant) -> None:
        self._command = command
        self._now = now
        self._guards: dict[int, int] = {}
        self._entries: list[Sealed] = []
        self._snapshots: dict[int, bytes] = {}
        self._writes: dict[str, list[Any]] = {}

    def order(self, stood: Standing, before: Order, entries: Sequence[OrderEntry], after: Order) -> None:
        """Add what happened to an order that stood there and was `before`."""
        self._chain(after.id, stood, entries, after)
        if not entries:
            return
        rows = rows_of(before, entries)
        self._add("custody_write", rows.moves)
        self._add("promises_write", _last_words(rows.promises))
        self._add("order_events_write", rows.events)
        self._add("instructions_write", _last_answers(rows.instructions))
        self._add("news_write", news_of(before, entries))
        self._add("orders_write", [row_of(after)])
        self._add("timers_write", [TimerRow(after.id, next_date(after))])
        self._add("outbox_write", messages_of(after, entries))

    def contact(self, stood: Standing, before: Contact, entries: Sequence[ContactEntry], after: Contact) -> None:
        """Add what happened to a contact."""
        self._chain(after.id, stood, entries, after)
        if not entries:
            return
        self._add("promises_write", _last_words(promise_rows(before, entries)))
        self._add("contacts_write", [contact_row(after)])
        self._add("timers_write", [TimerRow(after.id, contact_date(after))])
        self._add("outbox_write", rating_of(after, entries))

    def texts(self, rows: Sequence[TextRow]) -> None:
        """Add texts kept beside an order."""
        self._add("texts_write", rows)

    def rows(self, writer: str, rows: Sequence[Any]) -> None:
        """Add rows of another room that belong to the same command."""
        self._add(writer, rows)

    def done(self, result: dict[str, Any]) -> Batch:
        """Return the batch; `result` is what the command answers, also when it comes again."""
        return Batch(
            command=self._command,
            at=self._now,
            result=result,
            guards=[Guard(chain, seq) for chain, seq in sorted(self._guards.items())],
            entries=self._entries,
            snapshots=self._snapshots,
            writes=self._writes,
        )

    def _add(self, writer: str, rows: Sequence[Any]) -> None:
        if rows:
            self._writes.setdefault(writer, []).extend(rows)

    def _chain(self, chain: int, stood: Standing, entries: Sequence[Envelope], after: Order | Contact) -> None:
        self._guards[chain] = stood.seq
        head = stood.head
        for entry in entries:
            sealed = seal(head, entry)
            head = sealed.hash
            self._entries.append(sealed)
        if entries:
            self._snapshots[chain] = _encode(after)


def _last_words(rows: Sequence[PromiseRow]) -> list[PromiseRow]:
    """Return each promise once, as it stands after the command: one statement may write a row only once."""
    return list({row.id: row for row in rows}.values())


def _last_answers(rows: Sequence[InstructionRow]) -> list[InstructionRow]:
    """Return each instruction once, likewise."""
    return list({row.n: row for row in rows}.values())

"""Which rows follow from a contact's entries? Pure."""

from collections.abc import Sequence

import msgspec

from lianxin.contacts.contact import Contact, ContactEntry
from lianxin.ground.clock import Instant
from lianxin.promises import PromiseRow, settled


class ContactRow(msgspec.Struct, gc=False):
    """A contact as `contacts_write` takes it."""

    id: int
    channel: str
    line: str
    arrived: Instant
    stage: str
    disposition: str
    holder: str | None
    limit: Instant | None
    agent: str | None
    person: str | None
    lying: int


def row_of(contact: Contact) -> ContactRow:
    """Return the contact's row."""
    return ContactRow(
        contact.id,
        contact.channel,
        contact.line,
        contact.arrived_at,
        contact.stage,
        contact.disposition,
        contact.holder,
        contact.limit,
        contact.agent,
        contact.person,
        contact.lying,
    )


def promise_rows(before: Contact, entries: Sequence[ContactEntry]) -> list[PromiseRow]:
    """Return what the entries change in the promises that `before` had."""
    known = dict(before.promises)
    rows: list[PromiseRow] = []
    for entry in entries:
        for state, ids in (("kept", entry.kept), ("broken", entry.broken)):
            rows += [settled(before.id, known.pop(promise_id), state, entry.at) for promise_id in ids]
        for promise in entry.made:
            known[promise.id] = promise
            rows.append(settled(before.id, promise, "open", None))
    return rows

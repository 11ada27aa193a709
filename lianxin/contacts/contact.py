"""What is a contact, and in what can it end? Values; they follow from the entries."""

from typing import Final

import msgspec

from lianxin.ground.clock import Instant
from lianxin.ground.ledger import Envelope
from lianxin.promises import Promise

OUTCOMES: Final = (
    "emergency",
    "opened",
    "joined",
    "added",
    "not_accepted",
    "referred",
    "answered",
    "heard",
    "test",
    "silent",
    "harassment",
)
"""Outcomes of a matter, in the order in which they name the contact."""
DISPOSITIONS: Final = (*OUTCOMES, "ring_back")
PENDING: Final = "pending"
QUEUE_TRAY: Final = "tray:intake"


class Matter(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One thing the citizen came with, and what became of it.

    order   the order it opened, joined or was added to
    item    knowledge item and version of a direct answer (`K18 v2`), or the expert's name
    agreed  the caller said that the direct answer is one
    to      where it was referred, the emergency service that took it
    ground  of what is not accepted; why nobody answers what was written (`bounce`, `spam` …)
    """

    outcome: str
    order: int | None = None
    item: str = ""
    agreed: bool = True
    to: str = ""
    ground: str = ""


class Attached(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A file of a contact or an order (附件); n counts them from 1.

    hash   SHA-256 of a salt and the content, as hex: the salt is destroyed with the file
    file   SHA-256 of the encrypted file as it is kept, as hex
    media  type of its content;  size  of its content in bytes
    purpose  what it is for;  shown  whether the citizen may see it
    """

    n: int
    hash: str
    file: str
    media: str
    size: int
    purpose: str
    shown: bool = False


class Contact(msgspec.Struct, omit_defaults=True, kw_only=True, gc=False):
    """One arrival; `attached` counts its files.

    stage     waiting (in the queue), talking, writing (being written up), ended
    holder    who answers for it until it has ended; limit: until when
    promises  the ring-back or the reply owed, while it is open; tries: calls of ours that reached nobody, or did
    lying     how often it was left lying past its limit
    """

    id: int
    seq: int = 0
    last_at: Instant = 0
    channel: str = ""
    line: str = ""
    arrived_at: Instant = 0
    stage: str = ""
    agent: str | None = None
    holder: str | None = None
    limit: Instant | None = None
    matters: tuple[Matter, ...] = ()
    disposition: str = PENDING
    promises: dict[int, Promise] = {}
    promised: int = 0
    attached: int = 0
    tries: int = 0
    lying: int = 0
    person: str | None = None
    answered_at: Instant | None = None
    ended_at: Instant | None = None


class ContactEntry(Envelope, omit_defaults=True, kw_only=True):
    """An entry of a contact: what happened, and what it changes (the field names of `Contact`)."""

    stage: str | None = None
    holder: str | None = None
    limit: Instant | None = None
    agent: str | None = None
    channel: str | None = None
    line: str | None = None
    matter: Matter | None = None
    disposition: str | None = None
    made: tuple[Promise, ...] = ()
    kept: tuple[int, ...] = ()
    broken: tuple[int, ...] = ()
    tries: int | None = None
    lying: int | None = None
    person: str | None = None
    attachment: Attached | None = None
    who: dict[str, str] = msgspec.field(default_factory=dict)
    say: dict[str, str | int] = msgspec.field(default_factory=dict)


def evolve(contact: Contact, entry: ContactEntry) -> Contact:
    """Return the contact after the entry; the one given is left as it was."""
    after = msgspec.structs.replace(contact)
    apply(after, entry)
    return after


def apply(contact: Contact, entry: ContactEntry) -> None:
    """Change the contact by the entry; containers are replaced, never changed."""
    contact.seq = entry.seq
    contact.last_at = entry.at
    if entry.kind == "arrived":
        contact.arrived_at = entry.at
    for name in ("channel", "line", "agent", "tries", "lying", "person"):
        value = getattr(entry, name)
        if value is not None:
            setattr(contact, name, value)
    if entry.stage is not None:
        contact.stage = entry.stage
        contact.holder, contact.limit = entry.holder, entry.limit
        if entry.stage == "talking" or (entry.kind == "written_back" and contact.answered_at is None):
            contact.answered_at = entry.at
    contact.attached += entry.attachment is not None
    if entry.matter is not None:
        contact.matters = (*contact.matters, entry.matter)
    if entry.disposition is not None:
        contact.disposition = entry.disposition
        contact.ended_at = entry.at
    if entry.made or entry.kept or entry.broken:
        promises = {key: one for key, one in contact.promises.items() if key not in (*entry.kept, *entry.broken)}
        for promise in entry.made:
            promises[promise.id] = promise
            contact.promised = promise.id
        contact.promises = promises


def disposition_of(matters: tuple[Matter, ...]) -> str:
    """Return the name of the contact: its first matter in the order of OUTCOMES."""
    return min((matter.outcome for matter in matters), key=OUTCOMES.index)


def next_date(contact: Contact) -> Instant | None:
    """Return when the clock must look at the contact next: its limit, or a ring-back owed."""
    dates = [promise.next for promise in contact.promises.values()]
    if contact.limit is not None:
        dates.append(contact.limit)
    return min(dates) if dates else None

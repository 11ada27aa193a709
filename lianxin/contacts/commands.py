"""What can be asked of a contact: one value per command, said by somebody."""

from uuid import UUID

import msgspec

from lianxin.contacts.contact import Matter


class ContactCommand(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """id: UUIDv7; by: who, as in an order's command."""

    id: UUID
    by: str


class Arrive(ContactCommand, frozen=True, kw_only=True):
    """A call rings, a form or message comes in; channel: as in `written.REPLY_CLOCKS`, or `call`."""

    channel: str
    line: str = "12345"
    person: str | None = None
    who: dict[str, str] = {}


class WriteIn(Arrive, frozen=True, kw_only=True):
    """A form on the web says everything itself: it arrives, its one matter is noted, and it ends (网上来件)."""

    matter: Matter


class Take(ContactCommand, frozen=True, kw_only=True):
    """An agent answers the call, or takes what was written in hand."""


class NoteMatter(ContactCommand, frozen=True, kw_only=True):
    """The agent notes what became of one matter; message: the answer in writing that went out with it."""

    matter: Matter
    message: UUID | None = None


class WriteBack(ContactCommand, frozen=True, kw_only=True):
    """The agent answers what was written, on the way it came (回复来件); message: what went out."""

    message: UUID


class Attach(ContactCommand, frozen=True, kw_only=True):
    """A file comes with it (附件): of a letter, or put to it by its agent. Fields as in an order's command."""

    hash: str
    file: str
    media: str
    size: int
    purpose: str = "citizen"
    shown: bool = True


class EraseAttachment(ContactCommand, frozen=True, kw_only=True):
    """A file is erased by law; its hashes stay and tell nothing."""

    n: int
    ground: str


class End(ContactCommand, frozen=True, kw_only=True):
    """The agent has written up everything: the contact ends. `matter`: a last matter noted with it."""

    matter: Matter | None = None


class Leave(ContactCommand, frozen=True, kw_only=True):
    """The caller hung up before anybody answered, or spoke to the voice box."""


class RingBack(ContactCommand, frozen=True, kw_only=True):
    """The house rang back. reached: spoken with; else another try is owed."""

    reached: bool


class Look(ContactCommand, frozen=True, kw_only=True):
    """The clock: whatever is due by now happens."""

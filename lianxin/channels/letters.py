"""What is kept of a message that came in, and in which rows? Values. Pure.

Whoever wrote it is a person with a data key of their own, and everything they wrote is
encrypted under it: erasing the person erases the letter, also in backups.
"""

from base64 import b64encode
from typing import Final, Literal
from uuid import UUID

import msgspec

from lianxin.channels.belonging import BoundBy
from lianxin.channels.mail_body import Attached
from lianxin.channels.mail_headers import Sender
from lianxin.channels.mail_sorting import Bounce
from lianxin.contacts.contact import Matter
from lianxin.ground.clock import Instant
from lianxin.people.vault import PersonFields

Channel = Literal["mail", "sms", "province", "wechat", "letter", "app", "110", "media"]
"""By which way it came: read here (mail, sms), or handed in by another system, or typed in, with its channel named."""
TEXT_BYTES_MAX: Final = 102_400
"""As `ground.text`: what of a longer text does not fit stays in the mailbox."""


class Letter(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A message as its agent reads it.

    sender      name and address (a telephone number for a text message), as they came: anybody may have written them
    message_id, references  headers that an answer must name
    notes       codes of `mail_body.NOTES` for what is missing
    sign        for a silent one the header it was seen by
    """

    sender: Sender
    subject: str = ""
    text: str = ""
    message_id: str = ""
    references: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    sign: str = ""

    def __repr__(self) -> str:
        return "Letter(…)"


class Incoming(msgspec.Struct, frozen=True, kw_only=True):
    """A message as it comes in by any channel.

    key      the same for two copies of one message
    silent   why nobody is to answer it, None where an agent reads it
    trusted  nothing says that its sender is not who it claims to be
    answers  keys of the mails of ours that it answers
    bounce   it says that a mail of ours did not arrive
    person   what the system that hands it in tells of the citizen; None: no more than the sender's address
    by       who brings it, as in entries
    heard    the matter with which it ends, where the machine understood it wholly (a rating)
    """

    key: bytes
    channel: Channel
    letter: Letter
    attached: tuple[Attached, ...] = ()
    silent: str | None = None
    trusted: bool = True
    answers: tuple[UUID, ...] = ()
    bounce: Bounce | None = None
    person: PersonFields | None = None
    by: str = "system"
    heard: Matter | None = None

    @property
    def ends(self) -> Matter | None:
        """The matter with which its contact ends at once; None: a person reads it."""
        return self.heard if self.silent is None else Matter("silent", ground=self.silent)


class LetterRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row as `messages_in_write` takes it; see the table's comment."""

    contact: int
    channel: str
    key: str
    received: Instant
    person: UUID
    sealed: str
    silent: str | None = None
    order: int | None = None
    bound_by: BoundBy | None = None
    suggested: tuple[int, ...] = ()


class ReplyRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row as `replies_write` takes it."""

    id: UUID
    contact: int
    at: Instant
    by: str
    person: UUID
    sealed: str


def letter_place(contact: int) -> bytes:
    """Return what a letter is bound to: under another contact it does not open."""
    return f"letter {contact}".encode()


def left_out_place(contact: int) -> bytes:
    """Return what the list of files that were not kept is bound to."""
    return f"left out {contact}".encode()


def reply_place(message_id: UUID) -> bytes:
    """Return what a reply is bound to."""
    return b"reply " + message_id.bytes


def as_text(sealed: bytes) -> str:
    """Return encrypted bytes as a row carries them."""
    return b64encode(sealed).decode()


def kept_text(text: str) -> tuple[str, bool]:
    """Return as much of a text as is stored, and whether that is all of it."""
    data = text.encode("utf-8", "replace")
    if len(data) <= TEXT_BYTES_MAX:
        return data.decode(), True
    return data[:TEXT_BYTES_MAX].decode("utf-8", "ignore"), False

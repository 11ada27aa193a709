"""What does an e-mail say? Its bytes in, its words and files out, whatever was sent.

It never raises: what cannot be taken apart is told as a note, and the mail itself stays
in the mailbox. Nothing is unpacked, fetched or run. Pure.
"""

from email import message_from_bytes
from email.message import Message
from hashlib import sha256
from typing import Final

import msgspec

from lianxin.channels.mail_body import Attached, Body, body_of
from lianxin.channels.mail_headers import Sender, ids_of, raw, sender_of, words
from lianxin.channels.mail_sorting import Bounce, Silence, bounce_of, why_silent

BYTES_MAX: Final = 25 * 1024 * 1024
"""Of a larger mail only so much is fetched and read, from its beginning."""
_KEY_BYTES: Final = 32


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """An e-mail that came in.

    key         the same for two copies of one mail, another for any other
    message_id  its own id, "" where it has none; references: the mails it answers, the direct one last
    text        its words, control characters still in it
    notes       what of it could not be read, as codes of `mail_body.NOTES`
    distrusted  the house's own mail server found that the sender is not who it claims to be
    silence     why nobody is to answer it; bounce: it says that a mail of ours did not arrive
    """

    key: bytes
    message_id: str
    references: tuple[str, ...]
    sender: Sender
    subject: str
    text: str
    attached: tuple[Attached, ...]
    notes: tuple[str, ...]
    distrusted: bool
    silence: Silence | None
    bounce: Bounce | None

    def __repr__(self) -> str:
        return f"Mail({self.key.hex()[:12]})"


class Ours(msgspec.Struct, frozen=True):
    """What the house knows of its own mail: the address it writes from, and senders it does not read.

    blocked  addresses (`ads@example.com`) and domains (`@example.com`)
    """

    address: str
    blocked: tuple[str, ...] = ()


def read_mail(data: bytes, ours: Ours, cut: bool = False) -> Mail:
    """Return what is in these bytes.

    cut  only the beginning of the mail was fetched
    """
    mail = _parsed(data)
    body = body_of(mail) if mail is not None else Body("", (), ("unreadable",))
    notes = (*body.notes, *(("cut",) if cut else ()))
    if mail is None:
        mail = Message()
    sender = sender_of(mail)
    bounce = bounce_of(mail, body.text, ours.address)
    return Mail(
        key=_key(mail, data),
        message_id=next(iter(ids_of(mail, "Message-ID")), ""),
        references=ids_of(mail, "References", "In-Reply-To"),
        sender=sender,
        subject=words(mail, "Subject"),
        text=body.text,
        attached=body.attached,
        notes=tuple(dict.fromkeys(notes)),
        distrusted=_distrusted(mail),
        silence=why_silent(mail, sender, bounce, ours.address, ours.blocked),
        bounce=bounce,
    )


def _parsed(data: bytes) -> Message | None:
    try:
        return message_from_bytes(data)
    except (RecursionError, ValueError, LookupError, TypeError):
        # The parser of the standard library goes down one call per level, and trips over some broken headers.
        return None


def _key(mail: Message, data: bytes) -> bytes:
    """Return what makes two copies one: id, sender, date and everything below the headers.

    The headers that servers put on top differ between copies. Without an id every delivery is one of its own.
    """
    ids = raw(mail, "Message-ID")
    if not ids:
        return sha256(data).digest()
    _, _, body = data.replace(b"\r\n", b"\n").partition(b"\n\n")
    named = [*ids[:1], *raw(mail, "From")[:1], *raw(mail, "Date")[:1]]
    parts = [one.strip().encode("utf-8", "surrogateescape") for one in named]
    digest = sha256()
    for part in (*parts, body):
        digest.update(len(part).to_bytes(8))
        digest.update(part)
    return digest.digest()


def _distrusted(mail: Message) -> bool:
    """Return whether the topmost verdict, the one of the server that brought the mail here, is that it is forged.

    Only `fail` counts, which no forger writes over himself. Source: RFC 8601.
    """
    verdicts = raw(mail, "Authentication-Results")
    return (
        any(f"{method}=fail" in verdicts[0].replace(" ", "").lower() for method in ("dmarc", "spf"))
        if verdicts
        else False
    )

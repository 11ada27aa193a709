"""Is there a person behind this e-mail who waits for an answer?

Plain rules that anybody can check, each with its sign: our own mail coming back, a bounce
(退信), an automatic answer, a mailing to many, what the mail server calls spam, and senders
on the house's own list. Nothing is learned and nothing is deleted: such a mail becomes a
contact with the disposition `silent`, with its reason, and is never answered. Pure.
Source: RFC 3464 (bounces), RFC 3834 (automatic answers), RFC 2919 (mailing lists).
"""

import re
from email.message import Message
from typing import Final, Literal, NamedTuple
from uuid import UUID

from lianxin.channels.mail_headers import Sender, flag, raw
from lianxin.channels.mail_parts import content_of, parameter_of, parts_of
from lianxin.ground.web import marked
from lianxin.people.numbers import plain_mail

Why = Literal["bounce", "delayed", "own", "automatic", "mailing", "spam", "blocked"]
REASONS: Final[dict[str, str]] = {
    "bounce": marked("A mail of ours came back as undeliverable."),
    "delayed": marked("A mail server says that a mail of ours is late."),
    "own": marked("Our own mail came back to us."),
    "automatic": marked("An automatic answer; nobody waits for one."),
    "mailing": marked("A mailing to many recipients."),
    "spam": marked("The mail server marked it as spam."),
    "blocked": marked("The sender is on the list of those who are not read."),
    "stop": marked("The citizen wants to be asked for no more ratings."),
}
"""Why a contact ended as silent, in words."""
PARTS_MAX: Final = 20
_ID: Final = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@([^<>\s]{1,190})>")
_STATUS: Final = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_AUTOMATIC_HEADERS: Final = ("X-Autoreply", "X-Autorespond", "X-Auto-Reply")
_SPAM_HEADERS: Final = ("X-Spam-Flag", "X-Spam-Status", "X-Spam")
_SYSTEM_USERS: Final = frozenset({"mailer-daemon", "postmaster"})


class Silence(NamedTuple):
    """Why nobody is to answer; sign: the header it was seen by, for who doubts it."""

    why: Why
    sign: str


class Bounce(NamedTuple):
    """What a mail server says of a mail of ours.

    failed   it never will arrive; else it is only late
    status   enhanced status code (RFC 3463), "" where none is given
    message  the key of the mail of ours, None where it is not named
    """

    failed: bool
    status: str
    message: UUID | None


def our_message(message_id: str, address: str) -> UUID | None:
    """Return the key of the mail of ours that has this id; None: it is not ours."""
    found = _ID.fullmatch(message_id)
    return UUID(found[1]) if found and found[2].lower() == _domain(address) else None


def bounce_of(mail: Message, text: str, address: str) -> Bounce | None:
    """Return what a bounce says, None where the mail is none.

    text     the words of the mail, in which older servers quote ours
    address  the one we write from
    """
    if mail.get_content_type() == "multipart/report" and parameter_of(mail, "report-type") == "delivery-status":
        action, status = _report(mail)
        return Bounce(action in ("failed", ""), status, _quoted(mail, text, address))
    status = next(iter(_STATUS.findall(text[:20_000])), "")
    of_a_server = _local_part(raw(mail, "From")) in _SYSTEM_USERS or (_null_sender(mail) and status.startswith("5"))
    message = _quoted(mail, text, address)
    if of_a_server and message is not None and not _says_automatic(mail):
        return Bounce(not status.startswith(("2", "4")), status, message)
    return None


def why_silent(
    mail: Message, sender: Sender, bounce: Bounce | None, address: str, blocked: tuple[str, ...]
) -> Silence | None:
    """Return why this mail is not to be answered; None: an agent reads it."""
    if bounce is not None:
        return Silence("bounce" if bounce.failed else "delayed", f"Content-Type: {mail.get_content_type()}")
    if sender.address and plain_mail(sender.address) == plain_mail(address):
        return Silence("own", "From")
    if sign := _is_automatic(mail):
        return Silence("automatic", sign)
    if sign := _is_spam(mail):
        return Silence("spam", sign)
    if _is_blocked(sender, blocked):
        return Silence("blocked", "From")
    if sign := _is_mailing(mail):
        return Silence("mailing", sign)
    return None


def _is_automatic(mail: Message) -> str:
    return _says_automatic(mail) or ("Return-Path: <>" if _null_sender(mail) else "")


def _says_automatic(mail: Message) -> str:
    submitted = flag(mail, "Auto-Submitted")
    if submitted and submitted != "no":
        return f"Auto-Submitted: {submitted[:40]}"
    if flag(mail, "Precedence") == "auto_reply":
        return "Precedence: auto_reply"
    return next((name for name in _AUTOMATIC_HEADERS if raw(mail, name)), "")


def _is_mailing(mail: Message) -> str:
    precedence = flag(mail, "Precedence")
    if precedence in ("bulk", "junk", "list"):
        return f"Precedence: {precedence}"
    return "List-Unsubscribe" if raw(mail, "List-Unsubscribe") and raw(mail, "List-Id") else ""


def _is_spam(mail: Message) -> str:
    return next((name for name in _SPAM_HEADERS if flag(mail, name).split(",")[0] in ("yes", "true")), "")


def _is_blocked(sender: Sender, blocked: tuple[str, ...]) -> bool:
    address = plain_mail(sender.address)
    return any(address.endswith(one) if one.startswith("@") else address == one for one in map(plain_mail, blocked))


def _null_sender(mail: Message) -> bool:
    paths = raw(mail, "Return-Path")
    return bool(paths) and paths[0].strip() == "<>"


def _local_part(values: tuple[str, ...]) -> str:
    return values[0].rpartition("<")[2].partition("@")[0].strip().lower() if values else ""


def _report(mail: Message) -> tuple[str, str]:
    """Return action and status of the worst recipient in a delivery status."""
    found: list[tuple[str, str]] = []
    for part in parts_of(mail)[:PARTS_MAX]:
        if part.get_content_type() == "message/delivery-status":
            for block in parts_of(part):
                if raw(block, "Action"):
                    status = _STATUS.findall(flag(block, "Status"))
                    found.append((flag(block, "Action"), status[0] if status else ""))
    worst = sorted(found, key=lambda one: ("failed", "delayed").index(one[0]) if one[0] in ("failed", "delayed") else 2)
    return worst[0] if worst else ("", "")


def _quoted(mail: Message, text: str, address: str) -> UUID | None:
    """Return the key of our mail that this one brings back, in a part of its own or quoted in the text."""
    for part in parts_of(mail)[:PARTS_MAX]:
        if part.get_content_type() == "message/rfc822":
            ids = [value for one in parts_of(part)[:1] for value in raw(one, "Message-ID")]
        elif part.get_content_type() == "text/rfc822-headers":
            ids = _named_in(content_of(part).decode("ascii", "replace"))
        else:
            continue
        for one in ids:
            if message := our_message(one.strip(), address):
                return message
    return next((message for one in _named_in(text) if (message := our_message(one, address))), None)


def _named_in(text: str) -> list[str]:
    return re.findall(r"^[> ]*message-id:[ \t]*(<\S{1,240}>)", text[:100_000], re.IGNORECASE | re.MULTILINE)


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()

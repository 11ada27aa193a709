"""What was written waits for an answer too (短信、微信、邮件、来信): until when, and what if nobody gives it?

A caller rings and hears somebody; who writes hears nothing until we write back. So a
contact that was written is promised a reply, within minutes or within a day by its channel,
and is never ended by the clock: it stays in the tray, and the duty manager is told. Pure.
"""

from collections.abc import Mapping
from typing import Final

from lianxin.contacts.contact import Contact
from lianxin.ground.clock import DAY_MS, MINUTE_MS, Instant
from lianxin.promises import Promise, promise_due
from lianxin.rules import Rules

REPLY_CLOCKS: Final[Mapping[str, str]] = {
    "sms": "text_reply",
    "wechat": "text_reply",
    "web": "mailbox_reply",
    "mail": "mailbox_reply",
    "letter": "mailbox_reply",
    "province": "mailbox_reply",
}
"""Channel of what is written -> the clock by which it is answered, and the kind of the promise (GB/T 33358-2016)."""
REPLIES: Final = frozenset(REPLY_CLOCKS.values())
_WITHIN_MS: Final = {"text_reply": 3 * MINUTE_MS, "mailbox_reply": DAY_MS}
"""Where the pack says nothing: the standard's own figures."""
_AGAIN_MS: Final = {"text_reply": 30 * MINUTE_MS, "mailbox_reply": DAY_MS}
"""Until when it is promised anew after a promise was broken (assumption); from the third on, once a day."""
_DAILY_FROM: Final = 3
ESCALATED_MS: Final = 30 * MINUTE_MS
"""How long the duty manager has for what was left lying, before being asked daily (assumption)."""


def is_written(contact: Contact) -> bool:
    """Whether it came in writing."""
    return contact.channel in REPLY_CLOCKS


def first_reply(contact_id: int, channel: str, rules: Rules, now: Instant) -> Promise | None:
    """Return the promise of a reply to what came in now by this channel; None: nobody wrote, somebody called."""
    kind = REPLY_CLOCKS.get(channel)
    if kind is None:
        return None
    key = f"telephony.{kind}"
    due = rules.due(key, now).due if key in rules.clocks else now + _WITHIN_MS[kind]
    return promise_due(1, kind, contact_id, now, due)


def reply_again(contact: Contact, broken: Promise, now: Instant, offset: int = 1) -> Promise:
    """Return what is promised in place of a reply that did not come in time."""
    number = contact.promised + offset
    wait = _AGAIN_MS[broken.kind] if number < _DAILY_FROM else DAY_MS
    return promise_due(number, broken.kind, contact.id, now, now + wait)


def owed_replies(contact: Contact) -> tuple[int, ...]:
    """Return the ids of the replies that are still promised."""
    return tuple(key for key, promise in contact.promises.items() if promise.kind in REPLIES)

"""Which messages leave the house because of an entry? Pure.

A message names its template and who it is for, never a number: the channel looks the
number up when it sends. Its id follows from the entry, so the same entry never sends twice.
"""

from collections.abc import Sequence
from uuid import UUID, uuid5

import msgspec

from lianxin.contacts.contact import Contact, ContactEntry
from lianxin.ground.clock import Instant
from lianxin.ground.ledger import digits_of
from lianxin.ground.text import as_number
from lianxin.orders.order import Order, OrderEntry

CITIZEN = {
    "received": "receipt",
    "submitted": "receipt",
    "not_accepted": "not_accepted",
    "merged": "merged",
    "reply_accepted": "answer",
    "extended": "extended",
    "long_run_registered": "long_run",
    "milestone_reached": "news",
    "informed": "informed",
    "reopened": "reopened",
    "reopen_asked": "reopen_asked",
    "reopen_declined": "reopen_declined",
}
"""Entry -> template of a text message to the citizen."""
UNIT = {
    "dispatched": "to_sign",
    "joint_meeting_decided": "to_sign",
    "reopened": "to_sign",
    "rework_ordered": "to_sign",
    "urged": "urge",
    "instructed": "instruction",
    "instruction_overdue": "urge",
    "sign_overdue": "urge",
    "card_yellow": "urge",
    "card_red": "urge",
    "overdue_3": "urge",
    "overdue_5": "urge",
    "overdue_10": "urge",
}
"""Entry -> template of a message to the unit's contact (联络员)."""
SECRET = b"outbox secret"
"""What `Vault.lock` binds the secret of a message to (`sealed` in its body): elsewhere it does not open."""
_SPACE = UUID("6f1ad1c2-4a8e-5b1c-9a57-8f4d2a3b7c10")


class Message(msgspec.Struct, gc=False):
    """A row for `outbox_write`."""

    id: UUID
    subject: int
    channel: str
    body: dict[str, str | int | None]
    due: Instant


def messages_of(order: Order, entries: Sequence[OrderEntry]) -> list[Message]:
    """Return the messages these entries send; to the citizen only where a record of a person is kept."""
    messages: list[Message] = []
    for entry in entries:
        citizen, unit = CITIZEN.get(entry.kind), UNIT.get(entry.kind)
        if citizen is not None and order.person is not None:
            messages.append(_message(order, entry, citizen, {"person": order.person}))
        if unit is not None and order.unit is not None:
            messages.append(_message(order, entry, unit, {"unit": order.unit}))
    return messages


def _message(order: Order, entry: OrderEntry, template: str, to: dict[str, str | int | None]) -> Message:
    key = uuid5(_SPACE, f"{entry.chain}.{entry.seq}.{template}")
    return Message(key, order.id, "sms", {"template": template, "order": order.number, **to}, entry.at)


def rating_of(contact: Contact, entries: Sequence[ContactEntry]) -> list[Message]:
    """Return the one message that asks for a rating of a call that was answered directly (一次一评)."""
    person = contact.person
    answered = any(matter.outcome == "answered" for matter in contact.matters)
    ended = next((entry for entry in entries if entry.disposition is not None), None)
    if person is None or not answered or ended is None:
        return []
    body: dict[str, str | int | None] = {
        "template": "rate_call",
        "order": as_number(digits_of(contact.id)),
        "person": person,
    }
    return [Message(uuid5(_SPACE, f"{contact.id}.rate_call"), contact.id, "sms", body, ended.at)]

"""How does a query code reach its citizen's own telephone or mailbox, without lying readable in the outbox?

The message carries the code locked under the data key of the person it goes to; the outbox
opens it when it sends, and keeps it no longer than that.
"""

from base64 import b64encode
from typing import Final
from uuid import UUID, uuid5

from lianxin.ground.clock import Instant
from lianxin.orders.messages import SECRET, Message
from lianxin.orders.service import order_id_of
from lianxin.people.vault import PersonFields, PersonRow, Vault

_SPACE: Final = UUID("b0f6f3c5-8f1b-5f5e-9c39-5d0a4f0f7a61")


def code_messages(
    number: str, n: int, code: str, row: PersonRow, fields: PersonFields, vault: Vault, at: Instant
) -> list[Message]:
    """Return the rows for `outbox_write` that bring the n-th code of an order to its citizen: by text, else by e-mail.

    row, fields  the person's record, locked and open; who told neither a number nor an address gets no message
    Raises PersonErased, VaultClosed.
    """
    channel = "sms" if fields.numbers else "mail" if fields.mail else None
    if channel is None:
        return []
    sealed = b64encode(vault.lock(row, SECRET, code.encode())).decode()
    body: dict[str, str | int | None] = {
        "template": "code",
        "order": number,
        "person": str(row.id),
        "sealed": sealed,
    }
    return [Message(uuid5(_SPACE, f"{number}.{n}"), order_id_of(number), channel, body, at)]

"""An agent answers a message: in which rows does the answer leave the house?

The rows go into the batch of the agent's own command on the contact, so the answer is
written when that is written and never without it. Whoever is a machine gets none: no mail
goes round in a circle.
"""

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid5

from lianxin.channels.inbox import NoSuchMessage, opened_letter
from lianxin.channels.letters import ReplyRow, as_text, reply_place
from lianxin.ground.clock import Instant
from lianxin.ground.store import load_queries
from lianxin.ground.text import clean_text
from lianxin.orders.messages import Message
from lianxin.people.persons import person_row
from lianxin.people.vault import Vault

if TYPE_CHECKING:
    from asyncpg import Pool, Record

REPLY: Final = "reply"
"""Template of a message whose words an agent wrote."""
SMS_MAX: Final = 500
"""Characters of a text message: seven parts of seventy, which every gateway joins."""
_QUERIES: Final = load_queries("lianxin.channels")
_SPACE: Final = UUID("a6f6f1de-0b0a-5f52-8ef1-6a0c2b9d4e55")


class NoReply(Exception):
    """This message cannot be answered; the sentence is for the agent."""


class Replying:
    """Writes answers to messages. The pool's connections enter as the application role."""

    def __init__(self, pool: "Pool[Record]", vault: Vault) -> None:
        self._pool = pool
        self._vault = vault

    async def rows(
        self, reader: str, contact: int, text: str, by: str, command: UUID, now: Instant
    ) -> dict[str, list[Any]]:
        """Return the rows of an answer, for `Services.meet(contact, …, now, **rows)` of the same command.

        reader   the agent's work number;  by  the same as an actor
        command  id of the agent's command: given again, the answer is the same message
        Raises NoReply; TextError for a text that is empty or too long; NoSuchMessage.
        """
        row = await self._pool.fetchrow(_QUERIES.message_of.sql, reader, contact)
        if row is None:
            raise NoSuchMessage(str(contact))
        if row["silent"] is not None:
            raise NoReply("这是一封自动邮件或退信，对方没有人等着答复。回信没有保存，也没有发出。")
        letter = opened_letter(self._vault, row)
        if letter is None:
            raise NoReply("来件人的信息已依法删除，或属于举报人单独保管，不能在这里回信。")
        if not letter.sender.address:
            raise NoReply("来件没有可以回复的地址，请按信中的联系方式联系来件人。")
        words = clean_text(text)
        if row["channel"] == "sms" and len(words) > SMS_MAX:
            raise NoReply(f"短信最多 {SMS_MAX} 个字，现在是 {len(words)} 个。请写短一些，或改用电话答复。")
        id_ = reply_id(contact, command)
        person = person_row(row)
        sealed = as_text(self._vault.lock(person, reply_place(id_), words.encode()))
        body: dict[str, str | int | None] = {"template": REPLY, "order": "", "person": str(person.id)}
        return {
            "replies_write": [ReplyRow(id=id_, contact=contact, at=now, by=by, person=person.id, sealed=sealed)],
            "outbox_write": [Message(id_, contact, row["channel"], body, now)],
        }


def reply_id(contact: int, command: UUID) -> UUID:
    """Return the id of the message that answers a contact by this command; `WriteBack` names it."""
    return uuid5(_SPACE, f"{contact} {command}")

"""What was written to the house and waits for an agent? Read for the intake tray, by who may see the contact.

A letter is opened only for the page that shows it; its sender's address is masked like a
telephone number until somebody asks for it on purpose.
"""

from typing import TYPE_CHECKING, Any, Final, NamedTuple
from uuid import UUID

import msgspec

from lianxin.channels.filing import LeftOut
from lianxin.channels.letters import Letter, left_out_place, letter_place, reply_place
from lianxin.ground.clock import Instant, from_datetime
from lianxin.ground.store import load_queries
from lianxin.people.persons import person_row
from lianxin.people.vault import PersonErased, PersonRow, Vault

if TYPE_CHECKING:
    from asyncpg import Pool, Record

_QUERIES: Final = load_queries("lianxin.channels")
SHOWN_MAX: Final = 100


class NoSuchMessage(LookupError):
    """No message became this contact, or it is not for this person."""


class Order(NamedTuple):
    """An order that a message may belong to, as its reader may see it."""

    id: int
    number: str
    state: str
    open: bool


class Answer(NamedTuple):
    """What an agent wrote back: when, who, the text (None: erased by law), and what became of it (outbox state)."""

    at: Instant
    by: str
    text: str | None
    state: str
    error: str | None


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A message as the tray and its page show it.

    limit      until when its holder answers for it; None once the contact has ended
    letter     None where its writer was erased by law, or is kept apart since they report a breach
    silent     code of `mail_sorting.REASONS`, None where an agent answers
    bound_by   why it was put to `order` without an agent: reply, sender, code
    suggested  orders it names or whose citizen its sender may be; of those only what the reader may see
    left_out   files that were not kept, with the sentence why
    """

    contact: int
    channel: str
    received: Instant
    stage: str
    disposition: str
    holder: str | None
    agent: str | None
    limit: Instant | None
    person: UUID
    letter: Letter | None
    silent: str | None
    order: Order | None
    bound_by: str | None
    suggested: tuple[Order, ...]
    left_out: tuple[LeftOut, ...] = ()
    answers: tuple[Answer, ...] = ()


class Inbox:
    """Reads messages. The pool's connections enter as the application role."""

    def __init__(self, pool: "Pool[Record]", vault: Vault) -> None:
        self._pool = pool
        self._vault = vault

    async def waiting(self, reader: str, limit: int = SHOWN_MAX) -> tuple[Message, ...]:
        """Return messages whose contact has not ended, the most urgent first."""
        rows = await self._pool.fetch(_QUERIES.messages_waiting.sql, reader, limit)
        return await self._opened(reader, rows)

    async def silent(self, reader: str, limit: int = SHOWN_MAX) -> tuple[Message, ...]:
        """Return messages that nobody answers, the latest first, for who looks whether one was taken for another."""
        rows = await self._pool.fetch(_QUERIES.messages_silent.sql, reader, limit)
        return await self._opened(reader, rows)

    async def message(self, reader: str, contact: int) -> Message:
        """Return one message with its answers. Raises NoSuchMessage, also for who may not see it."""
        row = await self._pool.fetchrow(_QUERIES.message_of.sql, reader, contact)
        if row is None:
            raise NoSuchMessage(str(contact))
        (message,) = await self._opened(reader, [row])
        answers = await self._pool.fetch(_QUERIES.answers_of.sql, contact)
        return msgspec.structs.replace(
            message, left_out=self._left_out(row), answers=tuple(self._answer(row, one) for one in answers)
        )

    async def _opened(self, reader: str, rows: "list[Record]") -> tuple[Message, ...]:
        wanted = {order for row in rows for order in (row["order_id"], *row["suggested"]) if order is not None}
        found = await self._pool.fetch(_QUERIES.orders_shown.sql, reader, sorted(wanted))
        orders = {row["order_id"]: Order(*row) for row in found}
        return tuple(self._message(row, orders) for row in rows)

    def _message(self, row: "Record", orders: dict[int, Order]) -> Message:
        limit = row["limit_at"]
        return Message(
            contact=row["contact_id"],
            channel=row["channel"],
            received=from_datetime(row["received_at"]),
            stage=row["stage"],
            disposition=row["disposition"],
            holder=row["holder"],
            agent=row["agent"],
            limit=None if limit is None else from_datetime(limit),
            person=row["person_id"],
            letter=opened_letter(self._vault, row),
            silent=row["silent"],
            order=orders.get(row["order_id"]),
            bound_by=row["bound_by"],
            suggested=tuple(orders[one] for one in row["suggested"] if one in orders),
        )

    def _left_out(self, row: "Record") -> tuple[LeftOut, ...]:
        plain = _unlocked(self._vault, person_row(row), left_out_place(row["contact_id"]), row["left_out"])
        return () if plain is None else msgspec.json.decode(plain, type=tuple[LeftOut, ...])

    def _answer(self, message: "Record", row: "Record") -> Answer:
        plain = _unlocked(self._vault, person_row(message), reply_place(row["message_id"]), row["sealed"])
        text = None if plain is None else plain.decode()
        return Answer(from_datetime(row["at"]), row["by"], text, row["state"], row["last_error"])


def opened_letter(vault: Vault, row: Any) -> Letter | None:
    """Return the letter of a row of `messages_in` joined with its person's; None: nobody may read it any more.

    Raises VaultClosed where the house key is another one.
    """
    plain = _unlocked(vault, person_row(row), letter_place(row["contact_id"]), row["sealed"])
    return None if plain is None else msgspec.json.decode(plain, type=Letter)


def _unlocked(vault: Vault, person: PersonRow, place: bytes, sealed: bytes | None) -> bytes | None:
    if sealed is None or person.key is None:
        return None
    try:
        return vault.unlock(person, place, sealed)
    except PersonErased:
        return None

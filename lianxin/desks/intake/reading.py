"""What the agents' desk shows: who waits, what is in hand, who calls and what is known of their matter."""

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import msgspec

from lianxin.access import Who
from lianxin.channels.inbox import Inbox, Message, NoSuchMessage
from lianxin.contacts.contact import Contact, Matter
from lianxin.ground.clock import Instant, from_datetime
from lianxin.ground.store import load_queries
from lianxin.orders.service import Services
from lianxin.people.identities import Identities

if TYPE_CHECKING:
    from asyncpg import Pool, Record

_QUERIES = load_queries("lianxin.desks.intake")
WAITING_MAX: Final = 100
EARLIER_MAX: Final = 8


class Line(msgspec.Struct, frozen=True):
    """A contact in the tray; limit: until when somebody must have taken, or ended, it."""

    id: int
    channel: str
    line: str
    arrived: Instant
    limit: Instant | None


class AtDesk(msgspec.Struct, frozen=True, kw_only=True):
    """A contact as its agent has it before them.

    matters  what was noted, each with the number of its order ("" for none, or for one not theirs to see)
    message  what was written, of a written contact
    earlier  the caller's earlier orders, as far as the agent may see them
    own      it is this agent's, and goes on
    """

    line: Line
    contact: Contact
    matters: tuple[tuple[Matter, str], ...]
    message: Message | None
    earlier: tuple[dict[str, Any], ...]
    own: bool


class IntakeReader:
    """Reads for the desk, always as somebody. The pool's connections enter as the application role."""

    def __init__(self, pool: "Pool[Record]", services: Services, inbox: Inbox, identities: Identities) -> None:
        self._pool = pool
        self._services = services
        self._inbox = inbox
        self._identities = identities

    async def waiting(self, who: Who) -> tuple[Line, ...]:
        """Return the contacts nobody has taken yet, the most urgent first."""
        return tuple(map(_line, await self._pool.fetch(_QUERIES.waiting.sql, who.number, WAITING_MAX)))

    async def in_hand(self, who: Who) -> tuple[Line, ...]:
        """Return the contacts that this agent has taken and not ended."""
        return tuple(map(_line, await self._pool.fetch(_QUERIES.in_hand.sql, who.number, who.by)))

    async def at_desk(self, who: Who, contact: int) -> AtDesk | None:
        """Return a contact; None where there is none that this person may see."""
        row = await self._pool.fetchrow(_QUERIES.contact.sql, who.number, contact)
        if row is None:
            return None
        value = await self._services.contact(contact)
        persons = [] if row["person_id"] is None else [row["person_id"]]
        return AtDesk(
            line=_line(row),
            contact=value,
            matters=await self._matters(who, value),
            message=await self._message(who, contact),
            earlier=await self._orders(who, persons),
            own=value.agent == who.by and value.stage in ("talking", "writing"),
        )

    async def earlier(self, who: Who, number: str) -> tuple[dict[str, Any], ...]:
        """Return the earlier orders of whoever has this telephone number, as far as the agent may see them."""
        return await self._orders(who, list(await self._identities.persons.find(number)))

    async def _orders(self, who: Who, persons: list[UUID]) -> tuple[dict[str, Any], ...]:
        if not persons:
            return ()
        rows = await self._pool.fetch(_QUERIES.orders_of_person.sql, who.number, persons, EARLIER_MAX)
        return tuple({**row, "opened_at": from_datetime(row["opened_at"])} for row in rows)

    async def _matters(self, who: Who, contact: Contact) -> tuple[tuple[Matter, str], ...]:
        ids = [matter.order for matter in contact.matters if matter.order is not None]
        rows = await self._pool.fetch(_QUERIES.numbers_of.sql, who.number, ids) if ids else []
        numbers = {row["order_id"]: row["number"] for row in rows}
        return tuple((matter, numbers.get(matter.order or 0, "")) for matter in contact.matters)

    async def _message(self, who: Who, contact: int) -> Message | None:
        try:
            return await self._inbox.message(who.number, contact)
        except NoSuchMessage:
            return None


def _line(row: Any) -> Line:
    limit = row["limit_at"]
    return Line(
        row["contact_id"],
        row["channel"],
        row["line"],
        from_datetime(row["arrived_at"]),
        None if limit is None else from_datetime(limit),
    )

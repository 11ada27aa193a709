"""Somebody answers in writing how it was (短信评价): which call or order does the digit rate?

One digit, 1 to 5, rates the call that was answered directly and whose question went to this
sender. Two digits rate an order whose answer its citizen has: solved or not, then satisfied
or not; each is a fact of its own, so one digit alone never rates an order. What rates
nothing is a message like any other.
"""

import re
import unicodedata
from typing import TYPE_CHECKING, Final, Literal, NamedTuple
from uuid import UUID, uuid5

from lianxin.channels.letters import Incoming
from lianxin.contacts.contact import Matter
from lianxin.ground.clock import DAY_MS, Instant, to_datetime
from lianxin.ground.ledger import digits_of
from lianxin.ground.store import load_queries
from lianxin.orders import commands as c
from lianxin.orders.refusal import Refused
from lianxin.orders.service import Services
from lianxin.people.persons import Persons
from lianxin.people.vault import Vault

if TYPE_CHECKING:
    from asyncpg import Pool, Record

_QUERIES: Final = load_queries("lianxin.channels")
_SPACE: Final = UUID("b3c4fdc2-5a0f-5d9c-9d46-0f27b6f0a9e1")
ASKED_DAYS: Final = 7
"""So long after the question an answer belongs to it."""
_CALL: Final = re.compile(r"[1-5]")
_ORDER: Final = re.compile(r"([1-3])[\s,，、.。/-]*([1-5])")
Solved = Literal["solved", "partly", "not_solved"]
Satisfied = Literal["very", "yes", "basic", "no", "very_no"]
SOLVED: Final[tuple[Solved, ...]] = ("solved", "partly", "not_solved")
SATISFIED: Final[tuple[Satisfied, ...]] = ("very", "yes", "basic", "no", "very_no")


class Rated(NamedTuple):
    """What a text rated: the matter of its contact, and for a call which one and how."""

    matter: Matter
    call: int | None = None
    score: int = 0


class Ratings:
    """Reads ratings. The pool's connections enter as the application role."""

    def __init__(self, pool: "Pool[Record]", services: Services, vault: Vault) -> None:
        self._pool = pool
        self._services = services
        self._vault = vault

    async def read(self, incoming: Incoming, now: Instant) -> Rated | None:
        """Return what a message rates, the order's rating already in its chain; None: it rates nothing.

        Read again after a crash it says the same: a rating is carried out once.
        """
        plain = said_in(incoming)
        if _CALL.fullmatch(plain):
            return await self._of_call(incoming, int(plain), now)
        digits = _ORDER.fullmatch(plain)
        if digits is not None:
            return await self._of_order(incoming, SOLVED[int(digits[1]) - 1], SATISFIED[int(digits[2]) - 1], now)
        return None

    async def _of_call(self, incoming: Incoming, score: int, now: Instant) -> Rated | None:
        since = to_datetime(now - ASKED_DAYS * DAY_MS)
        call = await self._pool.fetchval(_QUERIES.call_asked.sql, await self._persons(incoming), since)
        if call is None:
            return None
        return Rated(Matter("heard", item="rate_call", to=str(digits_of(call)), ground=str(score)), call, score)

    async def _of_order(self, incoming: Incoming, solved: Solved, satisfied: Satisfied, now: Instant) -> Rated | None:
        id_ = uuid5(_SPACE, incoming.key.hex())
        rows = await self._pool.fetch(_QUERIES.orders_to_rate.sql, await self._persons(incoming), id_)
        if len(rows) != 1:
            return None  # nobody could say which of several is meant
        order, contact = rows[0]
        rate = c.Rate(id=id_, by="citizen", role="citizen", contact=contact, solved=solved, satisfied=satisfied)
        try:
            await self._services.act(order, rate, now)
        except Refused:
            return None
        return Rated(Matter("heard", order=order, item="rate", ground=f"{solved} {satisfied}"))

    async def _persons(self, incoming: Incoming) -> list[UUID]:
        return list(await senders(Persons(self._pool, self._vault), incoming))


async def senders(persons: Persons, incoming: Incoming) -> tuple[UUID, ...]:
    """Return the persons known under the address or number that a message came from."""
    address = incoming.letter.sender.address
    if not address:
        return ()
    return await (persons.find_mail(address) if "@" in address else persons.find(address))


def said_in(incoming: Incoming) -> str:
    """Return what may be a rating: a whole text message, or the first line of an e-mail that answers one of ours."""
    text = incoming.letter.text
    if incoming.channel == "mail":
        answers = incoming.trusted and incoming.answers
        text = next((line for line in text.split("\n") if line.strip()), "") if answers else ""
    elif incoming.channel != "sms":
        text = ""
    return unicodedata.normalize("NFKC", text[:40]).strip() if len(text) <= 40 else ""

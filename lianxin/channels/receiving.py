"""A message has come in: what becomes of it? A contact, once, with its words, in one transaction.

Where its sender is known for the order it speaks of, it is put there and the contact ends;
where nobody is to answer it, the contact ends as silent; else it waits in the intake tray.
A crash at any point leaves either nothing or the whole contact: the command's id follows
from the message, so whoever brings it again acts once. Files follow, each under an id of
its own.
"""

import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid5

import msgspec
import structlog

from lianxin.channels.belonging import Belonging, Known, belonging, codes_in, numbers_in
from lianxin.channels.filing import Filing
from lianxin.channels.letters import Incoming, LetterRow, as_text, letter_place
from lianxin.channels.rating import Ratings, senders
from lianxin.contacts import course
from lianxin.ground.clock import Instant
from lianxin.ground.ledger import ORDER, kind_of_chain
from lianxin.ground.ledger.command_id import CHANCE_BYTES, command_id
from lianxin.ground.store import load_queries
from lianxin.ground.text import TextError, clean_text
from lianxin.orders import commands as c
from lianxin.orders.numbering import Numbers
from lianxin.orders.refusal import Refused
from lianxin.orders.service import Services, contact_id_of, order_id_of
from lianxin.orders.texts import Words
from lianxin.people.persons import Persons
from lianxin.people.vault import PersonFields, PersonRecord, Vault
from lianxin.receipts.service import Receipts

if TYPE_CHECKING:
    from asyncpg import Pool, Record

_QUERIES: Final = load_queries("lianxin.channels")
_SPACE: Final = UUID("f2d0b7d4-2a76-5d8e-9c51-3a1f6f0f7c21")
_SALT_BYTES: Final = 16
_TITLE_MAX: Final = 80
Rows = dict[str, list[Any]]
log = structlog.get_logger(__name__)


class Receiving:
    """Makes contacts of messages.

    filing  where the files of a letter go
    """

    def __init__(
        self,
        pool: "Pool[Record]",
        services: Services,
        numbers: Numbers,
        receipts: Receipts,
        vault: Vault,
        filing: Filing,
    ) -> None:
        self._pool = pool
        self._services = services
        self._numbers = numbers
        self._receipts = receipts
        self._vault = vault
        self._filing = filing
        self._ratings = Ratings(pool, services, vault)

    async def take_in(self, incoming: Incoming, now: Instant, beside: Callable[[int], Rows] = lambda _: {}) -> int:
        """Return the contact that a message is, made now or when it was brought before.

        beside  rows of the channel that belong to the same transaction, given the contact
        Raises what the services raise when the ledger is away, AttachmentRefused for a file that may be kept later.
        """
        found = await self._pool.fetchrow(_QUERIES.message_by_key.sql, incoming.key)
        if found is None:
            await self._begin(incoming, now, beside)
            found = await self._pool.fetchrow(_QUERIES.message_by_key.sql, incoming.key)
            assert found is not None, incoming
        contact = int(found["contact_id"])
        await self._filing.file(incoming, contact, found["order_id"], found["person_id"], now)
        return contact

    async def _begin(self, incoming: Incoming, now: Instant, beside: Callable[[int], Rows]) -> None:
        rated = None if incoming.ends is not None else await self._ratings.read(incoming, now)
        if rated is not None:
            incoming = msgspec.structs.replace(incoming, heard=rated.matter)
        place = Belonging() if incoming.ends is not None else await self._belonging(incoming)
        contact = contact_id_of(await self._numbers.contact())
        person = self._vault.record(command_id(now, secrets.token_bytes(CHANCE_BYTES)), fields_of(incoming))
        if place.order is not None:
            try:
                await self._add(incoming, contact, person, place, now, beside)
            except (Refused, TextError) as refused:
                # It was closed or joined in between, or says nothing: then it is an agent's, like any other letter.
                log.info("a letter goes to the tray", contact=contact, order=place.order, reason=refused.code)
                place = Belonging(suggested=(place.order,))
            else:
                return
        rows = self._rows(incoming, contact, person, place, now) | beside(contact)
        if rated is not None and rated.call is not None:
            call = {"contact": rated.call, "by_contact": contact, "at": now, "score": rated.score}
            rows["call_ratings_write"] = [call]
        how: dict[str, Any] = {"channel": incoming.channel, "person": str(person.row.id), "who": person.who}
        command: course.Arrive = course.Arrive(id=command_of(incoming.key), by=incoming.by, **how)
        if incoming.ends is not None:
            command = course.WriteIn(id=command.id, by=incoming.by, matter=incoming.ends, **how)
        await self._services.meet(contact, command, now, **rows)
        log.info("a letter came in", contact=contact, channel=incoming.channel, silent=incoming.silent)

    async def _add(
        self,
        incoming: Incoming,
        contact: int,
        person: PersonRecord,
        place: Belonging,
        now: Instant,
        beside: Callable[[int], Rows],
    ) -> None:
        """Put the letter to the order of its sender; its words stand with the order's."""
        assert place.order is not None and place.contact is not None
        letter, id_ = incoming.letter, command_of(incoming.key)
        text = clean_text(letter.text or letter.subject)
        title = " ".join(letter.subject.split())[:_TITLE_MAX]
        words = Words(title, text, secrets.token_bytes(_SALT_BYTES))
        add = c.Add(id=id_, by="citizen", role="citizen", contact=place.contact, text_hash=words.hash())
        how = course.Arrive(id=id_, by="citizen", channel=incoming.channel, person=str(person.row.id), who=person.who)
        rows = self._rows(incoming, contact, person, place, now) | beside(contact)
        await self._services.add(place.order, add, now, words, "added", form=contact, arrival=how, **rows)
        log.info("a letter was put to its order", contact=contact, order=place.order, by=place.by)

    def _rows(
        self, incoming: Incoming, contact: int, person: PersonRecord, place: Belonging, now: Instant
    ) -> dict[str, list[Any]]:
        plain = msgspec.json.encode(incoming.letter)
        row = LetterRow(
            contact=contact,
            channel=incoming.channel,
            key=incoming.key.hex(),
            received=now,
            person=person.row.id,
            sealed=as_text(self._vault.lock(person.row, letter_place(contact), plain)),
            silent=incoming.silent,
            order=place.order,
            bound_by=place.by,
            suggested=place.suggested,
        )
        rows: dict[str, list[Any]] = {**person.rows, "messages_in_write": [row]}
        bounce = incoming.bounce
        if bounce is not None and bounce.failed and bounce.message is not None:
            error = f"came back as undeliverable {bounce.status}".strip()
            rows["outbox_returned"] = [{"id": str(bounce.message), "error": error, "at": now}]
        return rows

    async def _belonging(self, incoming: Incoming) -> Belonging:
        letter = incoming.letter
        words = f"{letter.subject}\n{letter.text}"
        numbers = numbers_in(words)
        known = await self._known_for(incoming)
        named = [row[0] for row in await self._pool.fetch(_QUERIES.orders_there.sql, list(map(order_id_of, numbers)))]
        answered = await self._pool.fetch(_QUERIES.outbox_subjects.sql, list(incoming.answers))
        coded = await self._coded(numbers, words) if len(numbers) == 1 else None
        subjects = [row[0] for row in answered if kind_of_chain(row[0]) == ORDER]
        return belonging(subjects, named, known, incoming.trusted, coded)

    async def _known_for(self, incoming: Incoming) -> list[Known]:
        """Return the orders whose citizen wrote, or was recorded, under this address or number."""
        who = await senders(Persons(self._pool, self._vault), incoming)
        rows = await self._pool.fetch(_QUERIES.orders_of_persons.sql, list(who))
        return [Known(row["order_id"], row["contact_id"], row["open"]) for row in rows]

    async def _coded(self, numbers: tuple[str, ...], words: str) -> Known | None:
        for code in codes_in(words):
            if await self._receipts.opens(numbers[0], code) is not None:
                row = await self._pool.fetchrow(_QUERIES.order_for_code.sql, order_id_of(numbers[0]))
                return None if row is None else Known(row["order_id"], row["contact_id"], row["open"])
        return None


def command_of(key: bytes) -> UUID:
    """Return the id of the command by which a message comes in, the same whoever brings it."""
    return uuid5(_SPACE, key.hex())


def fields_of(incoming: Incoming) -> PersonFields:
    """Return what a message tells of its sender; nothing of it is proved."""
    if incoming.person is not None:
        return incoming.person
    sender = incoming.letter.sender
    if incoming.channel == "sms":
        return PersonFields(numbers=(sender.address,) if sender.address else ())
    return PersonFields(name=sender.name, mail=sender.address)

"""How does a row of the outbox become a message with an address and words? Only now, when it is sent.

Numbers, names, what an agent wrote and the letter it answers are locked away until this
moment and kept nowhere after it.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import UUID

import msgspec

from lianxin.channels.addressing import Nobody, Told, address, secret_of
from lianxin.channels.channel import NotSent, Outgoing
from lianxin.channels.letters import Letter, letter_place, reply_place
from lianxin.channels.replying import REPLY
from lianxin.channels.wording import Wording
from lianxin.ground.clock import from_datetime
from lianxin.ground.store import load_queries
from lianxin.people.persons import Persons
from lianxin.people.vault import PersonErased, PersonRow, Vault

if TYPE_CHECKING:
    from asyncpg import Record

    from lianxin.people.persons import Reach

_QUERIES: Final = load_queries("lianxin.channels")
RATINGS: Final = frozenset({"rate_call", "rate"})
"""Templates that ask for a rating: whoever wrote STOP gets none of them, and everything else."""

_PREFIX: Final = re.compile(r"(?:re|aw|回复|答复)\s*[:：]\s*", re.IGNORECASE)
"""What mail programs put before the subject of an answer."""


class Background(NamedTuple):
    """What a round of messages needs to be composed, still locked.

    people   persons they go to
    letters  person -> contact and letter by which that person wrote to us
    replies  message -> what an agent wrote
    stopped  keyed hashes of numbers that want to be asked for no more ratings
    """

    people: Mapping[UUID, PersonRow]
    letters: Mapping[UUID, tuple[int, bytes]]
    replies: Mapping[UUID, bytes]
    stopped: frozenset[bytes]


class Composer:
    """Words messages. signature: who signs them."""

    def __init__(self, vault: Vault, wording: Wording, signature: str) -> None:
        self._vault = vault
        self._wording = wording
        self._signature = signature

    async def background(self, reach: "Reach", rows: "Sequence[Record]", told: Sequence[Told | None]) -> Background:
        """Read what these rows need."""
        named = [(row, one) for row, one in zip(rows, told, strict=True) if one is not None and one.person is not None]
        persons = {one.person for _, one in named if one.person is not None}
        people = await Persons(reach, self._vault).rows(persons)
        letters = await reach.fetch(_QUERIES.letters_of_persons.sql, list(persons))
        replies = [row["message_id"] for row, one in named if one.template == REPLY]
        asked = {one.person for _, one in named if one.template in RATINGS}
        numbers = await reach.fetch(_QUERIES.numbers_of.sql, list(asked)) if asked else []
        stopped = await reach.fetch(_QUERIES.stopped.sql, [row[0] for row in numbers]) if numbers else []
        return Background(
            people,
            {row["person_id"]: (row["contact_id"], row["sealed"]) for row in letters},
            {row[0]: row[1] for row in await reach.fetch(_QUERIES.replies_of.sql, replies)} if replies else {},
            frozenset(row[0] for row in stopped),
        )

    def compose(self, row: "Record", told: Told, doors: Collection[str], background: Background) -> Outgoing:
        """Return the message; its channel is the door it goes by.

        doors  the channels that are set up
        Raises Nobody, NotSent; VaultClosed when the house key does not fit.
        """
        if row["channel"] not in doors:
            raise NotSent(f"no {row['channel']} channel is set up here", lasting=True)
        channel, to = self._way(row["channel"], told, doors, background)
        letter = self._letter(told, background) if channel == "mail" else None
        if told.template == REPLY:
            text = self._reply(row["message_id"], told, background, channel)
            subject = ""
        else:
            secret = secret_of(told, background.people, self._vault)
            text = self._wording.text(told.template, told.order, self._signature, secret)
            subject = self._wording.subject(told.template, told.order, self._signature)
        return Outgoing(
            key=row["message_id"],
            channel=channel,
            template=told.template,
            order=told.order,
            to=to,
            subject=subject or answering(letter.subject if letter is not None else ""),
            text=text,
            made=from_datetime(row["made_at"]),
            answers="" if letter is None else letter.message_id,
            references=() if letter is None else letter.references,
            automatic=told.template != REPLY,
        )

    def _way(self, channel: str, told: Told, doors: Collection[str], background: Background) -> tuple[str, str]:
        """Return door and address: whoever has no mobile number but wrote by e-mail is told by e-mail."""
        try:
            to = address(told, channel, background.people, self._vault)
        except Nobody:
            by_mail = self._by_mail(told, background) if channel == "sms" and "mail" in doors else None
            if by_mail is None:
                raise
            return "mail", by_mail
        if told.template in RATINGS and not background.stopped.isdisjoint(map(bytes.fromhex, self._vault.lookups(to))):
            raise Nobody("asked to be asked for no more ratings")
        return channel, to

    def _by_mail(self, told: Told, background: Background) -> str | None:
        try:
            return address(told, "mail", background.people, self._vault)
        except Nobody:
            return None

    def _letter(self, told: Told, background: Background) -> Letter | None:
        """Return the letter by which this person wrote to us, so that the answer stands below it."""
        if told.person is None or told.person not in background.letters:
            return None
        contact, sealed = background.letters[told.person]
        plain = self._vault.unlock(background.people[told.person], letter_place(contact), sealed)
        return msgspec.json.decode(plain, type=Letter)

    def _reply(self, message: UUID, told: Told, background: Background, channel: str) -> str:
        if told.person is None or message not in background.replies:
            raise NotSent("what the agent wrote is not there", lasting=True)
        try:
            plain = self._vault.unlock(
                background.people[told.person], reply_place(message), background.replies[message]
            )
        except PersonErased:
            raise Nobody("the person was erased by law") from None
        words = plain.decode()
        return f"【{self._signature}】{words}" if channel == "sms" else f"{words}\n\n{self._signature}"


def answering(subject: str) -> str:
    """Return the subject of an answer: `Re: ` once, however often it went to and fro."""
    plain = subject.strip()
    while (found := _PREFIX.match(plain)) is not None:
        plain = plain[found.end() :]
    return f"Re: {plain}" if plain else "Re: 您的来信"

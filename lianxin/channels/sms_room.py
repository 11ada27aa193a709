"""Text messages on their way in: kept as they come, joined, and made into contacts, each once.

STOP and the like end the questions for a rating to that number, and nothing else: who is
owed an answer gets it.
"""

import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import msgspec
import structlog

from lianxin.channels.letters import Incoming, Letter
from lianxin.channels.mail_headers import Sender
from lianxin.channels.patience import Patience
from lianxin.channels.receiving import Receiving, Rows
from lianxin.channels.sealing import SealBroken, Sealer
from lianxin.channels.sms_inbox import SmsInbox
from lianxin.channels.sms_part import Kept, Part, Text, joined
from lianxin.ground.clock import DAY_MS, Instant, from_datetime, to_datetime
from lianxin.ground.store import load_queries
from lianxin.ground.store.away import is_away
from lianxin.people.numbers import national, normalised
from lianxin.people.vault import Vault

if TYPE_CHECKING:
    from asyncpg import Pool, Record

_QUERIES: Final = load_queries("lianxin.channels")
log = structlog.get_logger(__name__)

STOP_WORDS: Final = frozenset({"td", "t", "n", "stop", "unsubscribe", "退订", "不再评价", "0000"})
"""What people answer who want no more of it; 退订回T is what every commercial message in China tells them to write."""
KEPT_DAYS: Final = 30
"""So long a gateway's id is known; gateways repeat for hours."""
ROUND_MAX: Final = 500


class SmsRoom:
    """Takes text messages in.

    inboxes  gateways that are asked; others push
    """

    def __init__(
        self,
        pool: "Pool[Record]",
        receiving: Receiving,
        vault: Vault,
        sealer: Sealer,
        inboxes: Sequence[SmsInbox],
    ) -> None:
        self._pool = pool
        self._receiving = receiving
        self._patience = Patience()
        self._vault = vault
        self._parts = SmsParts(pool, vault, sealer)
        self._inboxes = inboxes

    async def work(self, now: Instant) -> Instant | None:
        """Take in what gateways have and what was pushed; return when an unfinished text is taken as it is."""
        for inbox in self._inboxes:
            try:
                for brought in await inbox.waiting():
                    await self._parts.keep(brought.part, now)
                    await inbox.taken(brought.token)
            except OSError as away:
                log.warning("a gateway for text messages is away", reason=type(away).__name__)
        texts, again = joined(await self._parts.waiting(), now)
        self._patience.begin()
        for text in texts:
            if self._patience.has_turn(text.key):
                await self._take(text, now)
        await self._pool.execute(_QUERIES.forget_parts.sql, to_datetime(now - KEPT_DAYS * DAY_MS))
        return again

    async def _take(self, text: Text, now: Instant) -> None:
        stop = is_stop(text.words)
        try:
            beside = _Beside(text.ids, self._vault.lookup(text.sender) if stop else None, now)
            await self._receiving.take_in(incoming_of(text, stop), now, beside)
        except Exception as failure:
            # Whatever is wrong with one text must not keep the others out of the books.
            if is_away(failure):
                raise
            failures = self._patience.failed(text.key)
            log.error("a text message cannot be taken in", failures=failures, kind=type(failure).__name__)
        else:
            self._patience.done(text.key)


class _Beside:
    """The rows of the channel that belong to the contact of a text."""

    def __init__(self, ids: tuple[str, ...], stop: str | None, now: Instant) -> None:
        self._ids = ids
        self._stop = stop
        self._now = now

    def __call__(self, contact: int) -> Rows:
        """Return the rows: the parts are taken; a number wants no more questions."""
        rows: Rows = {"sms_parts_taken": [{"id": id_, "contact": contact} for id_ in self._ids]}
        if self._stop is not None:
            rows["rating_stops_write"] = [{"number": self._stop, "since": self._now}]
        return rows


class SmsParts:
    """Parts as they wait in the database, locked."""

    def __init__(self, pool: "Pool[Record]", vault: Vault, sealer: Sealer) -> None:
        self._pool = pool
        self._vault = vault
        self._sealer = sealer
        self._closed: set[str] = set()

    async def keep(self, part: Part, now: Instant) -> bool:
        """Keep a part; False: this id was kept before, and nothing changes."""
        place = part.part
        kept = await self._pool.fetchval(
            _QUERIES.keep_part.sql,
            part.id,
            bytes.fromhex(self._vault.lookup(part.sender)),
            part.id if place is None else place.ref,
            1 if place is None else place.n,
            1 if place is None else place.of,
            to_datetime(now),
            self._sealer.sealed(msgspec.json.encode(part), part_place(part.id)),
        )
        return kept is not None

    async def waiting(self) -> list[Kept]:
        """Return the parts that are in no contact yet, the oldest first; one that no key opens waits for its key."""
        rows = await self._pool.fetch(_QUERIES.waiting_parts.sql, ROUND_MAX)
        return [kept for row in rows if (kept := self._kept(row)) is not None]

    def _kept(self, row: "Record") -> Kept | None:
        try:
            plain = self._sealer.opened(row["sealed"], part_place(row["gateway_id"]))
        except SealBroken:
            if row["gateway_id"] not in self._closed:
                self._closed.add(row["gateway_id"])
                log.error("the house key does not open a text message", id=row["gateway_id"])
            return None
        return Kept(msgspec.json.decode(plain, type=Part), from_datetime(row["arrived_at"]), row["sender"].hex())


def incoming_of(text: Text, stop: bool) -> Incoming:
    """Return a text as what comes in by any channel."""
    return Incoming(
        key=text.key,
        channel="sms",
        letter=Letter(
            sender=Sender("", national(normalised(text.sender))),
            text=text.words,
            notes=() if text.whole else ("parts_missing",),
        ),
        silent="stop" if stop else None,
    )


def part_place(gateway_id: str) -> str:
    """Return what a part is bound to."""
    return f"sms part {gateway_id}"


def is_stop(words: str) -> bool:
    """Return whether a text says nothing but that its sender wants no more of it."""
    plain = "".join(char for char in unicodedata.normalize("NFKC", words).casefold() if char.isalnum())
    return plain in STOP_WORDS

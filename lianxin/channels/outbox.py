"""The outbox (发件箱): every message gets out, once, or is put where people see it.

Claimed by FOR UPDATE SKIP LOCKED, sent while the claim is held, marked in the same
transaction. A crash between sending and marking sends again under the same key, which
the receiver knows. What fails is tried again with growing pauses, and after the last
attempt lies with the dead letters until somebody retries it.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import UUID

import msgspec
import structlog

from lianxin.channels.addressing import Nobody, Told
from lianxin.channels.channel import Channel, NotSent
from lianxin.channels.composing import Background, Composer
from lianxin.channels.wording import Wording
from lianxin.ground.clock import HOUR_MS, SECOND_MS, Instant, from_datetime, to_datetime
from lianxin.ground.site.settings import OutboxSettings
from lianxin.ground.store import load_queries
from lianxin.people.vault import Vault, VaultClosed

if TYPE_CHECKING:
    from asyncpg import Pool, Record

log = structlog.get_logger(__name__)

FIRST_PAUSE_MS: Final = 10 * SECOND_MS
LONGEST_PAUSE_MS: Final = HOUR_MS
SENT_AT_ONCE: Final = 8
BATCH: Final = 64
_QUERIES = load_queries("lianxin.channels")


class Delivered(NamedTuple):
    """What became of the messages of one round: sent, to be tried later, dead, dropped."""

    sent: int = 0
    later: int = 0
    dead: int = 0
    dropped: int = 0

    @property
    def claimed(self) -> int:
        """How many messages there were."""
        return sum(self)


class Letter(msgspec.Struct, frozen=True):
    """A message as an operator sees it; no address, no name."""

    id: UUID
    subject: int
    channel: str
    template: str | None
    order: str | None
    made: Instant
    due: Instant
    attempts: int
    error: str | None


class _Fate(NamedTuple):
    state: str
    due: Instant
    error: str | None


class Outbox:
    """Sends what waits.

    channels  `sms`, `mail`, `webhook` -> the door; one that is missing makes dead letters, never silence
    """

    def __init__(
        self,
        pool: "Pool[Record]",
        channels: Mapping[str, Channel],
        vault: Vault,
        wording: Wording,
        settings: OutboxSettings,
    ) -> None:
        self._pool = pool
        self._channels = channels
        self._composer = Composer(vault, wording, settings.signature)
        self._settings = settings
        self._doors = asyncio.Semaphore(SENT_AT_ONCE)

    async def deliver(self, now: Instant, limit: int = BATCH) -> Delivered:
        """Send up to `limit` messages whose time has come, and write down what became of each."""
        async with self._pool.acquire() as connection, connection.transaction():
            rows = await connection.fetch(_QUERIES.claim.sql, to_datetime(now), limit)
            if not rows:
                return Delivered()
            told = [_told(row["body"]) for row in rows]
            background = await self._composer.background(connection, rows, told)
            fates = await asyncio.gather(
                *(self._fate(row, one, background, now) for row, one in zip(rows, told, strict=True))
            )
            await connection.execute(
                _QUERIES.mark.sql,
                to_datetime(now),
                [row["message_id"] for row in rows],
                [fate.state for fate in fates],
                [to_datetime(fate.due) for fate in fates],
                [fate.error for fate in fates],
            )
        return _counted(fates)

    async def next_due(self) -> Instant | None:
        """Return when the next message is to be tried; None when none waits."""
        due = await self._pool.fetchval(_QUERIES.next_due.sql)
        return None if due is None else from_datetime(due)

    async def _fate(self, row: "Record", told: Told | None, background: Background, now: Instant) -> _Fate:
        about = {"message": str(row["message_id"]), "channel": row["channel"], "subject": row["subject_id"]}
        attempts = row["attempts"] + 1
        try:
            await self._send(row, told, background)
        except Nobody as reason:
            log.info("message dropped", **about, reason=str(reason))
            return _Fate("dropped", now, str(reason))
        except NotSent as failure:
            if failure.lasting or attempts >= self._settings.attempts_max:
                log.error("message is a dead letter now", **about, attempts=attempts, reason=failure.reason)
                return _Fate("dead", now, failure.reason)
            log.warning("message not sent", **about, attempts=attempts, reason=failure.reason)
            return _Fate("waiting", now + pause_ms(attempts), failure.reason)
        return _Fate("sent", now, None)

    async def _send(self, row: "Record", told: Told | None, background: Background) -> None:
        if told is None:
            raise NotSent("the message cannot be read", lasting=True)
        try:
            message = self._composer.compose(row, told, self._channels.keys(), background)
        except VaultClosed:
            raise NotSent("the house key does not open the record") from None
        try:
            async with self._doors, asyncio.timeout(self._settings.timeout_s):
                await self._channels[message.channel].send(message)
        except TimeoutError:
            raise NotSent("no answer in time") from None
        except NotSent:
            raise
        except Exception as failure:
            # A fault in one door must not stop the others; its type is kept, its text may carry an address.
            log.error("channel broke", channel=message.channel, kind=type(failure).__name__)
            raise NotSent(f"the channel broke: {type(failure).__name__}") from None


def pause_ms(attempts: int) -> int:
    """Return how long to wait after so many attempts (1 or more): 10 s, doubled each time, an hour at most."""
    return min(FIRST_PAUSE_MS << min(attempts - 1, 20), LONGEST_PAUSE_MS)


async def counts(pool: "Pool[Record]") -> dict[str, int]:
    """Return how many messages are waiting, sent, dead, dropped; states without any are left out."""
    return {row[0]: row[1] for row in await pool.fetch(_QUERIES.counts.sql)}


async def letters(pool: "Pool[Record]", state: str, limit: int = 100) -> tuple[Letter, ...]:
    """Return messages in a state, the oldest first."""
    return tuple(map(_letter, await pool.fetch(_QUERIES.letters.sql, state, limit)))


async def retry(pool: "Pool[Record]", message_id: UUID | None, now: Instant) -> int:
    """Let a dead letter (None: every one) be tried again; return how many there were."""
    return int(await pool.fetchval(_QUERIES.retry.sql, to_datetime(now), message_id))


def _told(body: str) -> Told | None:
    try:
        return msgspec.json.decode(body, type=Told)
    except msgspec.DecodeError:
        return None


def _letter(row: "Record") -> Letter:
    return Letter(
        row["message_id"],
        row["subject_id"],
        row["channel"],
        row["template"],
        row["number"],
        from_datetime(row["made_at"]),
        from_datetime(row["due_at"]),
        row["attempts"],
        row["last_error"],
    )


def _counted(fates: Sequence[_Fate]) -> Delivered:
    states = [fate.state for fate in fates]
    return Delivered(states.count("sent"), states.count("waiting"), states.count("dead"), states.count("dropped"))

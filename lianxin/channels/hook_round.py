"""Webhooks on their way: entries become deliveries, deliveries become requests, each until it is taken.

Every entry that anybody may have to be told of lies in the queue since its own transaction.
It becomes one delivery per webhook that wants it and whose reader may see the order; of one
order the deliveries go out in the order of its entries, and a receiver that is away keeps
only its own waiting. A crash between sending and noting sends again under the same id.
"""

import asyncio
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import structlog

from lianxin.channels.hook_sending import Answer, HookSender
from lianxin.channels.hook_topics import body_of, kinds_and_topics
from lianxin.channels.hooks import secret_place
from lianxin.channels.outbox import pause_ms
from lianxin.channels.sealing import SealBroken, Sealer
from lianxin.ground.clock import SECOND_MS, Instant, from_datetime, to_datetime
from lianxin.ground.store import load_queries

if TYPE_CHECKING:
    from asyncpg import Connection, Pool, Record
    from asyncpg.pool import PoolConnectionProxy

    Reach = Connection[Record] | PoolConnectionProxy[Record]

_QUERIES: Final = load_queries("lianxin.channels")
log = structlog.get_logger(__name__)

SPREAD_MAX: Final = 500
BATCH: Final = 32
SENT_AT_ONCE: Final = 8
ELSEWHERE_MS: Final = SECOND_MS
"""What is due and not to be had is in another worker's hands."""


class Sent(NamedTuple):
    """What became of one round."""

    sent: int = 0
    later: int = 0
    dead: int = 0
    dropped: int = 0

    @property
    def claimed(self) -> int:
        """How many deliveries there were."""
        return sum(self)


class _Fate(NamedTuple):
    state: str
    due: Instant
    error: str | None
    answer: Answer | None


class HookRound:
    """Spreads and sends.

    attempts_max  how often one is tried before it is dead
    """

    def __init__(self, pool: "Pool[Record]", sender: HookSender, sealer: Sealer, attempts_max: int) -> None:
        self._pool = pool
        self._sender = sender
        self._sealer = sealer
        self._attempts_max = attempts_max
        self._hands = asyncio.Semaphore(SENT_AT_ONCE)

    async def spread(self, now: Instant, limit: int = SPREAD_MAX) -> int:
        """Turn up to `limit` entries of the queue into deliveries; return how many entries that were.

        One worker at a time does it, so that no later entry of an order is ahead of an earlier one.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            if not await connection.fetchval(_QUERIES.take_turn.sql):
                return 0
            rows = await connection.fetch(_QUERIES.hook_queue.sql, limit)
            if not rows:
                return 0
            told = kinds_and_topics(row["kind"] for row in rows)
            await connection.execute(
                _QUERIES.spread.sql,
                to_datetime(now),
                [kind for kind, _ in told],
                [topic for _, topic in told],
                [row["n"] for row in rows],
            )
            await connection.execute(_QUERIES.unqueue.sql, [row["n"] for row in rows])
        return len(rows)

    async def deliver(self, now: Instant, limit: int = BATCH) -> Sent:
        """Send up to `limit` deliveries whose time has come, and note what became of each."""
        async with self._pool.acquire() as connection, connection.transaction():
            rows = await connection.fetch(_QUERIES.claim_deliveries.sql, to_datetime(now), limit)
            fates = await asyncio.gather(*(self._fate(row, now) for row in rows))
            for row, fate in zip(rows, fates, strict=True):
                await self._note(connection, row, fate, now)
        states = [fate.state for fate in fates]
        return Sent(*(states.count(state) for state in ("sent", "waiting", "dead", "dropped")))

    async def work(self, now: Instant) -> Instant | None:
        """Spread and send; return when there is more to do, None when nothing waits."""
        spread = await self.spread(now)
        sent = await self.deliver(now)
        if spread >= SPREAD_MAX or sent.claimed:
            return now
        due = await self._pool.fetchval(_QUERIES.next_delivery.sql)
        return None if due is None else max(from_datetime(due), now + ELSEWHERE_MS)

    async def close(self) -> None:
        """Close what is open."""
        await self._sender.close()

    async def _fate(self, row: "Record", now: Instant) -> _Fate:
        if not row["visible"]:
            return _Fate("dropped", now, "the order is not to be seen any more", None)
        try:
            secret = self._sealer.opened(row["secret"], secret_place(row["webhook_id"]))
        except SealBroken:
            return _Fate("waiting", now + pause_ms(row["attempts"] + 1), "the house key does not open the secret", None)
        body = body_of(row["kind"], row["number"] or "", row["seq"], from_datetime(row["at"]))
        async with self._hands:
            answer = await self._sender.send(row["url"], secret, row["delivery_id"], body)
        attempts = row["attempts"] + 1
        about: dict[str, Any] = {"webhook": str(row["webhook_id"]), "delivery": str(row["delivery_id"])}
        if answer.taken:
            return _Fate("sent", now, None, answer)
        reason = answer.excerpt if answer.status is None else f"the receiver answered {answer.status}"
        if answer.lasting or attempts >= self._attempts_max:
            log.error("webhook is dead now", **about, attempts=attempts, status=answer.status)
            return _Fate("dead", now, reason, answer)
        log.warning("webhook not taken", **about, attempts=attempts, status=answer.status)
        return _Fate("waiting", now + pause_ms(attempts), reason, answer)

    async def _note(self, connection: "Reach", row: "Record", fate: _Fate, now: Instant) -> None:
        id_, n = row["delivery_id"], row["attempts"] + 1
        at = to_datetime(now)
        await connection.execute(_QUERIES.mark_delivery.sql, fate.state, to_datetime(fate.due), at, fate.error, id_)
        if fate.answer is not None:
            answer = fate.answer
            await connection.execute(
                _QUERIES.note_attempt.sql, id_, n, at, answer.status, answer.duration_ms, answer.excerpt
            )

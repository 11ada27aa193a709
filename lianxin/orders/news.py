"""The news of those who follow orders (跟踪人的消息), and leaders' instructions with their answers, as desks read them.

`reader` is the work number of who asks (`Who.number`), `by` the key under which they act
(`Who.by`): an order that one may not see any more tells nothing.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec

from lianxin.ground.clock import Instant, from_datetime, to_datetime
from lianxin.ground.store import load_queries

if TYPE_CHECKING:
    from asyncpg import Pool, Record

_QUERIES = load_queries("lianxin.orders")
SHOWN_MAX: Final = 100
"""So many are read at once; the rest waits until these were seen."""


class News(msgspec.Struct, frozen=True):
    """One piece.

    kind  of the order's entry `seq`, or `urge_answered`
    followed  the order is open, and the reader is still its tracker
    """

    order_id: int
    number: str
    title: str
    seq: int
    kind: str
    at: Instant
    followed: bool


class Instructed(msgspec.Struct, frozen=True):
    """An instruction (批示); due None: its year has no calendar yet. answered None: nobody has answered."""

    order_id: int
    number: str
    state: str
    n: int
    by: str
    at: Instant
    due: Instant | None
    text: str
    answered: Instant | None = None
    answered_by: str | None = None
    answer: str = ""


async def unseen(pool: "Pool[Record]", reader: str, by: str, limit: int = SHOWN_MAX) -> tuple[News, ...]:
    """Return what this person has not seen yet, the latest first."""
    rows = await pool.fetch(_QUERIES.unseen_news.sql, reader, by, limit)
    return tuple(
        News(
            order_id=row["order_id"],
            number=row["number"],
            title=row["title"] or "",
            seq=row["seq"],
            kind=row["kind"],
            at=from_datetime(row["at"]),
            followed=row["followed"],
        )
        for row in rows
    )


async def unseen_count(pool: "Pool[Record]", reader: str, by: str) -> int:
    """Return how many pieces of news this person has not seen yet."""
    return int(await pool.fetchval(_QUERIES.unseen_count.sql, reader, by))


async def see(pool: "Pool[Record]", by: str, order_id: int, seq: int, now: Instant) -> int:
    """Mark an order's news up to an entry as seen by this person; return how many were. Nobody marks another's."""
    return len(await pool.fetch(_QUERIES.see_news.sql, to_datetime(now), by, order_id, seq))


async def instructions_of(pool: "Pool[Record]", reader: str, order_id: int) -> tuple[Instructed, ...]:
    """Return the instructions on an order, in the order in which they were written; none of one not to be seen."""
    return tuple(map(_instructed, await pool.fetch(_QUERIES.instructions_of.sql, reader, order_id)))


async def unanswered(pool: "Pool[Record]", reader: str, limit: int = SHOWN_MAX) -> tuple[Instructed, ...]:
    """Return the instructions that wait for an answer, the most urgent first."""
    return tuple(map(_instructed, await pool.fetch(_QUERIES.unanswered_instructions.sql, reader, limit)))


async def instructions_by(pool: "Pool[Record]", reader: str, by: str, limit: int = SHOWN_MAX) -> tuple[Instructed, ...]:
    """Return what somebody wrote, the latest first, with what became of it."""
    return tuple(map(_instructed, await pool.fetch(_QUERIES.instructions_by.sql, reader, by, limit)))


def _instructed(row: "Record") -> Instructed:
    return Instructed(
        order_id=row["order_id"],
        number=row["number"],
        state=row["state"],
        n=row["n"],
        by=row["by"],
        at=from_datetime(row["at"]),
        due=_instant(row["due_at"]),
        text=row["text"] or "",
        answered=_instant(row["answered_at"]),
        answered_by=row["answered_by"],
        answer=row["answer"] or "",
    )


def _instant(at: datetime | None) -> Instant | None:
    return None if at is None else from_datetime(at)

"""How is a piece of text found among a million orders, newest first, and nothing left out?

Two ways lead through the texts. Backwards from the newest, looking at each: quick for what
stands in every hundredth text. By the index of grams: quick for what is rare, and slow for
what is not, for it must fetch every match before it knows the newest. Which way is better
depends on how often the words stand together, which no statistics of single grams tell. So
the newest texts are looked at first; what is found there decides how to go on. Both ways
cost the same, some 13 ms, where three texts in a thousand match.

Grams only say what may match; each text is compared with the words itself, for as long as
it takes to fill the page: a search never ends before its texts do.
"""

from collections.abc import AsyncIterator, Sequence, Sized
from typing import TYPE_CHECKING, Final

from lianxin.ground.store import load_queries
from lianxin.ground.text import normalise, query_grams

if TYPE_CHECKING:
    from asyncpg import Pool, Record
    from asyncpg.pool import PoolConnectionProxy

_QUERIES = load_queries("lianxin.orders")
_ABOVE_ALL: Final = 2**63 - 1
WINDOW: Final = 2_048
"""Texts looked at before the next decision."""
FREQUENT: Final = 0.003
"""Share of matching texts from which on looking at each is quicker than the index (measured on a million)."""
PORTION: Final = 256
"""Texts compared with the words at once, of those the index knows."""
SEEN_LEAST: Final = 0.25
"""Where a reader sees a smaller share of a portion, what they may not see is first left out of all that follow."""


async def matching_orders(pool: "Pool[Record]", reader: str, query: str, below: int | None, most: int) -> list[int]:
    """Return the ids of the newest `most` orders with a text that contains the query, newest first.

    reader  work number of who searches: what they may not see is not found, and does not count
    below   only orders with a smaller id
    A query without a character to look for finds nothing.
    """
    grams, needle = query_grams(query), normalise(query)
    found: dict[int, None] = {}
    if not grams:
        return []
    async with pool.acquire() as db:
        async for rows in _candidates(db, reader, grams, (_ABOVE_ALL if below is None else below, 0), found):
            found |= dict.fromkeys(row["order_id"] for row in rows if _has(row, needle))
            if len(found) >= most:
                break
    return list(found)[:most]


def _has(row: "Record", needle: str) -> bool:
    return needle in normalise(row["text"]) or needle in normalise(row["title"])


async def _candidates(
    db: "PoolConnectionProxy[Record]", reader: str, grams: list[int], edge: tuple[int, int], found: Sized
) -> "AsyncIterator[Sequence[Record]]":
    """Yield all texts behind the edge that have the grams and may be seen, newest first, in portions.

    found  what the caller has found among those it was given; that decides how to go on
    """
    looked_at = 0
    while len(found) >= FREQUENT * looked_at:
        end = await db.fetchrow(_QUERIES.end_of_window.sql, *edge, WINDOW)
        yield await db.fetch(_QUERIES.newest_texts_with.sql, *edge, WINDOW, reader, grams)
        if end is None:
            return
        edge, looked_at = (end["order_id"], end["n"]), looked_at + WINDOW
    places = [tuple(row) for row in await db.fetch(_QUERIES.all_with.sql, grams, *edge)]
    start = 0
    while start < len(places):
        order_ids, ns = zip(*places[start : start + PORTION], strict=True)
        rows = await db.fetch(_QUERIES.texts_at.sql, order_ids, ns, reader)
        yield rows
        start += PORTION
        if start < len(places) and len(rows) < SEEN_LEAST * len(order_ids):
            order_ids, ns = zip(*places[start:], strict=True)
            places = [tuple(row) for row in await db.fetch(_QUERIES.seen_among.sql, order_ids, ns, reader)]
            start = 0

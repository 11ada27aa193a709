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

from collections.abc import AsyncIterator, Sequence
from itertools import chain, repeat
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
_PORTIONS: Final = (64, 2_000, 20_000)
"""Matches fetched from the index at once: few if all are real, more where only the grams matched."""


async def matching_orders(pool: "Pool[Record]", query: str, below: int | None, most: int) -> list[int]:
    """Return the ids of the newest `most` orders with a text that contains the query, newest first.

    below  only orders with a smaller id
    A query without a character to look for finds nothing.
    """
    grams, needle = query_grams(query), normalise(query)
    found: dict[int, None] = {}
    if not grams:
        return []
    async with pool.acquire() as db:
        async for rows in _candidates(db, grams, (_ABOVE_ALL if below is None else below, 0)):
            for row in rows:
                if needle in normalise(row["title"]) or needle in normalise(row["text"]):
                    found[row["order_id"]] = None
                    if len(found) == most:
                        return list(found)
    return list(found)


async def _candidates(
    db: "PoolConnectionProxy[Record]", grams: list[int], edge: tuple[int, int]
) -> "AsyncIterator[Sequence[Record]]":
    """Yield all texts behind the edge that have the grams, newest first, in portions."""
    looked_at = matched = 0
    while matched >= FREQUENT * looked_at:
        end = await db.fetchrow(_QUERIES.end_of_window.sql, *edge, WINDOW)
        yield (rows := await db.fetch(_QUERIES.newest_texts_with.sql, *edge, WINDOW, grams))
        if end is None:
            return
        edge, looked_at, matched = (end["order_id"], end["n"]), looked_at + WINDOW, matched + len(rows)
    for portion in chain(_PORTIONS, repeat(_PORTIONS[-1])):
        yield (rows := await db.fetch(_QUERIES.all_texts_with.sql, grams, *edge, portion))
        if len(rows) < portion:
            return
        edge = rows[-1]["order_id"], rows[-1]["n"]

"""What do lists, searches and task lists of the knowledge base read? Values come out, no row leaves this file.

A search first looks for items that have all pairs of characters of what was typed, then, for
whole sentences that stand nowhere word for word, for those whose title and questions share
most of them. What holds today comes first; what has expired is shown as such.
"""

from datetime import date
from typing import TYPE_CHECKING, Any, Final

import msgspec

from lianxin.ground.clock import Instant, from_datetime
from lianxin.ground.store import load_queries
from lianxin.ground.text import query_grams
from lianxin.knowledge.item import ItemEntry, item_chain, parse_name

if TYPE_CHECKING:
    from asyncpg import Pool, Record

_QUERIES = load_queries("lianxin.knowledge")
PAGE: Final = 50
HITS: Final = 12
_ALIKE_LEAST: Final = 0.4
"""Of what a sentence is like, only that is shown which comes to this part of the likeliest."""
QUERY_MOST: Final = 64
_decode_entry = msgspec.json.Decoder(ItemEntry).decode


class Line(msgspec.Struct, frozen=True):
    """An item in a list; `version` 0: nothing is written yet, `pending` the version that is."""

    number: int
    state: str
    unit: str
    owner: str
    version: int
    pending: int | None
    pending_state: str | None
    confirmed: bool
    title: str
    answer: str
    category: str
    region: str
    form: str
    public: bool
    valid_from: date | None
    valid_to: date | None
    urgent: bool
    changed: Instant

    def expired(self, today: date) -> bool:
        """Whether what is published has passed its last day."""
        return self.state == "published" and self.valid_to is not None and self.valid_to < today


class Hit(msgspec.Struct, frozen=True):
    """An item that a search found; `name` as a direct answer names it; usable: it holds today."""

    name: str
    number: int
    version: int
    title: str
    answer: str
    unit: str
    category: str
    region: str
    valid_from: date | None
    valid_to: date | None
    usable: bool
    urgent: bool
    confirmed: bool


class Waiting(msgspec.Struct, frozen=True):
    """A version that waits for a second person."""

    number: int
    version: int
    unit: str
    title: str
    writers: tuple[str, ...]
    confirmed: bool
    since: Instant


class OpenTask(msgspec.Struct, frozen=True):
    """A task of an item's owner."""

    number: int
    title: str
    unit: str
    owner: str
    id: int
    kind: str
    version: int
    made: Instant
    due: Instant | None
    urgent: bool
    words: str
    by: str


class Filters(msgspec.Struct, frozen=True):
    """What a list is narrowed to; empty: everything. state: one of an item's, or review, expired."""

    state: str = ""
    unit: str = ""
    category: str = ""
    region: str = ""


class KnowledgeReader:
    """Reads lists. The pool's connections enter as the application role."""

    def __init__(self, pool: "Pool[Record]") -> None:
        self._pool = pool

    async def listed(self, filters: Filters, today: date, after: int = 0) -> tuple[Line, ...]:
        """Return up to PAGE + 1 items behind a number."""
        rows = await self._pool.fetch(
            _QUERIES.listed.sql,
            filters.state,
            today,
            filters.unit,
            filters.category,
            filters.region,
            after,
            PAGE + 1,
        )
        return tuple(map(_line, rows))

    async def search(self, query: str, today: date, *, public_only: bool = False, most: int = HITS) -> tuple[Hit, ...]:
        """Return the published items that fit what was typed, those that hold today first."""
        typed = " ".join(query.split())[:QUERY_MOST]
        grams = query_grams(typed)
        if not grams:
            return ()
        rows = list(await self._pool.fetch(_QUERIES.containing.sql, grams, public_only, today, most))
        named = parse_name(typed)
        if named is not None:
            rows = [*await self._pool.fetch(_QUERIES.numbered.sql, named[0], public_only), *rows]
        if len(rows) < most and len(typed) > 1:
            alike = await self._pool.fetch(_QUERIES.alike.sql, grams, public_only, today, most)
            best = max((row["score"] for row in alike), default=0.0)
            rows += [row for row in alike if row["score"] >= _ALIKE_LEAST * best]
        hits = {row["number"]: _hit(row, today) for row in reversed(rows)}
        order = dict.fromkeys(row["number"] for row in rows)
        return tuple(sorted((hits[number] for number in order), key=lambda hit: not hit.usable))[:most]

    async def course(self, number: int) -> tuple[ItemEntry, ...]:
        """Return what happened to an item, the latest first."""
        rows = await self._pool.fetch(_QUERIES.course.sql, item_chain(number))
        return tuple(_decode_entry(row["body"]) for row in rows)

    async def in_review(self, unit: str | None) -> tuple[Waiting, ...]:
        """Return the versions that wait for a second person; unit None: of all units."""
        rows = await self._pool.fetch(_QUERIES.in_review.sql, unit or "")
        return tuple(
            Waiting(
                row["number"],
                row["pending"],
                row["unit"],
                row["title"],
                tuple(row["writers"]),
                row["confirmed"],
                from_datetime(row["changed_at"]),
            )
            for row in rows
        )

    async def tasks(self, unit: str | None, most: int = 200) -> tuple[OpenTask, ...]:
        """Return open tasks, the most urgent first; unit None: of all units."""
        return tuple(map(_task, await self._pool.fetch(_QUERIES.open_tasks.sql, unit or "", most)))

    async def overdue(self, unit: str | None, now: Instant, most: int = 200) -> tuple[OpenTask, ...]:
        """Return the open tasks whose date has passed, the oldest first; unit None: of all units."""
        return tuple(task for task in await self.tasks(unit, most) if task.due is not None and task.due <= now)

    async def waiting(self, unit: str | None) -> tuple[int, int]:
        """Return how many tasks and how many versions wait."""
        row = await self._pool.fetchrow(_QUERIES.waiting.sql, unit or "")
        assert row is not None
        return row["tasks"], row["reviews"]

    async def counts(self, today: date) -> dict[str, int]:
        """Return how many items there are: published (expired among them), withdrawn, draft, wanted, review."""
        rows = await self._pool.fetch(_QUERIES.counted.sql, today)
        counts = {row["state"]: row["items"] for row in rows}
        counts["expired"] = sum(row["expired"] for row in rows if row["state"] == "published")
        counts["review"] = sum(row["in_review"] for row in rows)
        return counts

    async def uses(self, number: int, reader: str) -> dict[int, int]:
        """Return by version how many citizens were answered with it, of the contacts that this person sees."""
        return {row["version"]: row["uses"] for row in await self._pool.fetch(_QUERIES.used.sql, reader, number)}


def _line(row: Any) -> Line:
    plain = {name: row[name] for name in Line.__struct_fields__ if name != "changed"}
    return Line(**plain, changed=from_datetime(row["changed_at"]))


def _hit(row: Any, today: date) -> Hit:
    begin, end = row["valid_from"], row["valid_to"]
    return Hit(
        name=f"K{row['number']} v{row['version']}",
        number=row["number"],
        version=row["version"],
        title=row["title"],
        answer=row["answer"],
        unit=row["unit"],
        category=row["category"],
        region=row["region"],
        valid_from=begin,
        valid_to=end,
        usable=(begin is None or begin <= today) and (end is None or end >= today),
        urgent=row["urgent"],
        confirmed=row["confirmed"],
    )


def _task(row: Any) -> OpenTask:
    due = row["due_at"]
    return OpenTask(
        row["number"],
        row["title"],
        row["unit"],
        row["owner"],
        row["task_id"],
        row["kind"],
        row["version"],
        from_datetime(row["made_at"]),
        None if due is None else from_datetime(due),
        row["urgent"],
        row["words"],
        row["by"],
    )

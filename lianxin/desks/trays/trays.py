"""How is a tray read? Always as somebody: what they may not see lies in no tray of theirs."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from lianxin.access import Who
from lianxin.desks.trays.tray import Place, Tray, TrayPage, TrayRow
from lianxin.ground.clock import Instant, from_datetime, to_datetime
from lianxin.ground.store import load_queries

if TYPE_CHECKING:
    from asyncpg import Pool, Record

_QUERIES = load_queries("lianxin.desks.trays")
PAGE: Final = 50
MOST: Final = 1_000
"""A tray with more is said to have more than this; nobody counts further."""
_BEGINNING: Final = datetime.min.replace(tzinfo=UTC)
_END: Final = datetime.max.replace(tzinfo=UTC)
SHOWN_MAX: Final = 200


class Trays:
    """Reads trays. The pool's connections enter as the application role."""

    def __init__(self, pool: "Pool[Record]") -> None:
        self._pool = pool

    async def page(self, who: Who, tray: Tray, now: Instant, after: Place | None = None) -> TrayPage:
        """Return up to PAGE orders of a tray behind a place, most urgent first."""
        keys = tray.keys(who)
        if not keys:
            return TrayPage((), "", first=True)
        at, order_id = (_BEGINNING, 0) if after is None else (_date(after), after.order_id)
        rows = await self._pool.fetch(
            getattr(_QUERIES, f"by_{tray.way}").sql,
            who.number,
            list(keys),
            list(tray.states),
            to_datetime(now) if tray.overdue else None,
            at,
            order_id,
            PAGE + 1,
        )
        shown = tuple(_row(row) for row in rows[:PAGE])
        place = _place(shown[-1], tray) if len(rows) > PAGE else ""
        return TrayPage(shown, str(place), first=after is None)

    async def count(self, who: Who, tray: Tray, now: Instant) -> int:
        """Return how many orders lie in a tray; MOST stands for that many or more."""
        keys = tray.keys(who)
        if not keys:
            return 0
        statement = getattr(_QUERIES, f"count_{tray.way}").sql
        before = to_datetime(now) if tray.overdue else None
        return int(await self._pool.fetchval(statement, who.number, list(keys), list(tray.states), before, MOST))

    async def shown(self, who: Who, numbers: Sequence[str]) -> dict[str, TrayRow]:
        """Return these orders as they are now, those that the reader may still see, by number."""
        rows = await self._pool.fetch(_QUERIES.shown.sql, who.number, list(numbers[:SHOWN_MAX]))
        return {row["number"]: _row(row) for row in rows}


def _place(row: TrayRow, tray: Tray) -> Place:
    date = row.next if tray.way == "tracker" else row.due
    return Place(-1 if date is None else date, row.order_id)


def _date(place: Place) -> datetime:
    return _END if place.at < 0 else to_datetime(place.at)


def _row(row: Any) -> TrayRow:
    def instant(name: str) -> Instant | None:
        return None if row[name] is None else from_datetime(row[name])

    opened = instant("opened_at")
    assert opened is not None
    return TrayRow(
        row["order_id"],
        row["number"],
        row["title"] or row["number"],
        row["state"],
        row["holder"],
        instant("held_since"),
        row["offered_to"],
        row["tracker"],
        row["unit"],
        row["category"],
        row["region"],
        row["urgency"],
        tuple(row["flags"]),
        opened,
        instant("due_at"),
        instant("next_at"),
    )

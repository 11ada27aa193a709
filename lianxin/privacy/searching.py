"""Whose number is this? Orders by the whole number of a citizen, or by its last four digits.

Only orders that the reader sees; of a whistle-blower only for whoever may know them, and
never by four digits. Every search stands in the access log, without the number; who
searches too often is stopped, for four digits have only ten thousand endings.
"""

import re
import unicodedata
from typing import TYPE_CHECKING, Final

import msgspec

from lianxin.access.who import Who
from lianxin.ground.clock import HOUR_MS, Instant, from_datetime, to_datetime
from lianxin.ground.store import load_queries
from lianxin.people.identities import Identities
from lianxin.people.numbers import LAST_DIGITS
from lianxin.privacy.looks import Looks

if TYPE_CHECKING:
    from asyncpg import Pool, Record

SEARCHERS: Final = (
    "agent",
    "seat_enterprise",
    "seat_dialect",
    "shift_lead",
    "reviewer",
    "dispatcher",
    "followup_caller",
    "supervisor",
    "duty_manager",
)
"""Roles whose work begins with a caller."""
A_HOUR_MAX: Final = 120
FOUND_MAX: Final = 100
DIGITS_MAX: Final = 20
_QUERIES = load_queries("lianxin.privacy")


class SearchRefused(Exception):
    """Nothing was searched; `code` says why: too_short, too_many."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class FoundOrder(msgspec.Struct, frozen=True):
    """An order of the citizen, as lists show it."""

    number: str
    title: str
    state: str
    category: str
    holder: str | None
    opened: Instant


class PeopleSearch:
    """Finds orders by a citizen's number."""

    def __init__(self, pool: "Pool[Record]", identities: Identities, looks: Looks) -> None:
        self._pool = pool
        self._identities = identities
        self._looks = looks

    async def find(self, who: Who, number: str, now: Instant) -> tuple[FoundOrder, ...]:
        """Return the seen orders of everybody with this number, the latest first; at most FOUND_MAX.

        number  in any way of writing it, or its last four digits
        Raises SearchRefused.
        """
        digits = _digits(number)
        if not LAST_DIGITS <= len(digits) <= DIGITS_MAX:
            raise SearchRefused("too_short")
        since = to_datetime(now - HOUR_MS)
        if await self._pool.fetchval(_QUERIES.searched_since.sql, who.number, since) >= A_HOUR_MAX:
            raise SearchRefused("too_many")
        whole = len(digits) > LAST_DIGITS
        await self._looks.note(who, None, "search", now, "whole" if whole else "last_four")
        persons = await self._identities.persons.find(number if whole else digits, FOUND_MAX)
        apart = await self._identities.orders_with(who.number, number) if whole else ()
        rows = await self._pool.fetch(_QUERIES.orders_of_persons.sql, who.number, list(persons), list(apart), FOUND_MAX)
        return tuple(map(_order, rows))


def _digits(number: str) -> str:
    return re.sub(r"\D", "", unicodedata.normalize("NFKC", number))


def _order(row: "Record") -> FoundOrder:
    return FoundOrder(
        row["number"],
        row["title"] or row["number"],
        row["state"],
        row["category"],
        row["holder"],
        from_datetime(row["opened_at"]),
    )

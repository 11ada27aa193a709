"""What stands in the access log? For the auditor: by person, order and time, a page at a time."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, Final

import msgspec

from lianxin.ground.clock import Instant, from_datetime, to_datetime
from lianxin.ground.ledger import CONTACT, ORDER, chain_of, digits_of, kind_of_chain
from lianxin.ground.store import load_queries
from lianxin.ground.text import as_number, digits, parse_number

if TYPE_CHECKING:
    from asyncpg import Connection, Pool, Record
    from asyncpg.pool import PoolConnectionProxy

    Reach = Connection[Record] | PoolConnectionProxy[Record]

PAGE: Final = 50
_A_TIME: Final = 2_000
_QUERIES = load_queries("lianxin.privacy")
_FIRST: Final = 2**62
_NO_LIMIT: Final = 2**31 - 1


class Asked(msgspec.Struct, frozen=True):
    """Which looks are asked for; what is None or empty is not asked.

    who       work number or officer's id
    subjects  chains of orders or contacts
    since, before   instants
    """

    who: str = ""
    subjects: tuple[int, ...] = ()
    what: str = ""
    since: Instant | None = None
    before: Instant | None = None


class LookLine(msgspec.Struct, frozen=True):
    """A look as people read it; `number` of the order or contact it was about, "" for none."""

    id: int
    at: Instant
    who: str
    what: str
    number: str
    order: bool
    about: str
    session: str
    address: str


async def page_of(pool: "Pool[Record]", asked: Asked, below: int | None = None) -> tuple[LookLine, ...]:
    """Return the looks asked for below a number, the latest first; one more than a page shows where there are more."""
    return await _read(pool, asked, _FIRST if below is None else below, PAGE + 1)


async def all_of(pool: "Pool[Record]", asked: Asked) -> AsyncIterator[LookLine]:
    """Yield every look asked for, the latest first."""
    below = _FIRST
    while lines := await _read(pool, asked, below, _A_TIME):
        for line in lines:
            yield line
        below = lines[-1].id


def subjects_of(number: str) -> tuple[int, ...]:
    """Return the chains that a number may name: an order's and a contact's. Raises NumberError."""
    plain = digits(parse_number(number))
    return chain_of(ORDER, plain), chain_of(CONTACT, plain)


async def looks_over(reach: "Reach", before: Instant) -> tuple[int, int]:
    """Return up to which number looks were sealed before an instant, and how many of those there still are."""
    through = await reach.fetchval(_QUERIES.looks_through.sql, to_datetime(before)) or 0
    return through, int(await reach.fetchval(_QUERIES.looks_up_to.sql, through))


async def let_looks_go(reach: "Reach", through: int) -> int:
    """Let the looks up to a number go, by rule; return how many there were."""
    return int(await reach.fetchval(_QUERIES.looks_go.sql, through, _NO_LIMIT))


async def _read(pool: "Pool[Record]", asked: Asked, below: int, limit: int) -> tuple[LookLine, ...]:
    since = None if asked.since is None else to_datetime(asked.since)
    before = None if asked.before is None else to_datetime(asked.before)
    first: tuple[Any, ...]
    rest = (asked.what or None, since, before, limit)
    if asked.subjects:
        query, first = _QUERIES.looks_of_subjects.sql, (below, list(asked.subjects), asked.who or None)
    elif asked.who:
        query, first = _QUERIES.looks_of_person.sql, (below, asked.who)
    else:
        query, first = _QUERIES.looks_of_all.sql, (below,)
    return tuple(map(_line, await pool.fetch(query, *first, *rest)))


def _line(row: "Record") -> LookLine:
    subject: int | None = row["subject_id"]
    return LookLine(
        row["look_id"],
        from_datetime(row["at"]),
        row["who"],
        row["what"],
        "" if subject is None else number_of(subject),
        subject is not None and kind_of_chain(subject) == ORDER,
        row["about"],
        row["session"].hex(),
        row["address"].hex(),
    )


def number_of(chain: int) -> str:
    """Return the number of an order or contact as people write it."""
    return as_number(digits_of(chain))

"""One day of the hotline, from the first ring to the last archive, on the real database (`lianxin day`).

Its own database and its own home: never a site's. The play decides, the services decide
again on what the database holds, checkpoints seal it, and the audit proves that nothing was lost.
"""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
import psycopg

from lianxin.ground.clock import DAY_MS, Instant, at_iso
from lianxin.ground.ledger.checkpoint_seal import seal_checkpoint
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.site import Site
from lianxin.ground.store import (
    EmbeddedServer,
    load_queries,
    migrate,
    missing_migrations,
    open_pool,
    temporary_database,
)
from lianxin.insight.audit import Report
from lianxin.insight.audit.database import audit_database
from lianxin.orders.service import Services
from lianxin.people import load_staff
from lianxin.people.identities import identities
from lianxin.people.keys import load_house_keys
from lianxin.people.rights import Rights
from lianxin.personnel import enrol
from lianxin.privacy import KeptApart
from lianxin.twin.arrivals import arrivals
from lianxin.twin.carrying import carry_out
from lianxin.twin.demo import rules_of
from lianxin.twin.message_files import MessagesError
from lianxin.twin.messages import Message, demo_messages, read_messages
from lianxin.twin.on_time import share_on_time
from lianxin.twin.persons import records
from lianxin.twin.play import LONGEST_MS, Play
from lianxin.twin.world import World, make_world

if TYPE_CHECKING:
    from asyncpg import Pool, Record

_QUERIES = load_queries("lianxin.twin")
_SEAL_EVERY_S: Final = 5.0
_FIRST_YEAR, _LAST_DATE = 2005, "2026-08-20"
"""Days whose orders end within the known calendar."""


class DayRefused(Exception):
    """The day cannot be played as asked; the sentence says why and what to do."""


class Plan(msgspec.Struct, frozen=True):
    """What is to be played; notes: what the messages' file had to say."""

    world: World
    midnight: Instant
    calls: int
    notes: tuple[str, ...]


class Ground(msgspec.Struct, frozen=True):
    """Where it is played: the database, a home of its own, and what to tell the user at the end."""

    url: str
    home: Path
    farewell: tuple[str, ...]


class Books(msgspec.Struct, frozen=True):
    """What came of the day; shares are fractions, None without a denominator."""

    calls: int
    contacts: dict[str, int]
    orders: dict[str, int]
    holders: dict[str, int]
    on_time: float | None
    solved_first: float | None
    satisfied_first: float | None
    audit: Report
    seconds: float
    operations: int
    not_archived: int

    def as_dict(self) -> dict[str, Any]:
        """Return what `--json` prints."""
        return {**msgspec.to_builtins(self), "audit": self.audit.as_dict()}


def first_instant(date: str) -> Instant:
    """Return the midnight at which a day begins.

    Raises DayRefused for what is no date, and for one whose orders would leave the calendar.
    """
    try:
        begin = at_iso(f"{date}T00:00:00+08:00")
    except ValueError:
        raise DayRefused(f"“{date}” is no date. Write it like 2026-03-09.") from None
    if not f"{_FIRST_YEAR}-01-01" <= date <= _LAST_DATE:
        raise DayRefused(
            f"The working calendar is known for {_FIRST_YEAR}-01-01 to 2026-12-31, and orders take up to 120 days: "
            f"choose a day up to {_LAST_DATE}."
        )
    return begin


def day_of(messages: Path | None, calls: int, seed: int, date: str) -> Plan:
    """Return the plan of a day. Raises DayRefused."""
    midnight = first_instant(date)
    notes: tuple[str, ...] = ()
    said: list[Message]
    if messages is None:
        said = list(demo_messages())
    else:
        try:
            read = read_messages(messages)
        except MessagesError as trouble:
            raise DayRefused(str(trouble)) from trouble
        said, notes = list(read), tuple(read.notes("en"))
    return Plan(make_world(seed, said), midnight, calls, notes)


@contextmanager
def place(site: Site, keep: str | None) -> Iterator[Ground]:
    """Give the ground to play on: a temporary database, or the one to keep. Raises DayRefused, StoreError."""
    if keep is not None:
        home = site.home / "days" / _database_name(keep)
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        _make_ready(keep)
        command = f"lianxin audit --dsn '{keep}' --checkpoints {home / 'checkpoints.jsonl'}"
        yield Ground(keep, home, (f"The database was kept. Audit it with: {command}",))
        return
    server = EmbeddedServer(site.home)
    with server, temporary_database(server) as database, tempfile.TemporaryDirectory(prefix="lianxin-day-") as folder:
        yield Ground(database.app_url, Path(folder), ())


def _database_name(dsn: str) -> str:
    try:
        parts = psycopg.conninfo.conninfo_to_dict(dsn)
    except psycopg.ProgrammingError as trouble:
        raise DayRefused(f"--keep takes the address of a database (postgresql://…): {trouble}".strip()) from trouble
    return str(parts.get("dbname") or "database")


def _make_ready(dsn: str) -> None:
    try:
        if missing_migrations(dsn):
            migrate(dsn)
        with psycopg.connect(dsn) as connection:
            found = connection.execute("SELECT EXISTS (SELECT FROM entries)").fetchone()
    except psycopg.Error as trouble:
        raise DayRefused(
            f"The database to keep cannot be used: {str(trouble).strip()}. Nothing was played."
        ) from trouble
    if found is not None and found[0]:
        raise DayRefused(
            "The database to keep has entries already: a day is never played into a site. Use an empty one."
        )


def play_day(plan: Plan, ground: Ground, workers: int) -> Books:
    """Play the day with so many commands at once, audit it, and return its books."""
    begun = time.perf_counter()
    played = asyncio.run(_play(plan, ground, workers))
    units = frozenset(unit.id for unit in plan.world.units.all)
    audit = audit_database(ground.url, checkpoints=ground.home / "checkpoints.jsonl", units=units)
    return Books(
        calls=plan.calls,
        contacts=audit.contacts,
        orders=audit.orders,
        holders=audit.holders,
        audit=audit,
        seconds=round(time.perf_counter() - begun, 2),
        **played,
    )


async def _play(plan: Plan, ground: Ground, workers: int) -> dict[str, Any]:
    pool = await open_pool(ground.url, size_min=workers, size_max=workers + 2)
    try:
        await enrol(PostgresLedger(pool), load_staff(), plan.midnight)
        store = KeptApart(PostgresLedger(pool), pool, identities(pool, ground.home))
        services = Services(store, rules_of, await Rights.load(pool))
        callers = records(plan.world.seed, load_house_keys(ground.home))
        play = Play(plan.world, plan.midnight + LONGEST_MS, records=callers)
        for at in arrivals(plan.midnight, plan.calls, plan.world.seed):
            play.call(at)
        sealing = asyncio.create_task(_seal(pool, ground.home, play))
        try:
            operations = await carry_out(play.run(), services, workers)
        finally:
            sealing.cancel()
            await asyncio.gather(sealing, return_exceptions=True)
        await seal_checkpoint(pool, ground.home, play.now)
        rates = await pool.fetchrow(_QUERIES.rates.sql)
        assert rates is not None
        on_time = share_on_time((row[0] for row in await pool.fetch(_QUERIES.clock_entries.sql)), play.now)
        not_archived: int = await pool.fetchval(_QUERIES.not_archived.sql)
        return {**rates, "on_time": on_time, "operations": operations, "not_archived": not_archived}
    finally:
        await pool.close()


async def _seal(pool: "Pool[Record]", home: Path, play: Play) -> None:
    while True:
        await asyncio.sleep(_SEAL_EVERY_S)
        await seal_checkpoint(pool, home, play.now)


def day_lines(books: Books) -> Iterator[str]:
    """Yield the books of the day for a person."""
    yield f"{books.calls} contacts, {books.operations} commands in {books.seconds:.1f} s"
    for name, count in books.contacts.items():
        if count:
            yield f"  {name:<14}{count:>8}"
    orders = books.orders
    yield f"orders: {orders['opened']} opened - {orders['closed']} closed = {orders['open']} held"
    for holder, count in books.holders.items():
        yield f"  {holder:<24}{count:>6}"
    for title, share in (
        ("answered in time", books.on_time),
        ("solved, first answer", books.solved_first),
        ("satisfied, first answer", books.satisfied_first),
    ):
        yield f"{title:<26}{'no answers' if share is None else f'{share:.1%}'}"
    if books.not_archived:
        yield f"not archived after {LONGEST_MS // DAY_MS} days: {books.not_archived}"
    if books.audit.ok:
        audit = books.audit
        yield f"Nothing was lost: {audit.entries} entries, {audit.checkpoints} checkpoints, the books balance."
    else:
        yield f"The audit found {len(books.audit.violations)} violations:"
        for violation in books.audit.violations[:20]:
            yield f"  {violation.kind} {violation.order or '-'} {violation.detail}"

"""How is a range of chains read from PostgreSQL, with everything the tables hold about it?

A reader lives in one process and reads in one snapshot, so that what it sees is
consistent while people work; several readers can share the snapshot.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Self

import asyncpg
import msgspec

from lianxin.ground.clock import Instant
from lianxin.ground.store import load_queries
from lianxin.insight.audit.across import Root, is_chain
from lianxin.insight.audit.evidence import UNREADABLE, Evidence, Leaves, Row, Stands
from lianxin.orders.order import Order

if TYPE_CHECKING:
    from asyncpg import Connection, Record

QUERIES = load_queries("lianxin.insight")
_SINCE_1970_MS = 946_684_800_000
"""PostgreSQL counts from 2000-01-01T00:00Z."""
_SUBJECTS = (
    ("custody", "custody_between"),
    ("promises", "promises_between"),
    ("events", "events_between"),
    ("instructions", "instructions_between"),
    ("files", "files_between"),
    ("tasks", "tasks_between"),
    ("texts", "texts_between"),
)
_decode_order = msgspec.json.Decoder(Order).decode


class Reader:
    """A connection in a read-only snapshot, used synchronously.

    snapshot  the exported snapshot of another reader, or None to take one
    """

    def __init__(self, url: str, snapshot: str | None = None) -> None:
        self._runner = asyncio.Runner()
        self._connection: Connection[Record] = self._runner.run(_connected(url, snapshot))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Leave the database."""
        self._runner.run(self._connection.close())
        self._runner.close()

    def export(self) -> str:
        """Return the name under which other readers can share this snapshot while it is open."""
        return str(self._runner.run(self._connection.fetchval("SELECT pg_export_snapshot()")))

    def rows(self, name: str, *arguments: Any) -> "list[Record]":
        """Return the rows of a statement of `queries.sql`."""
        return self._runner.run(self._connection.fetch(getattr(QUERIES, name).sql, *arguments))

    def value(self, name: str, *arguments: Any) -> Any:
        """Return the one value of a statement of `queries.sql`."""
        return self._runner.run(self._connection.fetchval(getattr(QUERIES, name).sql, *arguments))

    def evidence(self, low: int, high: int, since: int | None) -> list[Evidence]:
        """Return every chain in [low, high) of which anything is stored, in ascending order.

        since  checkpoint: entries are read only of chains that changed after it
        """
        return self._runner.run(self._evidence(low, high, since))

    async def _evidence(self, low: int, high: int, since: int | None) -> list[Evidence]:
        gathered = _Gathered()
        if since is None:
            gathered.entries(await self._fetch("entries_between", low, high))
        else:
            gathered.entries(await self._fetch("entries_since", low, high, since))
        gathered.chains(await self._fetch("chains_between", low, high), unread=since is not None)
        for slot, name in _SUBJECTS:
            gathered.put(slot, await self._fetch(name, low, high))
        gathered.put("texts", await self._fetch("packs_between", low, high))
        for name, key in (("orders_between", 0), ("contacts_between", 0), ("staff_between", 1), ("items_between", 0)):
            for row in await self._fetch(name, low, high):
                gathered.of(row[key]).row = row
        for row in await self._fetch("timers_between", low, high):
            gathered.of(row[0]).timer = (row[1], row[2])
        for row in await self._fetch("leaves_between", low, high):
            gathered.of(row[0]).leaves = Leaves(row[1], row[2], row[3])
        return [gathered.found[chain] for chain in sorted(gathered.found)]

    async def _fetch(self, name: str, *arguments: Any) -> "list[Record]":
        return await self._connection.fetch(getattr(QUERIES, name).sql, *arguments)

    def roots(self, order_ids: Iterable[int]) -> Mapping[int, Root]:
        """Return the orders asked for that exist, with what each owes or has kept."""
        wanted = [one for one in order_ids if is_chain(one)]
        owed: defaultdict[int, set[tuple[int, str]]] = defaultdict(set)
        for subject, to, state in self.rows("owed_by", wanted):
            owed[subject].add((to, state))
        found = {}
        for chain, snapshot in self.rows("merged_into", wanted):
            try:
                found[chain] = Root(_decode_order(snapshot), frozenset(owed[chain]))
            except UNREADABLE:
                continue  # the audit of that order's own chain names it
        return found


class _Gathered:
    """Evidence by chain, while the rows of its tables come in."""

    def __init__(self) -> None:
        self.found: dict[int, Evidence] = {}

    def of(self, chain: int) -> Evidence:
        evidence = self.found.get(chain)
        if evidence is None:
            evidence = self.found[chain] = Evidence(chain)
        return evidence

    def entries(self, rows: "list[Record]") -> None:
        self.put("entries", rows)

    def chains(self, rows: "list[Record]", *, unread: bool) -> None:
        for chain, seq, head, sealed_seq, snapshot in rows:
            evidence = self.of(chain)
            evidence.stands = Stands(seq, head, sealed_seq, snapshot)
            if unread and not evidence.entries:
                evidence.entries = None

    def put(self, slot: str, rows: "list[Record]") -> None:
        """Give each chain its rows; they come in the order of their chains."""
        chain: int | None = None
        mine: list[Row] = []
        for row in rows:
            if row[0] != chain:
                chain = row[0]
                mine = []
                setattr(self.of(row[0]), slot, mine)
            mine.append(row)


async def _connected(url: str, snapshot: str | None) -> "Connection[Record]":
    connection: Connection[Record] = await asyncpg.connect(
        url, server_settings={"jit": "off", "application_name": "lianxin audit", "statement_timeout": "0"}
    )
    await connection.set_type_codec(
        "timestamptz", schema="pg_catalog", encoder=_never, decoder=_instant, format="tuple"
    )
    await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    if snapshot is not None:
        await connection.execute(f"SET TRANSACTION SNAPSHOT '{snapshot}'")
    return connection


def _instant(stored: tuple[int]) -> Instant | float:
    """Return whole milliseconds since 1970, or a float that equals no instant where the stored time has a fraction."""
    ms, rest = divmod(stored[0], 1000)
    return ms + _SINCE_1970_MS if not rest else stored[0] / 1000 + _SINCE_1970_MS


def _never(value: object) -> tuple[int]:
    raise AssertionError(f"the audit gives no time to the database: {value!r}")

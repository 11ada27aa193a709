"""The ledger in memory, for the twin and for simulation: same interface, same refusals, same rows.

It keeps the rows of each writer in a table by key, as the SQL functions do, and enforces
what the database enforces: guards, one result per command, custody without overlap.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from lianxin.ground.clock import Instant
from lianxin.ground.ledger.batch import Batch, ChainMoved, DoneBefore
from lianxin.ground.ledger.entry import Sealed
from lianxin.ground.ledger.store import Due, Loaded, Standing

Row = dict[str, Any]


class Overlap(Exception):
    """Two holders at one instant; the database refuses it by `custody_no_overlap`."""


class MemoryLedger:
    """A store without a disk.

    chains    chain -> where it stands;  entries  chain -> its entries
    tables    writer -> key -> row, e.g. tables["custody_write"][(subject, part, n)]
    """

    def __init__(self) -> None:
        self.chains: dict[int, Standing] = {}
        self.entries: dict[int, list[Sealed]] = {}
        self.commands: dict[UUID, bytes] = {}
        self.tables: dict[str, dict[Any, Row]] = {name: {} for name in _WRITERS}
        self.timers: dict[int, Due] = {}

    async def load(self, command: UUID, chains: Sequence[int]) -> Loaded:
        """See `Store.load`."""
        done = self.commands.get(command)
        return Loaded(
            None if done is None else msgspec.json.decode(done),
            tuple(self.chains.get(chain, Standing()) for chain in chains),
        )

    async def commit(self, batch: Batch) -> None:
        """See `Store.commit`."""
        if batch.command in self.commands:
            raise DoneBefore(str(batch.command))
        for guard in batch.guards:
            stands = self.chains.get(guard.chain, Standing()).seq
            if stands != guard.seq:
                raise ChainMoved(f"chain {guard.chain} stands at {stands}, expected {guard.seq}")
        _refuse_overlap(self, [msgspec.to_builtins(move) for move in batch.writes.get("custody_write", ())])
        self.commands[batch.command] = msgspec.json.encode(batch.result)
        for entry in batch.entries:
            self.entries.setdefault(entry.chain, []).append(entry)
            self.chains[entry.chain] = Standing(entry.seq, entry.hash, batch.snapshots[entry.chain])
        for name, rows in batch.writes.items():
            for row in rows:
                _WRITERS[name](self, msgspec.to_builtins(row))

    async def due_timers(self, now: Instant, limit: int) -> list[Due]:
        """See `Store.due_timers`."""
        due = [timer._replace(seq=self._seq(timer.subject)) for timer in self.timers.values() if timer.due <= now]
        return sorted(due, key=lambda timer: (timer.due, timer.subject))[:limit]

    def _seq(self, subject: int) -> int:
        return self.chains.get(subject, Standing()).seq

    async def next_timer(self) -> Instant | None:
        """See `Store.next_timer`."""
        return min((timer.due for timer in self.timers.values()), default=None)

    async def postpone_timer(self, timer: Due, until: Instant, error: str) -> None:
        """See `Store.postpone_timer`."""
        stands = self.timers.get(timer.subject)
        if stands is not None and stands.due == timer.due:
            self.timers[timer.subject] = Due(timer.subject, until, stands.attempts + 1)


def _keep(table: str, *key: str) -> Callable[[MemoryLedger, Row], None]:
    def write(ledger: MemoryLedger, row: Row) -> None:
        ledger.tables[table][tuple(row[name] for name in key)] = row

    return write


def _move(ledger: MemoryLedger, row: Row) -> None:
    table = ledger.tables["custody_write"]
    before = table.get((row["subject"], row["part"], row["n"] - 1 if row["holder"] else row["n"]))
    if before is not None and before["until"] is None:
        before["until"] = row["at"]
    if row["holder"] is not None:
        table[row["subject"], row["part"], row["n"]] = {**row, "since": row["at"], "until": None}


def _refuse_overlap(ledger: MemoryLedger, moves: list[Row]) -> None:
    """Let the moves happen to the last interval of each part, and refuse them where the database would."""
    table = ledger.tables["custody_write"]
    last: dict[tuple[int, int], Instant] = {}
    for row in moves:
        subject, part, n, at = row["subject"], row["part"], row["n"], row["at"]
        before = table.get((subject, part, n - 1 if row["holder"] else n))
        held_from = last.get((subject, part), (before["until"] or before["since"]) if before else at)
        if held_from > at:
            raise Overlap(f"{subject} was held until {held_from}, not only {at}")
        if row["holder"] and (subject, part, n) in table:
            raise ChainMoved(f"custody interval {(subject, part, n)} is there already")
        last[subject, part] = at


def _time(ledger: MemoryLedger, row: Row) -> None:
    if row["due"] is None:
        ledger.timers.pop(row["subject"], None)
    else:
        ledger.timers[row["subject"]] = Due(row["subject"], row["due"], 0)


def _person(ledger: MemoryLedger, row: Row) -> None:
    ledger.tables["persons_write"][(row["id"],)] = row
    if row["erased"] is not None:
        _forget_numbers(ledger, "person_numbers_write", row["id"])


def _informant(ledger: MemoryLedger, row: Row) -> None:
    ledger.tables["persons_write"].pop((row["id"],), None)
    _forget_numbers(ledger, "person_numbers_write", row["id"])
    ledger.tables["informants_write"][(row["id"],)] = row
    if row["erased"] is not None:
        _forget_numbers(ledger, "informant_numbers_write", row["id"])


def _forget_numbers(ledger: MemoryLedger, table: str, person: str) -> None:
    numbers = ledger.tables[table]
    for key in [key for key in numbers if key[0] == person]:
        del numbers[key]


def _send(ledger: MemoryLedger, row: Row) -> None:
    ledger.tables["outbox_write"].setdefault(row["id"], row)


_WRITERS: Final[dict[str, Callable[[MemoryLedger, Row], None]]] = {
    "custody_write": _move,
    "promises_write": _keep("promises_write", "subject", "id"),
    "orders_write": _keep("orders_write", "id"),
    "order_events_write": _keep("order_events_write", "order", "seq"),
    "instructions_write": _keep("instructions_write", "order", "n"),
    "news_write": _keep("news_write", "to", "order", "seq"),
    "contacts_write": _keep("contacts_write", "id"),
    "texts_write": _keep("texts_write", "order", "n"),
    "persons_write": _person,
    "person_numbers_write": _keep("person_numbers_write", "person", "whole"),
    "informants_write": _informant,
    "informant_numbers_write": _keep("informant_numbers_write", "person", "whole"),
    "staff_write": _keep("staff_write", "work_number"),
    "staff_names_write": _keep("staff_names_write", "work_number"),
    "packs_write": _keep("packs_write", "ref"),
    "knowledge_write": _keep("knowledge_write", "chain"),
    "knowledge_tasks_write": _keep("knowledge_tasks_write", "chain", "id"),
    "knowledge_uses_write": _keep("knowledge_uses_write", "number", "version", "contact"),
    "attachments_write": _keep("attachments_write", "subject", "n"),
    "receipts_write": _keep("receipts_write", "order", "n"),
    "timers_write": _time,
    "outbox_write": _send,
}

"""The audit of a ledger in memory, for the twin and for simulation: the same checks, nothing sealed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from lianxin.ground.clock import Instant
from lianxin.ground.ledger.memory import MemoryLedger
from lianxin.insight.audit.across import Root, answer_asks, drop_senseless, parents_of
from lianxin.insight.audit.chain import check_chain
from lianxin.insight.audit.evidence import Asks, Evidence, House, Stands
from lianxin.insight.audit.holding import calendar_end
from lianxin.insight.audit.report import Report, report_of
from lianxin.insight.audit.tally import Tally
from lianxin.knowledge.project import ItemRow
from lianxin.orders.order import Order
from lianxin.people.roll import MemberRow

_CUSTODY = ("subject", "part", "n", "holder", "since", "until")
_FILES = ("subject", "n", "hash", "file", "media", "size", "purpose", "shown", "erased")
_TEXTS = ("order", "n", "title", "text", "salt")
_decode_order = msgspec.json.Decoder(Order).decode


def audit_memory(ledger: MemoryLedger, now: Instant | None = None, units: frozenset[str] | None = None) -> Report:
    """Return what the audit finds in a ledger in memory.

    now  until when promises must be settled; without it, the time of the latest entry
    """
    latest = max((entries[-1].at for entries in ledger.entries.values()), default=0)
    staff = {row["work_number"]: row["active"] for row in ledger.tables["staff_write"].values()}
    house = House(latest if now is None else now, staff or None, units, calendar_end())
    tally, asks, beside = Tally(), Asks(), _Beside(ledger)
    for chain in sorted(set(ledger.chains) | beside.subjects()):
        check_chain(beside.evidence(chain), house, tally, asks)
    drop_senseless(asks, tally)
    asked = {order_id for _, order_id in asks.orders} | {contact_id for _, contact_id in asks.contacts}
    answer_asks(asks, frozenset(asked & set(ledger.chains)), parents_of(asks, beside.roots), tally)
    return report_of(tally, 0, anchored=False)


class _Beside:
    """The rows of the ledger's tables by subject, as the database would give them."""

    def __init__(self, ledger: MemoryLedger) -> None:
        self._ledger = ledger
        self._rows = {
            name: _by_subject(ledger.tables[f"{name}_write"], columns)
            for name, columns in (
                ("custody", _CUSTODY),
                ("promises", None),
                ("order_events", None),
                ("instructions", None),
                ("attachments", _FILES),
                ("knowledge", tuple(field.name for field in msgspec.structs.fields(ItemRow))),
                ("knowledge_tasks", None),
                ("texts", _TEXTS),
                ("orders", None),
                ("contacts", None),
                ("staff", ("chain", *(field.name for field in msgspec.structs.fields(MemberRow)))),
                ("packs", ("chain", "ref", "body")),
            )
        }

    def subjects(self) -> set[int]:
        """Return every subject that some table knows."""
        return {subject for rows in self._rows.values() for subject in rows}

    def evidence(self, chain: int) -> Evidence:
        """Return one chain with everything the ledger keeps about it."""
        ledger, rows = self._ledger, self._rows
        entries = ledger.entries.get(chain, [])
        found = Evidence(chain, [msgspec.structs.astuple(entry) for entry in entries])
        if chain in ledger.chains:
            stands = ledger.chains[chain]
            found.stands = Stands(stands.seq, stands.head, 0, stands.snapshot or b"")
        found.custody = rows["custody"][chain]
        found.promises = rows["promises"][chain]
        found.events = rows["order_events"][chain]
        found.instructions = rows["instructions"][chain]
        found.files = rows["attachments"][chain]
        found.tasks = rows["knowledge_tasks"][chain]
        found.texts = rows["packs"][chain] or [
            (*row[:4], None if row[4] is None else bytes.fromhex(row[4])) for row in rows["texts"][chain]
        ]
        found.row = next(iter(rows["orders"][chain] or rows["contacts"][chain] or rows["knowledge"][chain]), None)
        if rows["staff"][chain]:
            found.row = rows["staff"][chain][0][1:]
        timer = ledger.timers.get(chain)
        found.timer = None if timer is None else (timer.due, timer.attempts)
        return found

    def roots(self, order_ids: Iterable[int]) -> Mapping[int, Root]:
        """Return the orders asked for that exist, with what each owes or has kept."""
        found = {}
        for order_id in order_ids:
            stands = self._ledger.chains.get(order_id)
            if stands is not None and stands.snapshot is not None:
                owed = frozenset((row[3], row[7]) for row in self._rows["promises"][order_id])
                found[order_id] = Root(_decode_order(stands.snapshot), owed)
        return found


def _by_subject(table: Mapping[Any, dict[str, Any]], columns: tuple[str, ...] | None) -> defaultdict[int, list[Any]]:
    """Return rows as tuples by their subject, in the order of their keys."""
    rows: defaultdict[int, list[Any]] = defaultdict(list)
    for _, row in sorted(table.items(), key=lambda item: item[0]):
        values = list(row.values()) if columns is None else [row[name] for name in columns]
        found = tuple(list(value) if isinstance(value, tuple) else value for value in values)
        rows[values[0]].append(found)
    return rows

"""Is a knowledge item what its chain makes it, and do its lists say the same? Pure."""

import msgspec

from lianxin.insight.audit.evidence import UNREADABLE, Evidence
from lianxin.insight.audit.links import check_leaves, read_entries
from lianxin.insight.audit.rows import check_timer, differing
from lianxin.insight.audit.tally import Tally
from lianxin.knowledge.deciding import next_date
from lianxin.knowledge.item import Item, ItemEntry, evolve
from lianxin.knowledge.project import ItemRow, TaskRow, row_of, task_rows

_decode_entry = msgspec.json.Decoder(ItemEntry).decode
_decode_item = msgspec.json.Decoder(Item).decode
COLUMNS = tuple(field.name for field in msgspec.structs.fields(ItemRow))
TASK = tuple(field.name for field in msgspec.structs.fields(TaskRow))


def check_item(evidence: Evidence, tally: Tally) -> None:
    """Check the chain of an item, its row, its tasks, and that nobody published what they wrote."""
    if evidence.entries is None:
        tally.entries += evidence.stands.seq if evidence.stands is not None else 0
        check_leaves(evidence, tally)
        return
    if not evidence.entries:
        tally.found("entry_missing", evidence.chain, "the whole chain is gone")
        return
    tally.entries += len(evidence.entries)
    entries = read_entries(evidence, _decode_entry, tally)
    item = Item(id=evidence.chain)
    rows: dict[int, TaskRow] = {}
    for entry in entries:
        rows.update((row.id, row) for row in task_rows(item, (entry,)))
        item = evolve(item, entry)
        _check_second_person(item, entry, tally)
    if entries.whole:
        _compare(evidence, item, rows, tally)


def _check_second_person(item: Item, entry: ItemEntry, tally: Tally) -> None:
    if entry.kind != "published" or item.published is None:
        return
    if entry.actor in item.published.writers:
        tally.found(
            "separation_broken", item.id, f"{item.name} v{item.current} was published by its writer {entry.actor}"
        )


def _compare(evidence: Evidence, item: Item, tasks: dict[int, TaskRow], tally: Tally) -> None:
    if not _kept_so(evidence, item):
        tally.found("projection_differs", item.id, "as it is kept for commands it is not what its entries make")
    expected = msgspec.structs.astuple(row_of(item))
    stored = None if evidence.row is None else tuple(map(_plain, evidence.row))
    if stored is None:
        tally.found("projection_differs", item.id, f"{item.name} is not in the list of knowledge")
    elif stored != tuple(map(_plain, expected)):
        tally.found("projection_differs", item.id, differing(COLUMNS, tuple(map(_plain, expected)), stored))
    found = {row[1]: tuple(row) for row in evidence.tasks}
    for key in sorted(found.keys() | tasks.keys()):
        made = msgspec.structs.astuple(tasks[key]) if key in tasks else None
        if made != found.get(key):
            tally.found("projection_differs", item.id, f"task {key} of {item.name} is not what the entries make")
    check_timer(evidence, next_date(item), tally)


def _kept_so(evidence: Evidence, item: Item) -> bool:
    try:
        return evidence.stands is None or _decode_item(evidence.stands.snapshot) == item
    except UNREADABLE:
        return False


def _plain(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value

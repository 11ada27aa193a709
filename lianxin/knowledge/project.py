"""Which rows follow from an item's entries? Pure; the audit makes the same rows and compares."""

from collections.abc import Sequence

import msgspec

from lianxin.ground.clock import Instant
from lianxin.ground.text import grams
from lianxin.knowledge.item import Content, Item, ItemEntry, Task


class ItemRow(msgspec.Struct, gc=False):
    """An item as `knowledge_write` takes it, see the table's comment."""

    chain: int
    number: int
    state: str
    unit: str
    owner: str
    version: int
    pending: int | None
    pending_state: str | None
    writers: tuple[str, ...]
    confirmed: bool
    title: str
    answer: str
    category: str
    region: str
    form: str
    public: bool
    valid_from: str | None
    valid_to: str | None
    urgent: bool
    changed: Instant
    head_grams: list[int]
    grams: list[int]


class TaskRow(msgspec.Struct, gc=False):
    """A task as `knowledge_tasks_write` takes it."""

    chain: int
    id: int
    kind: str
    version: int
    made: Instant
    due: Instant | None
    urgent: bool
    words: str
    by: str
    settled: Instant | None


class UseRow(msgspec.Struct, frozen=True):
    """A citizen answered with a version, as `knowledge_uses_write` takes it."""

    contact: int
    number: int
    version: int
    at: Instant


def row_of(item: Item) -> ItemRow:
    """Return the item's row."""
    pending = item.pending
    shown = item.published or (item.versions[-1] if item.versions else None)
    content = shown.content if shown is not None else Content(item.wanted, "", "", "", "")
    head = "\n".join((content.title, *content.questions))
    return ItemRow(
        chain=item.id,
        number=item.number,
        state=_state(item),
        unit=item.unit,
        owner=item.owner,
        version=0 if shown is None else shown.n,
        pending=None if pending is None else pending.n,
        pending_state=None if pending is None else pending.state,
        writers=() if pending is None else pending.writers,
        confirmed=bool(shown is not None and shown.confirmed),
        title=content.title,
        answer=content.answer,
        category=content.category,
        region=content.region,
        form=content.form,
        public=content.public and item.published is not None,
        valid_from=content.valid_from or None,
        valid_to=content.valid_to,
        urgent=any(task.urgent for task in item.tasks.values()),
        changed=item.last_at,
        head_grams=grams(head),
        grams=grams("\n".join((head, content.answer, content.body, content.basis))),
    )


def _state(item: Item) -> str:
    if item.published is not None:
        return "published"
    if not item.versions:
        return "wanted"
    return "withdrawn" if any(version.state == "withdrawn" for version in item.versions) else "draft"


def task_rows(before: Item, entries: Sequence[ItemEntry]) -> list[TaskRow]:
    """Return what the entries change in the tasks that `before` had; each task once, as it stands afterwards."""
    open_, rows = dict(before.tasks), dict[int, TaskRow]()
    for entry in entries:
        for task in entry.made:
            open_[task.id] = task
            rows[task.id] = _task(before.id, task, None)
        for done in entry.done:
            rows[done] = _task(before.id, open_.pop(done), entry.at)
    return list(rows.values())


def _task(chain: int, task: Task, settled: Instant | None) -> TaskRow:
    return TaskRow(
        chain,
        task.id,
        task.kind,
        task.version,
        task.made,
        task.due,
        task.urgent,
        task.words,
        task.by,
        settled,
    )

"""The audit replays knowledge items: a changed answer, a lost task, a writer who published, are found."""

import asyncio

import msgspec
import psycopg
import pytest
from made_knowledge import AGENT, CONTENT, Room

from lianxin.ground.ledger import seal
from lianxin.ground.ledger.memory import MemoryLedger
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.insight.audit.database import audit_database
from lianxin.insight.audit.memory import audit_memory
from lianxin.knowledge import steps as s
from lianxin.knowledge.item import ItemEntry


async def lived(room: Room) -> int:
    """An item with two versions and an open task."""
    number = await room.publish()
    await room.revise(number, msgspec.structs.replace(CONTENT, answer="新口径"))
    await room.act(number, s.Report, AGENT, kind="unclear", words="看不懂")
    return number


async def test_items_that_are_as_they_were_are_no_matter(pool, database):
    await lived(Room(PostgresLedger(pool)))
    report = await asyncio.to_thread(audit_database, database.app_url)
    assert report.violations == () and report.entries == 7


async def test_a_ledger_in_memory_is_asked_the_same():
    room = Room()
    await lived(room)
    assert isinstance(room.ledger, MemoryLedger)
    assert audit_memory(room.ledger).ok


@pytest.mark.parametrize(
    "sql, kind, detail",
    [
        ("UPDATE knowledge_items SET answer = '别的口径'", "projection_differs", "answer"),
        ("UPDATE knowledge_items SET valid_to = '2099-01-01'", "projection_differs", "valid_to"),
        ("UPDATE knowledge_items SET version = 1", "projection_differs", "version"),
        ("DELETE FROM knowledge_tasks", "projection_differs", "task 1"),
        ("UPDATE knowledge_tasks SET settled_at = now()", "projection_differs", "task 1"),
        ("UPDATE chains SET snapshot = convert_to(replace(convert_from(snapshot, 'UTF8'), '新口径', '旧口径'), 'UTF8')",
         "projection_differs", "kept for commands"),
        ("DELETE FROM timers", "due_missing", ""),
    ],
)  # fmt: skip
async def test_damage_is_named(pool, database, sql, kind, detail):
    await lived(Room(PostgresLedger(pool)))
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        connection.execute(sql)
    violations = (await asyncio.to_thread(audit_database, database.app_url)).violations
    assert any(one.kind == kind and detail in one.detail for one in violations), violations


async def test_a_writer_who_published_by_hand_is_named():
    """The chain is made anew so that its hashes hold: only the rule is broken."""
    room = Room()
    number = await room.publish()
    ledger, chain = room.ledger, (await room.knowledge.item(number)).id
    assert isinstance(ledger, MemoryLedger)
    head, forged = b"\0" * 32, []
    for entry in ledger.entries[chain]:
        changed = msgspec.json.decode(entry.body, type=ItemEntry)
        if changed.kind == "published":
            changed = msgspec.structs.replace(changed, actor="staff:2026")
        forged.append(seal(head, changed))
        head = forged[-1].hash
    ledger.entries[chain] = forged
    kinds = {violation.kind for violation in audit_memory(ledger).violations}
    assert "separation_broken" in kinds

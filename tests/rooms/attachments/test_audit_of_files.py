"""A file that is gone, changed or smuggled in is found by the audit; also one erased without a word."""

import asyncio
import os

import made_files as f
import psycopg
import pytest

from lianxin.ground.store import Database
from lianxin.insight.audit.database import audit_database
from lianxin.insight.audit.memory import audit_memory
from lianxin.insight.audit.violation import Violation

NUMBER = "20260309-000017"


@pytest.fixture
async def three(room):
    """Three files of an order, the second erased by law."""
    kept = [await room.add(f.photo()), await room.add(f.wav(1)), await room.add(f.pdf())]
    await room.files.erase(room.order, 2, "法定依据", "staff:9500", "secadmin", room.office.id(), room.office.later())
    return kept


async def found(database: Database, room, home: bool = True) -> set[Violation]:
    """What the audit says of files; the made-up house has no staff and no promises to speak of."""
    report = await asyncio.to_thread(audit_database, database.app_url, home=room.home if home else None)
    return {one for one in report.violations if one.kind.startswith("attachment") or one.kind == "chain_broken"}


def damage(database: Database, sql: str) -> None:
    """As the owner of the tables."""
    assert database.owner_url is not None
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        connection.execute(sql)  # type: ignore[arg-type]


async def test_files_that_are_as_they_were_are_no_matter(room, three, database):
    assert await found(database, room) == set()


async def test_a_file_missing_on_the_disk_is_named(room, three, database):
    room.files.shelf.remove(three[0].file)
    assert await found(database, room) == {Violation("attachment_missing", NUMBER, "file 1 on the disk is not there")}
    assert await found(database, room, home=False) == set()


async def test_a_byte_changed_on_the_disk_is_named(room, three, database):
    path = room.files.shelf.place(three[2].file)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    assert await found(database, room) == {Violation("attachment_changed", NUMBER, "file 3 on the disk was changed")}


async def test_a_file_cut_off_on_the_disk_is_named(room, three, database):
    os.truncate(room.files.shelf.place(three[2].file), 9)
    (one,) = await found(database, room)
    assert one.kind == "attachment_changed" and "has 9 bytes" in one.detail


@pytest.mark.parametrize(
    "sql, kind, detail",
    [
        ("DELETE FROM attachments WHERE n = 1", "attachment_missing", "file 1 is in no list of files"),
        ("UPDATE attachments SET hash = 'ab' WHERE n = 1", "attachment_changed", "its hash"),
        ("UPDATE attachments SET media = 'text/html' WHERE n = 1", "attachment_changed", "its media"),
        ("UPDATE attachments SET size = 1 WHERE n = 1", "attachment_changed", "its size"),
        ("UPDATE attachments SET shown = NOT shown WHERE n = 1", "attachment_changed", "its shown"),
        ("UPDATE attachments SET n = 9 WHERE n = 1", "attachment_changed", "which no entry brought"),
        ("UPDATE attachments SET erased_at = now(), wrapped_key = NULL WHERE n = 1", "attachment_changed",
         "it was erased, and no entry says so"),
        ("UPDATE attachments SET erased_at = NULL, wrapped_key = 'x' WHERE n = 2", "attachment_changed",
         "it is kept, and an entry says that it was erased"),
    ],
)  # fmt: skip
async def test_a_row_that_does_not_say_what_its_entry_says_is_named(room, three, database, sql, kind, detail):
    damage(database, sql)
    violations = await found(database, room, home=False)
    assert any(one.kind == kind and one.order == NUMBER and detail in one.detail for one in violations), violations


async def test_the_application_may_not_change_what_a_file_is(database, room, three):
    with psycopg.connect(database.app_url, autocommit=True) as connection:
        for column, value in (("hash", "'ab'"), ("file", "hash"), ("n", "9"), ("shown", "true"), ("subject_id", "1")):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"UPDATE attachments SET {column} = {value}")  # type: ignore[arg-type]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM attachments")


def test_a_ledger_in_memory_is_asked_the_same():
    from lianxin.ground.ledger.memory import MemoryLedger

    assert audit_memory(MemoryLedger()).ok

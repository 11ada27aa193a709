"""The figures of the audit: the books of a hotline whose lives are known, by either store, in either way."""

import asyncio

import pytest
from made.lives import World
from made.sealed import Sealed

from lianxin.contacts.contact import DISPOSITIONS
from lianxin.ground.ledger.checkpoint_file import append, lines_of
from lianxin.ground.ledger.memory import MemoryLedger
from lianxin.ground.store import Database
from lianxin.insight.audit import Report, audit_memory
from lianxin.insight.audit.database import NoSuchCheckpoint, audit_database
from lianxin.insight.audit.violation import number_of


def test_contacts_are_counted_by_disposition_and_add_up(sealed_hotline: Sealed) -> None:
    contacts = sealed_hotline.audit().contacts
    # 16 orders, one of them merged, each from a call of its own; one heard, one rung back, one still talking.
    assert {name: count for name, count in contacts.items() if count} == {
        "opened": 16,
        "heard": 1,
        "ring_back": 1,
        "pending": 1,
    }
    assert set(contacts) == {*DISPOSITIONS, "pending"}
    assert sum(contacts.values()) == 19


def test_opened_less_closed_is_held_by_somebody(sealed_hotline: Sealed) -> None:
    report = sealed_hotline.audit()
    # closed: reworked, completed, not accepted, merged
    assert report.orders == {"opened": 16, "closed": 4, "open": 12}
    assert sum(report.holders.values()) == 12
    assert report.holders["staff:1001"] == 1  # the agent who signed for what was sent back
    assert report.holders["outside:sd-12345"] == 1
    assert report.parts == {"unit:csglj": 1}
    assert 0 not in report.holders.values()


def test_a_house_in_which_nobody_called_yet_is_clean(database: Database) -> None:
    report = audit_database(database.app_url)
    assert report.ok
    assert (report.entries, report.holders, sum(report.contacts.values())) == (0, {}, 0)


def test_without_a_file_nothing_is_anchored(sealed_hotline: Sealed) -> None:
    report = audit_database(sealed_hotline.database.app_url)
    assert report.ok and not report.anchored


def test_two_processes_find_what_one_finds(hotline: Sealed) -> None:
    hotline.damage("DELETE FROM timers WHERE subject_id = %(submitted)s")
    assert hotline.audit(workers=2) == hotline.audit(workers=1)


def test_memory_and_database_make_the_same_books(sealed_hotline: Sealed) -> None:
    stored = sealed_hotline.audit()
    in_memory = audit_memory(lived_in_memory())
    assert in_memory.violations == ()
    assert in_memory.promises == stored.promises
    assert in_memory.contacts == stored.contacts


def lived_in_memory() -> MemoryLedger:
    """The same lives as in the sealed hotline."""
    ledger = MemoryLedger()

    async def live() -> None:
        world = World(ledger)
        await world.everyone()
        await world.dispatched()
        await world.dispatched()

    asyncio.run(live())
    return ledger


def test_a_ledger_in_memory_that_lost_a_promise_is_found() -> None:
    ledger = lived_in_memory()
    assert audit_memory(ledger).ok
    key = min(key for key in ledger.tables["promises_write"] if str(key[0]).startswith("1"))
    del ledger.tables["promises_write"][key]
    assert [one.kind for one in audit_memory(ledger).violations] == ["promise_missing"]


def test_since_a_checkpoint_the_books_are_the_same(sealed_hotline: Sealed) -> None:
    whole, since = sealed_hotline.audit(), sealed_hotline.audit(since=2)
    assert since == whole


def test_since_a_checkpoint_new_entries_are_read_and_old_ones_are_not(hotline: Sealed) -> None:
    hotline.damage("UPDATE entries SET body = body || ' ' WHERE chain_id IN (%(completed)s, %(unsealed)s) AND seq = 1")
    assert {one.order for one in hotline.audit(since=1).violations} == {number_of(hotline.made["unsealed"])}


def test_since_a_checkpoint_that_never_was_is_refused(sealed_hotline: Sealed) -> None:
    with pytest.raises(NoSuchCheckpoint, match="checkpoint 7"):
        sealed_hotline.audit(since=7)


def test_an_older_copy_of_the_published_file_is_no_violation(hotline: Sealed) -> None:
    path = hotline.home / "checkpoints.jsonl"
    first = next(lines_of(path))
    path.unlink()
    append(path, [first])
    assert hotline.audit().ok


def test_a_line_of_the_file_signed_by_somebody_else_is_found(hotline: Sealed) -> None:
    path = hotline.home / "checkpoints.jsonl"
    first, second = lines_of(path)
    path.unlink()
    append(path, [first, second.replace('"leaves":', '"leaves":1')])
    assert kinds(hotline.audit()) == ["checkpoint_broken"]


def test_a_line_missing_in_the_middle_of_the_file_is_found(hotline: Sealed) -> None:
    path = hotline.home / "checkpoints.jsonl"
    _, second = lines_of(path)
    path.unlink()
    append(path, [second])
    assert kinds(hotline.audit()) == ["checkpoint_missing"]


def test_checkpoints_signed_with_a_stranger_s_key_are_found(hotline: Sealed) -> None:
    assert kinds(hotline.audit(key="00" * 32)) == ["checkpoint_broken", "checkpoint_broken"]


def kinds(report: Report) -> list[str]:
    return [one.kind for one in report.violations]

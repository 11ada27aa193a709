"""Whoever changes the access log is found out, also the superuser: checkpoints sealed it."""

import asyncio
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from made.sealed import Sealed

from lianxin.ground.clock import MINUTE_MS, SECOND_MS, at_iso
from lianxin.ground.ledger import checkpoint_file
from lianxin.ground.ledger.checkpoint import read_line
from lianxin.ground.ledger.checkpoint_key import known_key, signing_key
from lianxin.ground.ledger.checkpoint_seal import seal_checkpoint
from lianxin.ground.store import open_pool
from lianxin.retention.sweep_line import BadSweep, Swept, chain_of_sweeps, read_sweep, sign_sweep

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
LATER = at_iso("2036-03-09T10:00:00+08:00")


def found(hotline: Sealed) -> list[tuple[str, str]]:
    report = hotline.audit(key=known_key(hotline.home))
    return [(violation.kind, violation.detail) for violation in report.violations]


def kinds(hotline: Sealed) -> list[str]:
    return [kind for kind, _ in found(hotline)]


def test_the_log_as_it_is_holds_and_is_counted(sealed_hotline: Sealed) -> None:
    report = sealed_hotline.audit()
    assert (report.ok, report.looks) == (True, 6)
    first, second = (read_line(line) for line in checkpoint_file.lines_of(sealed_hotline.home / "checkpoints.jsonl"))
    assert (first.looks, second.looks) == (3, 5)
    assert first.looks_root and second.looks_root and first.looks_root != second.looks_root


@pytest.mark.parametrize(
    "change",
    [
        "who = '2038'",
        "subject_id = NULL",
        "what = 'list'",
        "about = 'nothing'",
        "at = at + interval '1 microsecond'",
        "session = decode(repeat('01', 16), 'hex')",
        "address = decode(repeat('01', 16), 'hex')",
        "once = gen_random_uuid()",
    ],
)
def test_a_changed_look_is_found(hotline: Sealed, change: str) -> None:
    hotline.damage(f"UPDATE looks SET {change} WHERE look_id = 2")
    assert found(hotline) == [
        ("look_changed", "one of the looks 1 to 3 is not as checkpoint 1 sealed it"),
    ]


def test_looks_that_changed_places_are_found(hotline: Sealed) -> None:
    hotline.damage(
        "UPDATE looks SET look_id = 100 WHERE look_id = 4",
        "UPDATE looks SET look_id = 4 WHERE look_id = 5",
        "UPDATE looks SET look_id = 5 WHERE look_id = 100",
    )
    assert kinds(hotline) == ["look_changed"]


@pytest.mark.parametrize(
    "look, detail",
    [
        (2, "look 2 is missing, and sealed by checkpoint 1"),
        (5, "look 5 is missing, and sealed by checkpoint 2"),
        (6, "1 of the looks 6 to 6 are missing"),
    ],
)
def test_a_missing_look_is_found(hotline: Sealed, look: int, detail: str) -> None:
    hotline.damage(f"DELETE FROM looks WHERE look_id = {look}")
    assert ("look_missing", detail) in found(hotline)


def test_a_log_that_was_emptied_and_counted_anew_is_found(hotline: Sealed) -> None:
    hotline.damage("DELETE FROM looks", "UPDATE looks_counted SET last = 0")
    assert found(hotline) == [
        ("look_missing", "2 looks (4 to 5) are missing, and sealed by checkpoint 2"),
        ("look_missing", "3 looks (1 to 3) are missing, and sealed by checkpoint 1"),
        ("look_missing", "the count of looks ends before 5, up to which they are sealed"),
    ]


@pytest.mark.parametrize("number", [7, 0, -5])
def test_a_look_put_in_later_is_found(hotline: Sealed, number: int) -> None:
    hotline.damage(
        f"INSERT INTO looks SELECT {number}, at, '2038', NULL, what, about, session, address, gen_random_uuid() "
        "FROM looks WHERE look_id = 1"
    )
    assert kinds(hotline) == ["look_inserted"]


def test_a_count_that_is_gone_is_found(hotline: Sealed) -> None:
    hotline.damage("DELETE FROM looks_counted")
    assert "look_missing" in kinds(hotline)


def erased(hotline: Sealed, through: int, before: int, key: Ed25519PrivateKey | None = None) -> None:
    """Erase looks up to a number with a line that says so, signed by the house unless another key is given."""
    swept = Swept(rule="pack@1 looks", thing="looks", before=before, erased=through, through=through)
    line = sign_sweep(key or signing_key(hotline.home, may_make=False), None, LATER, swept)
    hotline.damage(
        "INSERT INTO sweeps VALUES (1, now(), %(line)s)",
        f"DELETE FROM looks WHERE look_id <= {through}",
        line=line,
    )


def test_looks_erased_by_rule_are_not_missed_and_the_others_still_hold(hotline: Sealed) -> None:
    erased(hotline, 3, LATER)
    assert found(hotline) == []
    hotline.damage("UPDATE looks SET who = '2038' WHERE look_id = 4")
    assert kinds(hotline) == ["look_changed"]


def test_a_look_erased_by_rule_does_not_come_back(hotline: Sealed) -> None:
    hotline.damage("CREATE TABLE kept AS SELECT * FROM looks")
    erased(hotline, 3, LATER)
    hotline.damage("INSERT INTO looks SELECT * FROM kept WHERE look_id = 2")
    assert kinds(hotline) == ["look_inserted"]


def test_a_sweep_that_nobody_here_signed_excuses_nothing(hotline: Sealed) -> None:
    erased(hotline, 3, LATER, KEY)
    assert kinds(hotline) == ["look_missing", "sweep_broken"]


def test_a_sweep_that_erased_what_was_too_young_is_found(hotline: Sealed) -> None:
    first = read_line(next(checkpoint_file.lines_of(hotline.home / "checkpoints.jsonl")))
    erased(hotline, 3, first.instant - MINUTE_MS)
    assert kinds(hotline) == ["sweep_broken"]


def test_a_stretch_erased_in_part_is_missing_in_part(hotline: Sealed) -> None:
    erased(hotline, 2, LATER)
    assert "look_missing" in kinds(hotline)


def test_looks_alone_are_sealed_too(hotline: Sealed) -> None:
    async def seal() -> None:
        pool = await open_pool(hotline.database.app_url)
        try:
            await seal_checkpoint(pool, hotline.home, LATER)  # the order that was open, and the look
            await pool.fetchval(
                "SELECT looks_write($1::jsonb)",
                json.dumps(
                    [
                        {
                            "at": LATER,
                            "who": "1023",
                            "subject": None,
                            "what": "export",
                            "about": "",
                            "session": "0" * 32,
                            "address": "0" * 32,
                            "once": "00000000-0000-0000-0000-000000000007",
                        }
                    ]
                ),
            )
            sealed = await seal_checkpoint(pool, hotline.home, LATER + SECOND_MS)
            assert sealed is not None
            assert (sealed.leaves, sealed.looks) == (0, 7)
            assert await seal_checkpoint(pool, hotline.home, LATER + 2 * SECOND_MS) is None
        finally:
            await pool.close()

    asyncio.run(seal())
    assert found(hotline) == []


SWEPT = Swept(rule="pack@1 drafts", thing="drafts", before=0, erased=7)


def test_lines_of_sweeps_hang_on_each_other() -> None:
    first = sign_sweep(KEY, None, MINUTE_MS, SWEPT)
    second = sign_sweep(KEY, first, 2 * MINUTE_MS, SWEPT)
    assert [sweep.id for sweep in chain_of_sweeps([first, second])] == [1, 2]
    for wrong in ([second], [first, first], [second, first]):
        with pytest.raises(BadSweep):
            list(chain_of_sweeps(wrong))


@pytest.mark.parametrize("field, value", [("erased", 6), ("thing", "looks"), ("through", 9), ("key", "00" * 32)])
def test_a_changed_line_of_a_sweep_does_not_hold(field: str, value: object) -> None:
    line = json.loads(sign_sweep(KEY, None, MINUTE_MS, SWEPT))
    with pytest.raises(BadSweep):
        read_sweep(json.dumps({**line, field: value}, sort_keys=True, separators=(",", ":")))


@pytest.mark.parametrize("line", ["", "{", "[]", "null", '{"id":1}'])
def test_what_is_no_line_of_a_sweep_is_called_so(line: str) -> None:
    with pytest.raises(BadSweep, match="cannot be read"):
        read_sweep(line)

"""Checkpoints: what was sealed stays sealed, in the database and in the published file."""

import asyncio
import json
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from made.lives import World

from lianxin.ground.clock import MINUTE_MS
from lianxin.ground.ledger import checkpoint_file, merkle
from lianxin.ground.ledger.checkpoint import BadLine, Totals, chain_of_lines, follow, leaf, line_hash, read_line, sign
from lianxin.ground.ledger.checkpoint_key import KEY_FILE, KeyTrouble, known_key, signing_key
from lianxin.ground.ledger.checkpoint_seal import SetBack, repair_checkpoints, seal_checkpoint
from lianxin.ground.ledger.postgres import PostgresLedger

if TYPE_CHECKING:
    from asyncpg import Pool, Record

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def three_lines() -> list[str]:
    lines: list[str] = []
    for n in range(3):
        lines.append(sign(KEY, lines[-1] if lines else None, n * MINUTE_MS, bytes([n]) * 32, 2, Totals(2 + n, 5 + n)))
    return lines


def test_lines_hang_on_each_other_and_their_signatures_hold() -> None:
    lines = three_lines()
    checkpoints = [checkpoint for _, checkpoint in chain_of_lines(lines)]
    assert [checkpoint.id for checkpoint in checkpoints] == [1, 2, 3]
    assert checkpoints[2].previous == line_hash(lines[1])
    assert checkpoints[0].at == "1970-01-01T08:00:00+08:00"


@pytest.mark.parametrize("field, value", [("root", "00" * 32), ("entries", 9), ("id", 3), ("key", "00" * 32)])
def test_a_changed_line_does_not_hold(field: str, value: object) -> None:
    line = json.loads(three_lines()[1])
    changed = json.dumps({**line, field: value}, sort_keys=True, separators=(",", ":"))
    with pytest.raises(BadLine):
        read_line(changed)


@pytest.mark.parametrize("line", ["", "{", "[]", '{"id":1}', "null", '{"id":"one"}'])
def test_what_is_no_line_is_called_so(line: str) -> None:
    with pytest.raises(BadLine, match="cannot be read"):
        read_line(line)


def test_a_line_with_blanks_is_not_the_one_that_was_signed() -> None:
    with pytest.raises(BadLine, match="canonically"):
        read_line(three_lines()[0].replace(",", ", ", 1))


def test_a_line_left_out_is_noticed() -> None:
    first, _, third = three_lines()
    with pytest.raises(BadLine, match="line 2: it does not continue checkpoint 1"):
        list(chain_of_lines([first, third]))


def test_a_line_of_another_key_does_not_continue() -> None:
    first = three_lines()[0]
    stranger = sign(Ed25519PrivateKey.from_private_bytes(bytes(32)), first, MINUTE_MS, bytes(32), 1, Totals(3, 9))
    with pytest.raises(BadLine, match="another key"):
        follow(stranger, first)


def test_a_line_that_counts_less_does_not_continue() -> None:
    first = three_lines()[0]
    with pytest.raises(BadLine, match="smaller"):
        follow(sign(KEY, first, -MINUTE_MS, bytes(32), 1, Totals(1, 1)), first)


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    assert known_key(tmp_path) is None
    key = signing_key(tmp_path, may_make=True)
    assert signing_key(tmp_path, may_make=True).private_bytes_raw() == key.private_bytes_raw()
    assert known_key(tmp_path) == key.public_key().public_bytes_raw().hex()
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    signing_key(tmp_path, may_make=True)
    (tmp_path / KEY_FILE).chmod(0o644)
    with pytest.raises(KeyTrouble, match="chmod 600"):
        signing_key(tmp_path, may_make=False)


def test_a_half_line_is_cut_off_before_the_next_one(tmp_path: Path) -> None:
    path = tmp_path / "checkpoints.jsonl"
    lines = three_lines()
    checkpoint_file.append(path, lines[:1])
    with path.open("a") as file:
        file.write(lines[1][:40])
    assert checkpoint_file.last_id(path) == 1
    checkpoint_file.append(path, lines[1:])
    assert list(checkpoint_file.lines_of(path)) == lines


def test_nothing_is_appended_to_a_file_that_is_something_else(tmp_path: Path) -> None:
    path = tmp_path / "checkpoints.jsonl"
    path.write_text("not a checkpoint\n")
    with pytest.raises(BadLine, match="no checkpoint"):
        checkpoint_file.last_id(path)


async def test_a_checkpoint_seals_what_changed_since_the_one_before(pool: "Pool[Record]", tmp_path: Path) -> None:
    world = World(PostgresLedger(pool))
    order = await world.submitted()
    first = await seal_checkpoint(pool, tmp_path, world.now)
    assert first is not None
    assert (first.id, first.leaves, first.chains) == (1, 2, 2)  # the order and its contact
    assert await seal_checkpoint(pool, tmp_path, world.now) is None
    await world.approved()
    await world.heard()
    second = await seal_checkpoint(pool, tmp_path, world.now)
    assert second is not None
    assert (second.id, second.leaves, second.chains) == (2, 3, 5)
    assert second.entries == await pool.fetchval("SELECT count(*) FROM entries")
    head = await pool.fetchval("SELECT head FROM chains WHERE chain_id = $1", order)
    rows = await pool.fetch("SELECT chain_id, seq, head FROM checkpoint_leaves WHERE checkpoint_id = 1 ORDER BY 1")
    assert rows[0]["head"] == head
    assert merkle.root(leaf(*row) for row in rows).hex() == first.root


async def test_database_and_file_have_the_same_lines(pool: "Pool[Record]", tmp_path: Path) -> None:
    world = World(PostgresLedger(pool))
    for _ in range(3):
        await world.heard()
        await seal_checkpoint(pool, tmp_path, world.now)
    stored = [row[0] for row in await pool.fetch("SELECT line FROM checkpoints ORDER BY checkpoint_id")]
    assert list(checkpoint_file.lines_of(tmp_path / "checkpoints.jsonl")) == stored
    assert [checkpoint.id for _, checkpoint in chain_of_lines(stored)] == [1, 2, 3]


async def test_what_a_crash_kept_out_of_the_file_is_appended_at_the_next_start(
    pool: "Pool[Record]", tmp_path: Path
) -> None:
    world = World(PostgresLedger(pool))
    path = tmp_path / "checkpoints.jsonl"
    for _ in range(3):
        await world.heard()
        await seal_checkpoint(pool, tmp_path, world.now)
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.index(b"\n") + 100])  # the first line, and a piece of the second
    assert await repair_checkpoints(pool, tmp_path) == 2
    assert path.read_bytes() == whole
    assert await repair_checkpoints(pool, tmp_path) == 0


async def test_a_database_set_back_behind_the_file_is_not_sealed(pool: "Pool[Record]", tmp_path: Path) -> None:
    world = World(PostgresLedger(pool))
    await world.heard()
    checkpoint_file.append(tmp_path / "checkpoints.jsonl", three_lines())
    with pytest.raises(SetBack, match="checkpoint 3"):
        await seal_checkpoint(pool, tmp_path, world.now)
    assert await pool.fetchval("SELECT count(*) FROM checkpoints") == 0


async def test_a_lost_key_is_not_replaced(pool: "Pool[Record]", tmp_path: Path) -> None:
    world = World(PostgresLedger(pool))
    await world.heard()
    await seal_checkpoint(pool, tmp_path, world.now)
    (tmp_path / KEY_FILE).unlink()
    await world.heard()
    with pytest.raises(KeyTrouble, match="backup"):
        await seal_checkpoint(pool, tmp_path, world.now)
    assert not (tmp_path / KEY_FILE).exists()


async def test_two_who_seal_at_once_make_one_checkpoint(pool: "Pool[Record]", tmp_path: Path) -> None:
    world = World(PostgresLedger(pool))
    await world.heard()
    made = await asyncio.gather(*(seal_checkpoint(pool, tmp_path, world.now) for _ in range(3)))
    assert sum(checkpoint is not None for checkpoint in made) == 1
    assert len(list(checkpoint_file.lines_of(tmp_path / "checkpoints.jsonl"))) == 1


async def test_work_goes_on_while_a_checkpoint_is_made(pool: "Pool[Record]", tmp_path: Path) -> None:
    world = World(PostgresLedger(pool))

    async def work() -> None:
        for _ in range(10):
            await world.approved()

    async def seal() -> None:
        for _ in range(20):
            await seal_checkpoint(pool, tmp_path, world.now)

    await asyncio.gather(work(), seal())
    last = await seal_checkpoint(pool, tmp_path, world.now)
    stored = await pool.fetchval("SELECT line FROM checkpoints ORDER BY checkpoint_id DESC LIMIT 1")
    checkpoint = read_line(stored) if last is None else last
    assert checkpoint.entries == await pool.fetchval("SELECT count(*) FROM entries")
    assert await pool.fetchval("SELECT count(*) FROM chains WHERE sealed_seq < seq") == 0

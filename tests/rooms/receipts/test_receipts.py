"""A citizen's receipt: what stands in it, what it proves, and how a bad one is turned away."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from made.lives import World

from lianxin.ground.clock import MINUTE_MS
from lianxin.ground.ledger import GENESIS, ORDER, chain_of, checkpoint_file, link, merkle
from lianxin.ground.ledger.checkpoint import Totals, leaf, sign
from lianxin.ground.ledger.checkpoint_seal import seal_checkpoint
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.text import digits
from lianxin.orders.service import NoSuchOrder
from lianxin.receipts import BadReceipt, Receipt, Receipts, new_code, read_receipt, verify_with_file
from lianxin.receipts.codes import matches
from lianxin.receipts.receipt import Sealing, path_of, verify_with_chain
from lianxin.receipts.service import CodeGone, verify_with_books

if TYPE_CHECKING:
    from asyncpg import Pool, Record

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NUMBER = "20260309-000017"
CHAIN = chain_of(ORDER, digits(NUMBER))
BODIES = (b"one", b"two", b"three")
HEADS = [link(GENESIS, b"one")]
HEADS += [link(HEADS[0], b"two")]
HEADS += [link(HEADS[1], b"three")]
ENTRIES = [(seq, HEADS[seq - 1], BODIES[seq - 1]) for seq in (1, 2, 3)]
LEAVES = [leaf(CHAIN - 1, 4, bytes(32)), leaf(CHAIN, 2, HEADS[1]), leaf(CHAIN + 1, 9, bytes(32))]
LINE = sign(KEY, None, 0, merkle.root(LEAVES), 3, Totals(3, 15))
SEALING = Sealing(LINE, 2, HEADS[1], path_of(LEAVES, 1))
PLAIN = Receipt(
    number=NUMBER,
    code="12345678",
    head=HEADS[1].hex(),
    seq=2,
    at="2026-03-09T10:00:00+08:00",
    checkpoint=None,
    path=None,
)
COMPLETED = msgspec.structs.replace(PLAIN, checkpoint=1, path=SEALING.path)


def test_a_receipt_is_json_that_is_read_again() -> None:
    assert read_receipt(COMPLETED.json()) == COMPLETED
    assert list(json.loads(PLAIN.json())) == ["number", "code", "head", "seq", "at", "checkpoint", "path"]


@pytest.mark.parametrize(
    "change, sentence",
    [
        ({"head": "xyz"}, "head"),
        ({"seq": 0}, "seq"),
        ({"seq": "2"}, "seq"),
        ({"number": "20260309-000018"}, "order number in the receipt is wrong"),  # one digit is another
        ({"number": "20260309-00017"}, "order number"),
        ({"number": "20260309000017"}, "not written as in a receipt"),
        ({"at": "yesterday"}, "time in the receipt"),
        ({"checkpoint": 1}, "but not both"),
        ({"path": [["up", "00" * 32]], "checkpoint": 1}, "path"),
        ({"more": 1}, "more"),
    ],
)
def test_a_receipt_with_a_mistake_is_turned_away_by_name(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadReceipt, match=sentence):
        read_receipt(json.dumps({**json.loads(PLAIN.json()), **change}).encode())


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe", b"[]", b"x" * 70_000, PLAIN.json()[:-9]])
def test_what_is_no_receipt_is_called_so(data: bytes) -> None:
    with pytest.raises(BadReceipt, match="receipt"):
        read_receipt(data)


def test_a_completed_receipt_verifies_with_the_published_file_alone() -> None:
    verdict = verify_with_file(COMPLETED, [LINE])
    assert (verdict.ok, verdict.sealed) == (True, True)


@pytest.mark.parametrize(
    "receipt, lines, reason",
    [
        (PLAIN, [LINE], "not sealed yet"),
        (msgspec.structs.replace(COMPLETED, head=HEADS[0].hex()), [LINE], "was changed"),
        (msgspec.structs.replace(COMPLETED, seq=3), [LINE], "was changed"),
        (msgspec.structs.replace(COMPLETED, number="20260309-000025"), [LINE], "was changed"),
        (msgspec.structs.replace(COMPLETED, path=COMPLETED.path[:1] if COMPLETED.path else ()), [LINE], "was changed"),
        (COMPLETED, [], "does not have checkpoint 1"),
        (COMPLETED, [LINE.replace('"leaves":3', '"leaves":4')], "signature"),
        (COMPLETED, ["nothing"], "not whole"),
    ],
)
def test_with_the_file_alone_these_do_not_verify(receipt: Receipt, lines: list[str], reason: str) -> None:
    verdict = verify_with_file(receipt, lines)
    assert not verdict.ok
    assert reason in verdict.reason


def test_a_later_head_is_fine_when_the_receipt_s_is_its_ancestor() -> None:
    assert verify_with_chain(PLAIN, ENTRIES, None).ok
    verdict = verify_with_chain(PLAIN, ENTRIES, SEALING)
    assert (verdict.ok, verdict.sealed) == (True, True)
    assert "1 entries have followed" in verdict.reason


@pytest.mark.parametrize(
    "receipt, entries, sealing, reason",
    [
        (PLAIN, [], None, "no order"),
        (PLAIN, ENTRIES[:1], None, "books end at entry 1"),
        (msgspec.structs.replace(PLAIN, head=HEADS[2].hex()), ENTRIES, None, "not the one"),
        (PLAIN, [ENTRIES[0], ENTRIES[2]], None, "broken at entry 2"),
        (PLAIN, [ENTRIES[0], (2, HEADS[1], b"other")], None, "broken at entry 2"),
        (COMPLETED, ENTRIES, None, "the books deny it"),
        (PLAIN, ENTRIES, SEALING._replace(head=HEADS[2]), "another history"),
        (PLAIN, ENTRIES, SEALING._replace(path=()), "another history"),
        (PLAIN, ENTRIES, SEALING._replace(line="{}"), "does not hold"),
        (msgspec.structs.replace(COMPLETED, path=()), ENTRIES, SEALING, "does not lead to the root"),
    ],
)
def test_with_the_books_these_do_not_verify(receipt: Receipt, entries: Any, sealing: Any, reason: str) -> None:
    verdict = verify_with_chain(receipt, entries, sealing)
    assert not verdict.ok
    assert reason in verdict.reason


def test_a_code_is_known_by_its_hash_only() -> None:
    code, row = new_code(CHAIN, 1, 0)
    assert len(code) == 8 and code.isdigit()
    assert row.code_hash.startswith("$argon2id$")
    assert code not in row.code_hash
    assert matches(row.code_hash, f"{code[:4]} {code[4:]}")
    assert not matches(row.code_hash, str(int(code) ^ 1).zfill(8))
    assert not matches("no hash", code)


@pytest.fixture
def world(pool: "Pool[Record]") -> World:
    return World(PostgresLedger(pool))


@pytest.fixture
def receipts(pool: "Pool[Record]", world: World) -> Receipts:
    return Receipts(pool, world.services)


async def renewed(world: World, receipts: Receipts, number: str) -> Receipt:
    world.now += MINUTE_MS
    return await receipts.renew(number, world.id(), "system", "system", world.now)


async def test_a_receipt_is_sealed_later_and_then_proves_itself(
    pool: "Pool[Record]", world: World, receipts: Receipts, tmp_path: Path
) -> None:
    order = await world.order(await world.submitted())
    receipt = await renewed(world, receipts, order.number)
    assert (receipt.checkpoint, receipt.path, receipt.seq) == (None, None, 2)
    assert await receipts.complete(receipt) == receipt
    verdict = await verify_with_books(pool, receipt)
    assert (verdict.ok, verdict.sealed) == (True, False)
    await seal_checkpoint(pool, tmp_path, world.now)
    completed = await receipts.complete(receipt)
    assert (completed.checkpoint, completed.head) == (1, receipt.head)
    assert verify_with_file(completed, checkpoint_file.lines_of(tmp_path / "checkpoints.jsonl")).ok
    await world.approved()
    verdict = await verify_with_books(pool, completed)
    assert (verdict.ok, verdict.sealed) == (True, True)


async def test_where_the_checkpoint_sealed_a_later_entry_the_completed_receipt_is_for_that_one(
    pool: "Pool[Record]", world: World, receipts: Receipts, tmp_path: Path
) -> None:
    order = await world.order(await world.submitted())
    first = await renewed(world, receipts, order.number)
    await renewed(world, receipts, order.number)
    await seal_checkpoint(pool, tmp_path, world.now)
    completed = await receipts.complete(first)
    assert (completed.seq, completed.code) == (3, first.code)
    assert verify_with_file(completed, checkpoint_file.lines_of(tmp_path / "checkpoints.jsonl")).ok
    assert (await verify_with_books(pool, first)).sealed  # the earlier head is its ancestor


async def test_a_new_code_voids_the_old_one_and_leaves_an_entry(world: World, receipts: Receipts) -> None:
    order_id = await world.submitted()
    number = (await world.order(order_id)).number
    first = await renewed(world, receipts, number)
    second = await renewed(world, receipts, number)
    assert first.code is not None and second.code is not None
    assert await receipts.opens(number, second.code) == 2
    assert await receipts.opens(number, first.code) is None
    assert [await receipts.valid(order_id, n) for n in (1, 2, 3)] == [False, True, False]
    assert (await world.order(order_id)).last_kind == "code_replaced"


async def test_the_same_command_twice_shows_no_second_code(world: World, receipts: Receipts) -> None:
    number = (await world.order(await world.submitted())).number
    command = world.id()
    await receipts.renew(number, command, "system", "system", world.now)
    with pytest.raises(CodeGone):
        await receipts.renew(number, command, "system", "system", world.now)


async def test_the_head_that_was_handed_out_is_noted_once(
    pool: "Pool[Record]", world: World, receipts: Receipts
) -> None:
    order_id = await world.submitted()
    receipt = await renewed(world, receipts, (await world.order(order_id)).number)
    row = await pool.fetchrow("SELECT seq, head FROM receipts WHERE order_id = $1", order_id)
    assert (row["seq"], row["head"].hex()) == (receipt.seq, receipt.head)


async def test_a_code_can_begin_with_the_order(world: World, receipts: Receipts) -> None:
    contact, number = await world.call(), world.number()
    from lianxin.orders import commands as c
    from lianxin.orders.service import Words, order_id_of

    code, row = new_code(order_id_of(number), 1, world.now)
    words = Words("", "路灯不亮", b"salt")
    submit = c.Submit(
        id=world.id(),
        by="staff:1001",
        role="agent",
        number=number,
        contact=contact,
        citizen_since=world.now,
        kind="complaint",
        category="0401",
        region="371602",
        text_hash=words.hash(),
    )
    done = await world.services.submit(contact, submit, world.now, words, receipts_write=[row])
    receipt = await receipts.hand_out(number, code, 1, done["seq"])
    assert receipt.seq == 1
    assert await receipts.opens(number, code) == 1


async def test_a_guess_at_no_order_is_compared_like_any_other(
    receipts: Receipts, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[str] = []

    def noted(code_hash: str, code: str) -> bool:
        compared.append(code_hash)
        return matches(code_hash, code)

    monkeypatch.setattr("lianxin.receipts.service.matches", noted)
    assert await receipts.opens(NUMBER, "12345678") is None
    (decoy,) = compared
    _, real = new_code(CHAIN, 1, 0)
    assert decoy.split("$")[:4] == real.code_hash.split("$")[:4]  # the same algorithm and the same costs


async def test_there_is_no_receipt_of_an_unknown_order(receipts: Receipts) -> None:
    with pytest.raises(NoSuchOrder):
        await receipts.write(NUMBER)
    assert await receipts.opens(NUMBER, "12345678") is None

"""Erasure: a citizen is forgotten, and every chain still verifies."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest
from one_order import MORNING, SECRETS, WANG, Office, anybody, rules_of, seeded

from lianxin.attachments.erasing import ErasableFiles
from lianxin.attachments.limits import Quota
from lianxin.attachments.locker import Locker
from lianxin.attachments.scanning import NoScanner
from lianxin.attachments.service import Attachments, Given
from lianxin.attachments.shelf import Shelf
from lianxin.attachments.washing.washed import Limits
from lianxin.ground.ledger import GENESIS, ChainMoved, link
from lianxin.ground.ledger.memory import MemoryLedger
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.orders import commands as c
from lianxin.orders.order import OrderEntry
from lianxin.orders.service import Words
from lianxin.orders.texts import text_hash
from lianxin.people.keys import house_keys
from lianxin.people.persons import NoSuchPerson, Persons
from lianxin.people.vault import PersonErased, PersonFields
from lianxin.retention import Erase, EraseRefused, Erasure, matters_in_memory, matters_in_postgres
from lianxin.retention.erasure import REDACTED

GROUND = "个人信息保护法 第四十七条"
LETTER = "我是王小芳,13800138000,住锦苑小区3号楼，身份证372301199001011234,电梯停运。"
TABLES = ("persons", "person_numbers", "texts", "entries", "chains", "orders", "contacts", "outbox", "commands")


@pytest.fixture
async def office(pool: "asyncpg.Pool[asyncpg.Record]") -> AsyncIterator[Office]:
    yield Office(PostgresLedger(pool))


def erasure(office: Office, pool: "asyncpg.Pool[asyncpg.Record]") -> Erasure:
    return Erasure(office.store, matters_in_postgres(pool), rules_of, anybody, seeded(3))


def wish(office: Office, person: UUID, **changes: Any) -> Erase:
    return Erase(**{"id": office.id(), "by": "staff:9001", "person": person, "ground": GROUND} | changes)


async def everything(pool: "asyncpg.Pool[asyncpg.Record]") -> bytes:
    """All that the database holds, with byte columns as they are: an attacker's copy."""
    found = b""
    for table in TABLES:
        for row in await pool.fetch(f"SELECT * FROM {table}"):
            for value in row.values():
                found += value if isinstance(value, bytes) else str(value).encode()
    return found


async def test_after_erasure_nothing_personal_can_be_read_even_with_the_house_key(
    office: Office, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    wang = office.person()
    order = await office.submit("20260309-000018", wang, LETTER)
    assert LETTER.encode() in await everything(pool)
    before = await pool.fetchrow("SELECT * FROM persons")

    answer = await erasure(office, pool).erase(wish(office, wang.row.id), office.later())

    assert answer == {"person": str(wang.row.id), "orders": 1, "contacts": 1, "texts": 1, "files": 0}
    left = await everything(pool)
    assert not [secret for secret in SECRETS if secret.encode() in left]
    # Without the data key the old hashes are only noise: neither key nor salt is anywhere in the database.
    assert before is not None
    assert not [name for name in ("wrapped_key", "fields", "salts") if before[name] in left]
    with pytest.raises(PersonErased):
        await Persons(pool, office.vault).read(wang.row.id)
    assert await Persons(pool, office.vault).find("13800138000") == ()
    assert await Persons(pool, office.vault).find("8000") == ()
    assert (await office.order(order)).open, "what is owed is still owed"


async def test_the_chain_keeps_the_old_hash_and_an_entry_carries_the_new_one(
    office: Office, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    wang = office.person()
    order = await office.submit("20260309-000018", wang, LETTER)
    before = [tuple(row) for row in await pool.fetch("SELECT * FROM entries WHERE chain_id = $1 ORDER BY seq", order)]

    await erasure(office, pool).erase(wish(office, wang.row.id), office.later())

    rows = await pool.fetch("SELECT * FROM entries WHERE chain_id = $1 ORDER BY seq", order)
    assert [tuple(row) for row in rows[: len(before)]] == before
    head = GENESIS
    for row in rows:
        head = link(head, row["body"])
        assert head == row["hash"]
    last = msgspec.json.decode(rows[-1]["body"], type=OrderEntry)
    assert (last.kind, last.text_n, last.say, last.actor) == ("erased", 1, {"ground": GROUND}, "staff:9001")
    text = await pool.fetchrow("SELECT title, text, salt FROM texts WHERE order_id = $1", order)
    assert text is not None
    assert (text["title"], text["text"]) == ("", REDACTED)
    assert text_hash(text["salt"], text["title"], text["text"]) == last.text


async def test_every_text_of_every_order_goes_also_of_closed_ones(
    office: Office, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    wang = office.person()
    first = await office.submit("20260309-000018", wang, LETTER)
    second = await office.submit("20260309-000026", wang, LETTER)
    words = Words("", LETTER, b"s" * 16)
    await office.act(first, c.Note, "staff:1001", "agent", text_hash=words.hash(), words=words)
    await office.act(second, c.Withdraw, "citizen", "citizen", evidence="录音 8812")
    stranger = await office.submit("20260309-000034", office.person(2, PersonFields(name="李强")), "路灯不亮")

    answer = await erasure(office, pool).erase(wish(office, wang.row.id), office.later())

    assert (answer["orders"], answer["contacts"], answer["texts"]) == (2, 2, 3)
    texts = await pool.fetch("SELECT order_id, text FROM texts ORDER BY order_id, n")
    assert [row["text"] for row in texts] == [REDACTED] * 3 + ["路灯不亮"]
    assert (await office.order(second)).closed_at is not None
    assert (await office.order(stranger)).last_kind == "submitted"


async def test_words_added_to_another_citizens_order_go_and_that_citizens_own_words_stay(
    office: Office, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    wang = office.person()
    other = await office.submit("20260309-000034", office.person(2, PersonFields(name="李强")), "路灯不亮")
    contact = await office.contact("20260309-000042", wang)
    words = Words("", LETTER, b"s" * 16)
    await office.act(other, c.Add, "staff:1001", "agent", contact=contact, text_hash=words.hash(), words=words)

    answer = await erasure(office, pool).erase(wish(office, wang.row.id), office.later())

    assert (answer["orders"], answer["texts"]) == (1, 1)
    texts = await pool.fetch("SELECT n, text FROM texts WHERE order_id = $1 ORDER BY n", other)
    assert [tuple(row) for row in texts] == [(1, "路灯不亮"), (2, REDACTED)]
    kinds = await pool.fetch("SELECT kind FROM entries WHERE chain_id = $1 ORDER BY seq", contact)
    assert [row["kind"] for row in kinds][-1] == "erased"


async def test_the_same_command_again_answers_the_same_and_another_is_refused(
    office: Office, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    wang = office.person()
    await office.submit("20260309-000018", wang, LETTER)
    command, now = wish(office, wang.row.id), office.later()
    first = await erasure(office, pool).erase(command, now)
    assert await erasure(office, pool).erase(command, now) == first
    with pytest.raises(EraseRefused, match="erased already"):
        await erasure(office, pool).erase(wish(office, wang.row.id), office.later())


async def test_an_erasure_that_is_not_right_changes_nothing(
    office: Office, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    wang = office.person()
    await office.submit("20260309-000018", wang, LETTER)
    before = await everything(pool)

    def may_not(by: str, role: str) -> bool:
        return role != "secadmin"

    strict = Erasure(office.store, matters_in_postgres(pool), rules_of, may_not)
    with pytest.raises(EraseRefused, match="security administrator"):
        await strict.erase(wish(office, wang.row.id), office.later())
    with pytest.raises(EraseRefused, match="legal ground"):
        await erasure(office, pool).erase(wish(office, wang.row.id, ground=""), office.later())
    with pytest.raises(EraseRefused, match="Nobody is kept"):
        await erasure(office, pool).erase(wish(office, UUID(int=5)), office.later())
    assert await everything(pool) == before
    with pytest.raises(NoSuchPerson):
        await Persons(pool, office.vault).read(UUID(int=5))


async def test_somebody_who_acts_meanwhile_does_not_get_half_an_erasure(
    office: Office, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    wang = office.person()
    order = await office.submit("20260309-000018", wang, LETTER)
    find = matters_in_postgres(pool)
    told: list[int] = []

    async def and_meanwhile(person: UUID) -> Any:
        found = await find(person)
        if not told:
            told.append(1)
            words = Words("", LETTER, b"t" * 16)
            await office.act(order, c.Note, "staff:1001", "agent", text_hash=words.hash(), words=words)
        return found

    class Slow(PostgresLedger):
        """Reads, then lets somebody else be faster, once."""

        async def commit(self, batch: Any) -> None:
            if any(entry.kind == "erased" for entry in batch.entries) and len(told) == 1:
                told.append(2)
                words = Words("", LETTER, b"u" * 16)
                await office.act(order, c.Note, "staff:1001", "agent", text_hash=words.hash(), words=words)
            await super().commit(batch)

    busy = Erasure(Slow(pool), and_meanwhile, rules_of, anybody, seeded(3))
    answer = await busy.erase(wish(office, wang.row.id), office.later(10))
    assert answer["texts"] == 3
    assert LETTER.encode() not in await everything(pool)


async def test_a_store_in_memory_forgets_in_the_same_way() -> None:
    ledger = MemoryLedger()
    office = Office(ledger)
    wang = office.person()
    order = await office.submit("20260309-000018", wang, LETTER)
    other = await office.submit("20260309-000034", office.person(2, PersonFields(name="李强")), "路灯不亮")
    contact = await office.contact("20260309-000042", wang)
    words = Words("", LETTER, b"s" * 16)
    await office.act(other, c.Add, "staff:1001", "agent", contact=contact, text_hash=words.hash(), words=words)
    forget = Erasure(ledger, matters_in_memory(ledger), rules_of, anybody, seeded(3))

    answer = await forget.erase(wish(office, wang.row.id), office.later())

    assert (answer["orders"], answer["contacts"], answer["texts"]) == (2, 2, 2)
    texts = {key: row["text"] for key, row in ledger.tables["texts_write"].items()}
    assert texts == {(order, 1): REDACTED, (other, 1): "路灯不亮", (other, 2): REDACTED}
    assert not [row for row in ledger.tables["person_numbers_write"].values() if row["person"] == str(wang.row.id)]
    with pytest.raises(EraseRefused, match="erased already"):
        await forget.erase(wish(office, wang.row.id), office.later())


async def test_others_being_faster_for_ever_is_said_and_nothing_is_half_done() -> None:
    class Busy(MemoryLedger):
        """Always somebody was faster."""

        async def commit(self, batch: Any) -> None:
            if any(entry.kind == "erased" for entry in batch.entries):
                raise ChainMoved("moved")
            await super().commit(batch)

    ledger = Busy()
    office = Office(ledger)
    wang = office.person()
    await office.submit("20260309-000018", wang, LETTER)
    forget = Erasure(ledger, matters_in_memory(ledger), rules_of, anybody)
    with pytest.raises(ChainMoved):
        await forget.erase(wish(office, wang.row.id), office.later())
    assert office.vault.open(wang.row).name == WANG.name
    assert ledger.tables["persons_write"][(str(wang.row.id),)]["erased"] is None
    assert office.now > MORNING


async def test_files_of_the_order_and_of_the_contact_go_with_their_entries(
    office: Office, pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path
) -> None:
    """A photo at the order, a recording at the contact, and somebody else's photo, which stays."""
    wang = office.person()
    order = await office.submit("20260309-000018", wang, LETTER)
    other = await office.submit("20260309-000034", office.person(2, PersonFields(name="李强")), "路灯不亮")
    contact = (await office.order(order)).contact
    shelf = Shelf(tmp_path)
    locker = Locker(house_keys(b"k" * 32).ring("files"), seeded(5))
    files = Attachments(
        pool,
        office.services,
        shelf,
        locker,
        NoScanner(),
        Limits(10**6, 10**6, 10**6, 10**6, 2048),
        Quota(5, 10_000_000),
    )
    kept = {}
    for subject in (order, contact, other):
        path = tmp_path / f"sent-{subject}.pdf"
        path.write_bytes(minimal_pdf())
        with path.open("rb") as source:
            given = Given(source, "凭证.pdf", "citizen", "staff:1001", "agent", office.id())
            kept[subject] = await files.add(subject, given, office.later())

    erasing = Erasure(
        office.store, matters_in_postgres(pool), rules_of, anybody, seeded(3), ErasableFiles(pool, tmp_path)
    )
    answer = await erasing.erase(wish(office, wang.row.id), office.later())

    assert answer["files"] == 2
    rows = await pool.fetch("SELECT subject_id, wrapped_key, salt, name, erased_at FROM attachments")
    gone = {row["subject_id"]: row["erased_at"] is not None for row in rows}
    assert gone == {order: True, contact: True, other: False}
    assert all(tuple(row)[1:4] == (None, None, None) for row in rows if row["erased_at"] is not None)
    assert [shelf.place(file.file).exists() for file in kept.values()] == [False, False, True]
    for subject in (order, contact):
        kinds = [row[0] for row in await pool.fetch("SELECT kind FROM entries WHERE chain_id = $1", subject)]
        assert "attachment_erased" in kinds and "erased" in kinds
    head = GENESIS
    for row in await pool.fetch("SELECT body, hash FROM entries WHERE chain_id = $1 ORDER BY seq", contact):
        head = link(head, row["body"])
        assert head == row["hash"]


def minimal_pdf() -> bytes:
    """A PDF of one empty page."""
    import io

    import pikepdf

    file = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(file)
    return file.getvalue()

"""What is handed in from another channel is a contact, once, encrypted, and waits in the intake tray."""

from datetime import date
from uuid import uuid4

import pytest
import pytest_asyncio
from conftest import system

from lianxin.contacts import course
from lianxin.ground.clock import at_iso
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.text import digits, make_number
from lianxin.insight.audit.violation import number_of
from lianxin.orders import commands as c
from lianxin.orders.service import Services, Words, contact_id_of, order_id_of
from lianxin.rules import load_rules

LETTER = {
    "channel": "province",
    "text": "锦苑小区北门的井盖松动，夜里很危险。",
    "subject": "井盖松动",
    "foreign_id": "SD-2026-000123",
    "citizen": {"name": "吴敏", "numbers": ["138 0013 8000"], "address": "锦苑小区 3 号楼"},
}


pytestmark = pytest.mark.asyncio(loop_scope="session")


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


@pytest_asyncio.fixture(loop_scope="session")
async def province(site, books):
    """The account of the province's platform: it hands in as an agent would."""
    async with await system(site, books, "1001") as client:
        yield client


async def test_a_letter_waits_in_the_intake_tray_within_its_clock(province, books):
    answer = await province.post("/contacts", json=LETTER, headers=key())
    assert answer.status_code == 201, answer.text
    told = (await province.get(answer.headers["location"].removeprefix("/api/v1"))).json()
    assert told["number"] == answer.json()["number"]
    assert (told["channel"], told["stage"], told["disposition"]) == ("province", "waiting", "pending")
    assert told["holder"] == "tray:intake" and told["limit"] is not None
    row = await books.fetchrow("SELECT * FROM contacts WHERE contact_id = $1", 2 * 10**15 + digits(told["number"]))
    assert (row["channel"], row["holder"]) == ("province", "tray:intake")


async def test_nothing_personal_lies_readable_anywhere(province, books):
    await province.post("/contacts", json=LETTER, headers=key())
    for table in ("messages_in", "persons", "person_numbers", "entries", "commands", "chains", "outbox"):
        for row in await books.fetch(f"SELECT t::text AS line, t.* FROM {table} t"):
            whole = row["line"].encode() + b"".join(value for value in row.values() if isinstance(value, bytes))
            for word in ("吴敏", "13800138000", "138 0013 8000", "锦苑小区", "井盖"):
                assert word.encode() not in whole and word.encode().hex() not in row["line"], (table, word)


async def test_it_is_handed_in_once_however_often_it_is_sent(province, books):
    same, before = key(), await books.fetchval("SELECT count(*) FROM messages_in")
    answers = [await province.post("/contacts", json=LETTER, headers=same) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201] * 3
    assert len({answer.content for answer in answers}) == 1
    assert await books.fetchval("SELECT count(*) FROM messages_in") == before + 1
    other = await province.post("/contacts", json=LETTER | {"text": "另一件事"}, headers=same)
    assert (other.status_code, other.json()["type"]) == (422, "urn:lianxin:problem:key-reused")
    assert await books.fetchval("SELECT count(*) FROM messages_in") == before + 1


@pytest.mark.parametrize(
    "wrong, pointer",
    [
        ({"channel": "telepathy"}, "/channel"),
        ({"channel": "mail"}, "/channel"),  # mails come in by the mailbox alone
        ({"text": ""}, "/text"),
        ({"text": None}, "/text"),
        ({"citizen": {"nickname": "x"}}, "/citizen/nickname"),
        ({"citizen": {"numbers": ["1"] * 6}}, "/citizen/numbers"),
        ({"citizen": {"numbers": "13800138000"}}, "/citizen/numbers"),
        ({"priority": 1}, "/priority"),
    ],
)
async def test_each_wrong_field_is_named_and_nothing_is_stored(province, books, wrong, pointer):
    before = await books.fetchval("SELECT count(*) FROM messages_in")
    answer = await province.post("/contacts", json=LETTER | wrong, headers=key())
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert await books.fetchval("SELECT count(*) FROM messages_in") == before


@pytest.mark.parametrize("text, code", [(" \n\u200b ", "empty"), ("长" * 40_000, "too_long")])
async def test_a_text_that_says_nothing_or_too_much_is_refused_with_a_sentence(province, text, code):
    answer = await province.post("/contacts", json=LETTER | {"text": text}, headers=key())
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert "保存" in answer.json()["detail"] or "再提交" in answer.json()["detail"]


async def test_a_unit_hands_in_nothing_and_reads_no_contact(site, books, province):
    number = (await province.post("/contacts", json=LETTER, headers=key())).json()["number"]
    async with await system(site, books, "zjj:contact") as unit:
        assert (await unit.post("/contacts", json=LETTER, headers=key())).status_code == 403
        assert (await unit.get(f"/contacts/{number}")).status_code == 404


async def test_rare_characters_and_pictures_of_the_text_come_through(province, books):
    answer = await province.post("/contacts", json=LETTER | {"text": "𠮷野家门口 👨‍👩‍👧 路灯坏了"}, headers=key())
    assert answer.status_code == 201


async def test_a_contact_tells_no_number_of_an_order_that_its_reader_does_not_see(site, books, hotline):
    """Two citizens call about the same matter, and the review makes its order confidential."""
    number, at = await hotline.submitted(), at_iso("2026-03-13T09:30:00+08:00")
    rules = load_rules("sd-binzhou")
    services = Services(PostgresLedger(books), lambda _: rules, lambda _who, _role: True)
    second, agent = contact_id_of(make_number(date(2026, 3, 13), 9_000)), "staff:1003"
    await services.meet(second, course.Arrive(id=uuid4(), by="system", channel="call"), at)
    await services.meet(second, course.Take(id=uuid4(), by=agent), at + 10_000)
    words = Words("", "我家也听得见。", b"salt" * 4)
    add = c.Add(id=uuid4(), by=agent, role="agent", contact=second, text_hash=words.hash())
    await services.add(order_id_of(number), add, at + 60_000, words, "joined")
    await services.meet(second, course.End(id=uuid4(), by=agent), at + 90_000)
    async with await system(site, books, "1002") as another, await system(site, books, "1023") as duty:
        path = f"/contacts/{number_of(second)}"
        assert (await another.get(path)).json()["matters"][0]["order"] == number
        await books.execute("UPDATE orders SET flags = '{confidential}', state = 'approved' WHERE number = $1", number)
        assert (await another.get(f"/orders/{number}")).status_code == 404
        (matter,) = (await another.get(path)).json()["matters"]
        assert (matter["outcome"], matter["order"]) == ("joined", None)
        assert (await duty.get(path)).json()["matters"][0]["order"] == number

"""The agents' desk: a contact is taken, written up in one matter or several, and ends; nothing is written twice."""

import re
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from made.entry import entered
from made.site import open_site
from pages_day import NOW, play

from lianxin.contacts import course
from lianxin.desks.intake.filled import NotFilledIn, matter_of, person_of
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.store import Database
from lianxin.ground.text import make_number, parse_number
from lianxin.orders.service import Services, contact_id_of
from lianxin.people import load_staff
from lianxin.rules import load_rules
from lianxin.units import load_units

AGENT, OTHER = "1002", "1003"
ORDER = {
    "title": "锦苑小区北门路灯不亮",
    "text": "北门外三盏路灯坏了一周，晚上摔了人，希望尽快修好。",
    "kind": "help",
    "category": "0401",
    "region": "371602",
    "urgency": "normal",
    "read_back": "yes",
    "name": "周小满",
    "phone": "19900007788",
}


@pytest.fixture
async def desk(
    database: Database, pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path
) -> AsyncIterator[httpx.AsyncClient]:
    """An agent at the desk of a house with some days behind it."""
    await play(pool)
    async with open_site(pool, database.app_url, tmp_path) as site, await entered(site, pool, AGENT) as client:
        yield client


def hidden(page: str, action: str) -> str:
    """The id of the command in the form with this action."""
    form = re.search(rf'action="[^"]*{re.escape(action)}".*?name="command" value="([^"]+)"', page, re.S)
    assert form is not None, f"no form {action}"
    return form[1]


async def noted(client: httpx.AsyncClient, channel: str = "call") -> str:
    """Note a contact that has come in; return its address."""
    command = hidden((await client.get("/intake")).text, "/intake/new")
    answer = await client.post("/intake/new", data={"channel": channel, "command": command})
    assert answer.status_code == 303, answer.text
    again = await client.post("/intake/new", data={"channel": channel, "command": command})
    assert again.headers["location"] == answer.headers["location"]  # pressed twice it is one contact
    return answer.headers["location"]


async def test_a_caller_with_two_matters_gets_an_order_and_an_answer(desk: httpx.AsyncClient, pool: Any) -> None:
    contact = await noted(desk)
    command = hidden((await desk.get(contact)).text, "/order")
    opened = await desk.post(f"{contact}/order", data={**ORDER, "command": command})
    assert opened.status_code == 303, opened.text
    number = opened.headers["location"].partition("opened=")[2]
    assert parse_number(number) == number
    again = await desk.post(f"{contact}/order", data={**ORDER, "command": command})
    assert again.headers["location"] == opened.headers["location"]
    row = await pool.fetchrow("SELECT state, holder, category, person_id FROM orders WHERE number = $1", number)
    assert tuple(row)[:3] == ("submitted", "tray:review", "0401") and row["person_id"] is not None
    page = (await desk.get(contact)).text
    assert number in page and "19900007788" not in page
    tell = {"outcome": "referred", "to": "12348 法律援助", "command": hidden(page, "/outcome")}
    assert (await desk.post(f"{contact}/outcome", data=tell)).status_code == 303
    page = (await desk.get(contact)).text
    assert "12348 法律援助" in page
    ended = await desk.post(f"{contact}/end", data={"command": hidden(page, "/end")})
    assert (ended.status_code, ended.headers["location"]) == (303, "/intake")
    assert (
        await pool.fetchval(
            "SELECT count(*) FROM contacts WHERE agent = $1 AND disposition = 'opened'", f"staff:{AGENT}"
        )
        == 1
    )
    assert (
        await pool.fetchval(
            "SELECT count(*) FROM receipts r JOIN orders o USING (order_id) WHERE o.number = $1", number
        )
        == 1
    )


async def test_a_form_with_mistakes_comes_back_as_it_was(desk: httpx.AsyncClient, pool: Any) -> None:
    contact = await noted(desk)
    before = await pool.fetchval("SELECT count(*) FROM orders")
    command = hidden((await desk.get(contact)).text, "/order")
    for wrong in ({"kind": ""}, {"category": "9z"}, {"phone": "12"}, {"mail": "nobody"}, {"region": "1"}, {"text": ""}):
        answer = await desk.post(f"{contact}/order", data={**ORDER, **wrong, "command": command})
        assert answer.status_code == 422, wrong
        assert "周小满" in answer.text and "锦苑小区北门路灯不亮" in answer.text, wrong
    odd = await desk.post(
        f"{contact}/order", data={**ORDER, "title": "<script>alert(1)</script>", "text": "", "command": command}
    )
    assert "<script>alert" not in odd.text
    assert await pool.fetchval("SELECT count(*) FROM orders") == before


async def test_a_contact_does_not_end_before_something_is_noted(desk: httpx.AsyncClient) -> None:
    contact = await noted(desk)
    page = (await desk.get(contact)).text
    refused = await desk.post(f"{contact}/end", data={"command": hidden(page, "/end")})
    assert refused.status_code == 409 and "还没有记下来电人的诉求" in refused.text


@pytest.mark.parametrize(
    ("filled", "sentence"),
    [
        ({"outcome": "answered", "item": ""}, "知识条目或专家"),
        ({"outcome": "answered", "item": "K999999", "agreed": "yes"}, "知识库里没有这个编号"),
        ({"outcome": "referred", "to": ""}, "请写明转给了谁"),
        ({"outcome": "not_accepted"}, "不予受理要写明依据"),
        ({"outcome": "promoted"}, "请选择这件事的结果"),
        ({"outcome": "heard", "reply": "您好"}, "不能在这里回信"),
    ],
)
async def test_an_outcome_needs_what_belongs_to_it(desk: httpx.AsyncClient, filled: Any, sentence: str) -> None:
    contact = await noted(desk)
    command = hidden((await desk.get(contact)).text, "/outcome")
    refused = await desk.post(f"{contact}/outcome", data={**filled, "command": command})
    assert refused.status_code == 409 and sentence in refused.text


async def test_an_expert_answers_by_name_for_a_department_on_a_ground(desk: httpx.AsyncClient, pool: Any) -> None:
    assert "for_unit" not in (await desk.get(await noted(desk))).text, "an agent has no name to answer with"
    site = desk._transport.app  # type: ignore[attr-defined]
    person = load_staff().by_role("expert")[0]
    async with await entered(site, pool, person.id) as expert:
        contact = await noted(expert)
        said = {"outcome": "answered", "agreed": "yes", "for_unit": "", "ground": ""}
        for more, sentence in (({}, "请选择代表哪个单位"), ({"for_unit": "zjj"}, "请写明依据")):
            said |= more
            command = hidden((await expert.get(contact)).text, "/outcome")
            refused = await expert.post(f"{contact}/outcome", data={**said, "command": command})
            assert refused.status_code == 409 and sentence in refused.text
        said["ground"] = "滨州市物业管理条例第 12 条"
        answer = await expert.post(f"{contact}/outcome", data={**said, "command": command})
        assert answer.status_code == 303, answer.text
    body = await pool.fetchval("SELECT convert_from(body, 'UTF8') FROM entries WHERE command_id = $1", UUID(command))
    assert f"专家 {person.name}（{load_units().unit('zjj').name}）" in body and "第 12 条" in body


async def test_a_caller_joins_an_order_that_the_agent_may_see(desk: httpx.AsyncClient, pool: Any) -> None:
    contact = await noted(desk)
    number = await pool.fetchval("SELECT number FROM orders WHERE state = 'in_progress' LIMIT 1")
    page = (await desk.get(contact)).text
    form = {"order": number, "outcome": "joined", "text": "我家也是", "command": hidden(page, "/join")}
    for wrong, sentence in (({"order": "20260309-000001"}, "单号"), ({"text": ""}, "请写下来电人")):
        refused = await desk.post(f"{contact}/join", data={**form, **wrong})
        assert refused.status_code == 409 and sentence in refused.text
    assert (await desk.post(f"{contact}/join", data=form)).status_code == 303
    assert number in (await desk.get(contact)).text


async def test_a_contact_in_another_agents_hands_is_not_written_on(desk: httpx.AsyncClient, pool: Any) -> None:
    contact = await noted(desk)
    command = hidden((await desk.get(contact)).text, "/order")
    async with await entered(desk._transport.app, pool, OTHER) as other:  # type: ignore[attr-defined]
        assert "由别人在办" in (await other.get(contact)).text
        answer = await other.post(f"{contact}/order", data={**ORDER, "command": command})
        assert answer.status_code == 409
    async with await entered(desk._transport.app, pool, "zjj:contact") as officer:  # type: ignore[attr-defined]
        assert (await officer.get(contact)).status_code == 403
    assert (await desk.get("/intake/20260309-000001")).status_code == 404
    assert (await desk.get("/intake/nothing")).status_code == 404


async def test_earlier_orders_of_a_number_are_found_without_the_number_in_any_address(desk: httpx.AsyncClient) -> None:
    contact = await noted(desk)
    command = hidden((await desk.get(contact)).text, "/order")
    await desk.post(f"{contact}/order", data={**ORDER, "command": command})
    found = await desk.post(f"{contact}/caller", data={"phone": "19900007788"})
    assert found.status_code == 200 and found.text.count("锦苑小区北门路灯不亮") >= 1
    assert "没有以前的工单" in (await desk.post(f"{contact}/caller", data={"phone": "19900000001"})).text


async def test_who_waits_is_taken_by_one_agent(desk: httpx.AsyncClient, pool: Any) -> None:
    services = Services(PostgresLedger(pool), lambda _: load_rules("sd-binzhou"), lambda *_: True)
    arrive = course.Arrive(id=UUID(int=77), by="system", channel="call")
    await services.meet(contact_id_of(make_number(date(2026, 3, 13), 50_001)), arrive, NOW)
    page = (await desk.get("/intake")).text
    take = re.search(r'action="(/intake/[\d-]+)/take".*?name="command" value="([^"]+)"', page, re.S)
    assert take is not None
    assert (await desk.post(f"{take[1]}/take", data={"command": take[2]})).status_code == 303
    async with await entered(desk._transport.app, pool, OTHER) as other:  # type: ignore[attr-defined]
        late = await other.post(f"{take[1]}/take", data={"command": "01890a5d-ac96-774b-bcce-b302099a8057"})
        assert late.status_code == 409 and "已有人接听" in late.text


def test_who_calls_is_read_as_it_was_written() -> None:
    assert person_of({}) is None
    person = person_of({"name": [" 李 "], "phone": ["19900001111，0543-3266123"]})
    assert person is not None and (person.name, person.numbers) == ("李", ("19900001111", "0543-3266123"))
    with pytest.raises(NotFilledIn, match="位数不对"):
        person_of({"phone": ["123"]})
    with pytest.raises(NotFilledIn, match="太长"):
        person_of({"name": ["长" * 41]})


def test_an_answer_counts_only_when_the_caller_agreed() -> None:
    assert not matter_of({"outcome": ["answered"]}, "K18").agreed
    assert matter_of({"outcome": ["answered"], "agreed": ["yes"]}, "K18").agreed


def test_the_agents_of_the_test_have_the_role() -> None:
    assert {AGENT, OTHER} <= {person.id for person in load_staff().by_role("agent")}

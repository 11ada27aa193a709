"""Steps by other systems: once for each key, in the version that is meant, refused with the rule and what is left."""

import asyncio
import json
from uuid import uuid4

import msgspec
import pytest
import pytest_asyncio
from conftest import system

from lianxin.orders.service import order_id_of

pytestmark = pytest.mark.asyncio(loop_scope="session")
REVIEWER, DISPATCHER, UNIT, OTHER_UNIT = "1024", "1026", "cgj:contact", "zjj:contact"
APPROVAL = {"category": "0401", "region": "371602", "urgency": "normal"}


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


async def entries(books, number):
    return await books.fetch("SELECT * FROM entries WHERE chain_id = $1 ORDER BY seq", order_id_of(number))


@pytest_asyncio.fixture(loop_scope="session")
async def reviewer(site, books):
    async with await system(site, books, REVIEWER) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def unit(site, books):
    """The system of the unit that the broken lamps were dispatched to."""
    async with await system(site, books, UNIT) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def noise(hotline):
    """An order that waits for its review."""
    return await hotline.submitted()


@pytest_asyncio.fixture(loop_scope="session")
async def wages(hotline):
    """Another one."""
    return await hotline.submitted()


@pytest_asyncio.fixture(loop_scope="session")
async def lamps(hotline):
    """An order that waits for the unit's signature."""
    return await hotline.dispatched("cgj")


@pytest_asyncio.fixture(loop_scope="session")
async def lift(hotline):
    """An order that another unit works on."""
    return await hotline.in_progress("zjj")


async def test_a_step_answers_the_new_state_and_the_entry_it_wrote(reviewer, books, noise):
    answer = await reviewer.post(f"/orders/{noise}/commands/approve", json=APPROVAL, headers=key())
    assert answer.status_code == 200, answer.text
    last = (await entries(books, noise))[-1]
    assert answer.json() == {"number": noise, "state": "approved", "seq": last["seq"], "hash": last["hash"].hex()}
    assert answer.headers["etag"] == (await reviewer.get(f"/orders/{noise}")).headers["etag"]


async def test_a_unit_signs_works_and_replies(unit, books, lamps):
    for step, body in (
        ("sign", {}),
        ("log-contact", {"how": "今天上午电话联系，约定下午上门"}),
        ("note", {"text": "电工已到现场"}),
        (
            "reply",
            {
                "answer": "三盏灯都已修好，晚上已亮。",
                "basis": "城市照明管理规定 第 21 条",
                "contacted": "今天 10 点电话",
            },
        ),
    ):
        answer = await unit.post(f"/orders/{lamps}/commands/{step}", json=body, headers=key())
        assert answer.status_code == 200, (step, answer.text)
    told = (await unit.get(f"/orders/{lamps}")).json()
    assert (told["state"], told["holder"]) == ("replied", "tray:review")
    assert told["additions"][-1]["text"] == "三盏灯都已修好，晚上已亮。"
    assert [entry["actor"] for entry in await entries(books, lamps)][-4:] == ["unit:cgj:contact"] * 4


async def test_what_is_sent_again_acts_once_and_answers_the_same(reviewer, books, noise):
    same = key()
    first = await reviewer.post(f"/orders/{noise}/commands/approve", json=APPROVAL, headers=same)
    spaced = msgspec.json.format(msgspec.json.encode(dict(reversed(APPROVAL.items()))))
    again = await reviewer.post(
        f"/orders/{noise}/commands/approve", content=spaced, headers={**same, "Content-Type": "application/json"}
    )
    assert (again.status_code, again.content, again.headers["etag"]) == (200, first.content, first.headers["etag"])
    assert [entry["kind"] for entry in await entries(books, noise)].count("approved") == 1


async def test_it_answers_the_same_when_the_order_has_gone_on_and_when_it_is_no_more_seen(unit, site, books, lamps):
    same = key()
    body = {"code": "R1", "basis": "不属本单位职责", "suggested": "zjj"}
    first = await unit.post(f"/orders/{lamps}/commands/ask-send-back", json=body, headers=same)
    assert first.status_code == 200, first.text
    async with await system(site, books, "2001") as objection:
        decided = await objection.post(
            f"/orders/{lamps}/commands/decide-send-back",
            json={"accepted": True, "text": "同意退单"},
            headers=key(),
        )
        assert decided.status_code == 200, decided.text
    again = await unit.post(f"/orders/{lamps}/commands/ask-send-back", json=body, headers=same)
    assert (again.status_code, again.content) == (200, first.content)


async def test_eight_at_once_with_one_key_act_once(reviewer, books, noise):
    same = key()
    path = f"/orders/{noise}/commands/approve"
    answers = await asyncio.gather(*(reviewer.post(path, json=APPROVAL, headers=same) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert [entry["kind"] for entry in await entries(books, noise)].count("approved") == 1


@pytest.mark.parametrize(
    "which, step, body",
    [
        ("noise", "approve", {**APPROVAL, "urgency": "urgent"}),
        ("wages", "approve", APPROVAL),
        ("noise", "send-back", {"remarks": {"words": "看不清"}}),
    ],
)
async def test_a_key_of_another_request_is_refused(reviewer, books, noise, wages, which, step, body):
    same = key()
    assert (await reviewer.post(f"/orders/{noise}/commands/approve", json=APPROVAL, headers=same)).status_code == 200
    before = await books.fetchval("SELECT count(*) FROM entries")
    path = f"/orders/{({'noise': noise, 'wages': wages})[which]}/commands/{step}"
    other = await reviewer.post(path, json=body, headers=same)
    assert (other.status_code, other.json()["type"]) == (422, "urn:lianxin:problem:key-reused")
    assert await books.fetchval("SELECT count(*) FROM entries") == before


async def test_two_systems_may_use_the_same_key(reviewer, unit, noise, lamps):
    same = key()
    assert (await reviewer.post(f"/orders/{noise}/commands/approve", json=APPROVAL, headers=same)).status_code == 200
    assert (await unit.post(f"/orders/{lamps}/commands/sign", json={}, headers=same)).status_code == 200


@pytest.mark.parametrize("sent", [None, "", "short", "x" * 65, "with space", "schlüssel-nummer-1".encode()])
async def test_without_a_proper_key_nothing_is_done(reviewer, books, sent, noise):
    headers = {} if sent is None else {"Idempotency-Key": sent}
    answer = await reviewer.post(f"/orders/{noise}/commands/approve", json=APPROVAL, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:lianxin:problem:idempotency-key")
    assert [entry["kind"] for entry in await entries(books, noise)] == ["submitted"]


async def test_only_the_version_that_is_meant_is_changed(reviewer, books, noise):
    tag = (await reviewer.get(f"/orders/{noise}")).headers["etag"]
    stale = {**key(), "If-Match": tag}
    fresh = await reviewer.post(f"/orders/{noise}/commands/approve", json=APPROVAL, headers={**key(), "If-Match": tag})
    assert fresh.status_code == 200
    late = await reviewer.post(f"/orders/{noise}/commands/send-back", json={"remarks": {"words": "?"}}, headers=stale)
    assert late.status_code == 412
    assert "审核通过" in late.json()["detail"] and "没有保存" in late.json()["detail"]
    assert [entry["kind"] for entry in await entries(books, noise)] == ["submitted", "approved"]


async def test_a_version_that_passes_at_the_very_moment_is_refused_too(reviewer, site, books, lift):
    """Eight systems read the same version and write at once: one is first, the others are told so."""
    tag = (await reviewer.get(f"/orders/{lift}")).headers["etag"]
    async with await system(site, books, OTHER_UNIT) as unit:
        answers = await asyncio.gather(
            *(
                unit.post(
                    f"/orders/{lift}/commands/note", json={"text": f"第 {n} 条"}, headers={**key(), "If-Match": tag}
                )
                for n in range(8)
            )
        )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412, 412, 412, 412, 412]


async def test_a_repeated_request_with_its_old_version_is_answered(reviewer, noise):
    headers = {**key(), "If-Match": (await reviewer.get(f"/orders/{noise}")).headers["etag"]}
    first = await reviewer.post(f"/orders/{noise}/commands/approve", json=APPROVAL, headers=headers)
    again = await reviewer.post(f"/orders/{noise}/commands/approve", json=APPROVAL, headers=headers)
    assert (first.status_code, again.status_code, again.content) == (200, 200, first.content)


async def test_a_step_that_does_not_fit_is_refused_with_the_rule_and_what_is_possible(reviewer, noise, lamps):
    answer = await reviewer.post(
        f"/orders/{lamps}/commands/approve", json=APPROVAL, headers={**key(), "Accept-Language": "en"}
    )
    told = answer.json()
    assert (answer.status_code, told["code"], told["title"]) == (409, "wrong_state", "It does not fit what is true now")
    assert "不能做“审核通过”" in told["detail"]
    mine = await reviewer.post(f"/orders/{noise}/commands/accept-reply", json={}, headers=key())
    assert {"approve", "send-back"} <= set(mine.json()["allowed"])


async def test_what_is_possible_is_told_with_the_order(reviewer, unit, noise, lamps):
    assert {"approve", "send-back"} <= set((await reviewer.get(f"/orders/{noise}")).json()["allowed"])
    assert "sign" in (await unit.get(f"/orders/{lamps}")).json()["allowed"]


async def test_who_has_no_such_role_is_told_so(unit, reviewer, lamps):
    answer = await unit.post(f"/orders/{lamps}/commands/approve", json=APPROVAL, headers=key())
    assert (answer.status_code, answer.json()["code"]) == (403, "not_your_role")


async def test_an_order_that_is_not_seen_is_not_there_for_a_step(unit, lift):
    answer = await unit.post(f"/orders/{lift}/commands/sign", json={}, headers=key())
    nowhere = await unit.post("/orders/20200101-000018/commands/sign", json={}, headers=key())
    assert answer.status_code == nowhere.status_code == 404
    assert {**answer.json(), "instance": ""} == {**nowhere.json(), "instance": ""}


@pytest.mark.parametrize(
    "step, body, pointer",
    [
        ("approve", {}, "/category"),
        ("approve", {**APPROVAL, "category": "9999999"}, "/category"),
        ("approve", {**APPROVAL, "urgency": "soon"}, "/urgency"),
        ("approve", {**APPROVAL, "colour": "red"}, "/colour"),
        ("approve", {**APPROVAL, "confidential": "yes"}, "/confidential"),
        ("approve", {**APPROVAL, "category": "x" * 81}, "/category"),
        ("send-back", {"remarks": {"nothing": "x"}}, "/remarks/nothing"),
        ("send-back", {"remarks": {}}, ""),
        ("join", {"parent": "20200101-000018", "reason": "同一件事"}, "/parent"),
        ("join", {"parent": "12", "reason": "同一件事"}, "/parent"),
    ],
)
async def test_each_wrong_field_is_named(reviewer, books, step, body, pointer, noise):
    answer = await reviewer.post(f"/orders/{noise}/commands/{step}", json=body, headers=key())
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert [entry["kind"] for entry in await entries(books, noise)] == ["submitted"]


async def test_a_number_of_a_citizen_never_gets_into_the_ledger(unit, books, lamps):
    answer = await unit.post(f"/orders/{lamps}/commands/sign", json={}, headers=key())
    assert answer.status_code == 200
    told = await unit.post(f"/orders/{lamps}/commands/log-contact", json={"how": "打了 13812345678"}, headers=key())
    assert (told.status_code, told.json()["code"]) == (422, "personal_number")
    assert b"13812345678" not in b"".join([entry["body"] for entry in await entries(books, lamps)])


async def test_a_browser_may_read_but_not_act(site, books, noise):
    from made.entry import entered

    async with await entered(site, books, REVIEWER) as browser:
        answer = await browser.post(f"/api/v1/orders/{noise}/commands/approve", json=APPROVAL, headers=key())
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
    assert [entry["kind"] for entry in await entries(books, noise)] == ["submitted"]


async def test_a_token_without_the_scope_may_not(site, books, noise):
    async with await system(site, books, REVIEWER, "orders:read") as client:
        assert (await client.get(f"/orders/{noise}")).status_code == 200
        answer = await client.post(f"/orders/{noise}/commands/approve", json=APPROVAL, headers=key())
        assert answer.status_code == 403
        assert 'scope="orders:act"' in answer.headers["www-authenticate"]


async def test_every_text_that_came_with_a_step_is_found_by_search(unit, lamps):
    await unit.post(f"/orders/{lamps}/commands/sign", json={}, headers=key())
    await unit.post(f"/orders/{lamps}/commands/note", json={"text": "换了三只镇流器"}, headers=key())
    found = (await unit.get("/orders", params={"text": "镇流器"})).json()
    assert [line["number"] for line in found["items"]] == [lamps]


async def test_a_token_does_no_more_than_its_owner_may_from_the_moment_that_changes(site, books, noise):
    """Told by NOTIFY as the roll is written, to a process that keeps what it knows of a token in memory."""

    async def roll(active, *roles):
        row = {"work_number": "1999", "chain": 3 * 10**15 + 1999, "roles": roles, "active": active, "unit": None,
               "units": [], "zone": "review", "region": "", "skills": []}  # fmt: skip
        await books.execute("SELECT staff_write($1::jsonb)", json.dumps([row]))

    async def answered(status):
        async with asyncio.timeout(4):  # less than the time for which memory is believed without asking
            while (answer := await client.get(f"/orders/{noise}")).status_code != status:
                await asyncio.sleep(0.01)
        return answer

    await roll(True, "reviewer")
    async with await system(site, books, "1999") as client:
        assert "approve" in (await answered(200)).json()["allowed"]
        await roll(True, "unit_contact")
        await answered(404)
        refused = await client.post(f"/orders/{noise}/commands/approve", json=APPROVAL, headers=key())
        assert refused.status_code in (403, 404)
        await roll(False, "reviewer")
        await answered(401)
        refused = await client.post(f"/orders/{noise}/commands/approve", json=APPROVAL, headers=key())
        assert refused.status_code == 401
    assert [entry["kind"] for entry in await entries(books, noise)] == ["submitted"]

"""The rule administrator's desk: a version is proposed by one, agreed to by another, and never reaches back."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
from made.entry import entered
from made.site import made_site, open_site

from lianxin.ground.clock import at_iso
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.site.time_here import write_site_clock
from lianxin.ground.store import Database
from lianxin.people import load_staff
from lianxin.personnel import enrol
from lianxin.rules import shipped_texts
from lianxin.rules.comparing import Change, changes

GUARD_S = 30.0  # a guard, not a measure
NOON = at_iso("2026-03-10T12:00:00+08:00")
ADMINS = [person.id for person in load_staff().by_role("rule_admin")]
BINZHOU = next(text for text in shipped_texts().values() if "pack: sd-binzhou" in text)
NEXT = BINZHOU.replace('version: "2026.1"', 'version: "2027.1"').replace(
    'from: "2026-01-01T00:00:00+08:00"', 'from: "2027-01-01T00:00:00+08:00"'
)
SHORTER = NEXT.replace("default:     {value: 5, unit: WD", "default:     {value: 3, unit: WD")


@pytest.fixture
async def site(
    database: Database, pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path
) -> AsyncIterator[tuple[httpx.AsyncClient, httpx.AsyncClient]]:
    """Two rule administrators at their desks."""
    await enrol(PostgresLedger(pool), load_staff(), NOON)
    await write_site_clock(pool, NOON, 0.0)
    app = made_site(pool, database.app_url, tmp_path)
    one, other = await entered(app, pool, ADMINS[0]), await entered(app, pool, ADMINS[1])
    async with one, other:
        yield one, other


async def proposed(client: httpx.AsyncClient, text: str, **more: str) -> httpx.Response:
    form = {"text": text, "document": "滨热线〔2026〕9号 时限调整", **more}
    return await client.post("/rules/propose", data=form)


def test_the_new_version_differs_in_what_it_says() -> None:
    assert SHORTER != NEXT != BINZHOU


async def test_a_version_takes_effect_after_a_second_person_agreed(site: Any, pool: Any) -> None:
    one, other = site
    answer = await proposed(one, SHORTER)
    assert answer.status_code == 303, answer.text
    draft = answer.headers["location"]
    page = (await other.get(draft)).text
    assert "order.handle.default.value" in page and "与 sd-binzhou@2026.1 相比" in page
    own = await one.post(f"{draft}/agree")
    assert own.status_code == 409 and "要由另一位规则管理员复核" in own.text
    assert await pool.fetchval("SELECT count(*) FROM packs WHERE ref = 'sd-binzhou@2027.1'") == 0
    agreed = await other.post(f"{draft}/agree")
    assert (agreed.status_code, agreed.headers["location"]) == (303, "/rules")
    body = await pool.fetchval("SELECT body FROM packs WHERE ref = 'sd-binzhou@2027.1'")
    assert body == SHORTER
    entry = await pool.fetchrow(
        "SELECT actor, body FROM entries WHERE kind = 'adopted' ORDER BY at DESC, seq DESC LIMIT 1"
    )
    assert entry["actor"] == f"staff:{ADMINS[1]}" and f"staff:{ADMINS[0]}".encode() in entry["body"]
    again = await other.post(f"{draft}/agree")
    assert again.status_code == 409 and "已经处理过了" in again.text


async def test_a_version_that_reaches_back_is_refused(site: Any) -> None:
    late = await proposed(site[0], NEXT.replace('from: "2027-01-01', 'from: "2026-03-01'))
    assert late.status_code == 409 and "规则不能倒签" in late.text
    known = await proposed(site[0], BINZHOU)
    assert known.status_code == 409 and "已经施行，改动要用新的版本号" in known.text
    nothing = await proposed(site[0], NEXT, document="  ")
    assert nothing.status_code == 409 and "请写明依据的文件" in nothing.text


async def test_mistakes_are_named_with_their_lines_and_the_text_stays(site: Any) -> None:
    broken = await proposed(site[0], NEXT.replace("unit: WD", "unit: fortnight", 1))
    assert broken.status_code == 422
    assert "没有保存，文字原样留在下面" in broken.text and "fortnight" in broken.text
    assert (await proposed(site[0], "<script>alert(1)</script>")).text.count("<script>alert") == 0
    checked = await proposed(site[0], NEXT, check="1")
    assert checked.status_code == 200 and "没有发现错误" in checked.text


async def test_one_version_waits_once_and_may_be_withdrawn_or_sent_back_with_a_reason(site: Any, pool: Any) -> None:
    one, other = site
    draft = (await proposed(one, NEXT)).headers["location"]
    twice = await proposed(other, NEXT)
    assert twice.status_code == 409 and "已有一份在等复核" in twice.text
    silent = await other.post(f"{draft}/refuse", data={"reason": " "})
    assert silent.status_code == 409 and "请写明退回的理由" in silent.text
    assert (await other.post(f"{draft}/refuse", data={"reason": "缺少依据"})).status_code == 303
    draft = (await proposed(one, NEXT)).headers["location"]
    assert (await one.post(f"{draft}/refuse")).status_code == 303
    assert [row[0] for row in await pool.fetch("SELECT outcome FROM pack_drafts ORDER BY decided_at, outcome")] == [
        "refused",
        "withdrawn",
    ]
    assert "缺少依据" in (await one.get(await _first(one, pool))).text


async def _first(client: httpx.AsyncClient, pool: Any) -> str:
    return f"/rules/draft/{await pool.fetchval('SELECT draft_id FROM pack_drafts WHERE outcome = $1', 'refused')}"


async def test_only_rule_administrators_come_in(site: Any, pool: Any) -> None:
    agent = await entered(site[0]._transport.app, pool, "1001")
    async with agent:
        for path in ("/rules", "/rules/propose", "/rules/text/sd-binzhou@2026.1"):
            assert (await agent.get(path)).status_code == 403
        assert (await proposed(agent, NEXT)).status_code == 403


async def test_what_is_not_there_is_not_found(site: Any) -> None:
    for path in ("/rules/text/nothing@1", f"/rules/draft/{'0' * 8}-0000-4000-8000-{'0' * 12}"):
        assert (await site[0].get(path)).status_code == 404


def test_changes_name_every_clause_that_differs_and_no_other() -> None:
    old = {"a": {"b": 1, "c": [1, 2]}, "gone": "x"}
    new = {"a": {"b": 2, "c": [1, 2]}, "come": {"d": None}}
    assert changes(old, new) == (Change("a.b", "1", "2"), Change("come.d", "", "null"), Change("gone", "x", ""))
    assert changes(new, new) == ()


async def test_a_new_hotline_has_no_rules_says_so_and_gets_its_first_from_an_example(
    database: Database, pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path
) -> None:
    await enrol(PostgresLedger(pool), load_staff(), NOON, packs=())
    await write_site_clock(pool, NOON, 0.0)
    async with open_site(pool, database.app_url, tmp_path) as app:
        agent, one, other = [await entered(app, pool, who) for who in ("1024", *ADMINS[:2])]
        async with agent, one, other:
            typed = {"channel": "call", "command": str(uuid4())}
            refused = await agent.post("/intake/new", data=typed)
            assert refused.status_code == 503 and "还没有生效的规则" in refused.text
            assert await pool.fetchval("SELECT count(*) FROM contacts") == 0
            packs = (await one.get("/rules")).text
            assert "在施行一个版本之前什么也不能受理" in packs and "base=sd-binzhou%402026.1" in packs
            form = (await one.get("/rules/propose?base=sd-binzhou%402026.1")).text
            assert "pack: sd-binzhou" in form
            draft = (await proposed(one, BINZHOU)).headers["location"]
            assert (await other.post(f"{draft}/agree")).status_code == 303
            async with asyncio.timeout(GUARD_S):
                while (answer := await agent.post("/intake/new", data=typed)).status_code == 503:
                    await asyncio.sleep(0.001)
            assert answer.status_code == 303, answer.text
            assert "什么也不能受理" not in (await one.get("/rules")).text

"""The pages of webhooks: a unit looks after its own, the system administrator after all, nobody else sees them."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar
from made.entry import entered, outside
from made.site import open_site
from one_order import MORNING

from lianxin.desks.site import make_paper
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.web import Paper
from lianxin.people import load_staff
from lianxin.personnel import enrol

ROOT = next(person.id for person in load_staff().house if person.has("sysadmin"))
AGENT = next(person.id for person in load_staff().house if person.has("agent"))
ZJJ, CGJ = "zjj:contact", "cgj:contact"
FORM = {"name": "局办公系统", "url": "https://hooks.example.org/lianxin", "topic": "assigned"}


@pytest.fixture(scope="module")
def paper() -> Paper:
    return make_paper()


@pytest.fixture
async def site(database: Any, pool: Any, paper: Paper, tmp_path: Path) -> AsyncIterator[Litestar]:
    await enrol(PostgresLedger(pool), load_staff(), MORNING)
    async with open_site(pool, database.app_url, tmp_path, paper=paper) as opened:
        yield opened


async def made(client: httpx.AsyncClient, **changed: str) -> str:
    """Set one up; return the path of its page."""
    answer = await client.post("/webhooks", data={"id": str(uuid4()), **FORM, **changed})
    assert answer.status_code == 201 or answer.status_code == 200, answer.text
    found = re.search(r'action="(/webhooks/[0-9a-f-]+)/test"', answer.text)
    assert found is not None
    return found[1]


async def test_a_unit_sets_one_up_sees_the_secret_once_and_sends_a_test(site: Litestar, pool: Any) -> None:
    async with await entered(site, pool, ZJJ) as client:
        assert "还没有系统接收推送" in (await client.get("/webhooks")).text
        answer = await client.post("/webhooks", data={"id": str(uuid4()), **FORM})
        secret = re.search(r"whsec_[A-Za-z0-9+/=]+", answer.text)
        assert secret is not None and "只在这里显示这一次" in answer.text
        place = re.search(r'action="(/webhooks/[0-9a-f-]+)/test"', answer.text)
        assert place is not None
        assert (await client.post(f"{place[1]}/test")).headers["location"] == place[1]
        page = (await client.get(place[1])).text
        assert "局办公系统" in page and "测试" in page and "等待推送" in page
        for text in (page, (await client.get("/webhooks")).text):
            assert secret[0] not in text
        assert (await client.post(f"{place[1]}/pause")).status_code == 303
        assert "已暂停" in (await client.get(place[1])).text
        refused = await client.post(f"{place[1]}/test")
        assert refused.status_code == 422 and "没有发送测试" in refused.text
        await client.post(f"{place[1]}/resume")
        assert (await client.post(f"{place[1]}/end")).headers["location"] == "/webhooks"
        assert (await client.get(place[1])).status_code == 404


async def test_a_form_that_does_not_fit_comes_back_as_it_was(site: Litestar, pool: Any) -> None:
    async with await entered(site, pool, ZJJ) as client:
        wrong = {**FORM, "url": "http://10.0.0.1/<script>", "name": '"><b>x'}
        answer = await client.post("/webhooks", data={"id": "not an id", **wrong})
        assert answer.status_code == 422 and "没有保存" in answer.text
        assert "&#34;&gt;&lt;b&gt;x" in answer.text and '<script>"' not in answer.text
        assert (await client.post("/webhooks", data={})).status_code == 422
        assert await pool.fetchval("SELECT count(*) FROM webhooks") == 0


async def test_what_belongs_to_another_unit_does_not_exist_here(site: Litestar, pool: Any) -> None:
    async with await entered(site, pool, ZJJ) as owner, await entered(site, pool, CGJ) as other:
        place = await made(owner)
        assert (await other.get(place)).status_code == 404
        for step in ("pause", "resume", "test", "end", f"deliveries/{uuid4()}/again", "nothing"):
            assert (await other.post(f"{place}/{step}")).status_code == 404
        assert "局办公系统" not in (await other.get("/webhooks")).text
        assert (await owner.get(place)).status_code == 200


async def test_the_administrator_sees_all_and_names_whom_they_speak_for(site: Litestar, pool: Any) -> None:
    async with await entered(site, pool, ZJJ) as owner, await entered(site, pool, ROOT) as root:
        place = await made(owner)
        assert "局办公系统" in (await root.get("/webhooks")).text and (await root.get(place)).status_code == 200
        answer = await root.post("/webhooks", data={"id": str(uuid4()), **FORM})
        assert answer.status_code == 422 and "单位人员" in answer.text
        await made(root, reader=CGJ, name="城管系统")
    async with await entered(site, pool, CGJ) as other:
        assert "城管系统" in (await other.get("/webhooks")).text


async def test_nobody_else_and_no_forged_form_gets_in(site: Litestar, pool: Any) -> None:
    async with await entered(site, pool, AGENT) as agent:
        assert (await agent.get("/webhooks")).status_code == 403
        assert (await agent.post("/webhooks", data={"id": str(uuid4()), **FORM})).status_code == 403
    async with outside(site) as stranger:
        assert (await stranger.get("/webhooks")).status_code in (303, 401)
        assert (await stranger.post("/webhooks", data=FORM)).status_code in (303, 401, 403)
    async with await entered(site, pool, ZJJ) as client:
        del client.headers["x-csrf-token"]
        assert (await client.post("/webhooks", data={"id": str(uuid4()), **FORM})).status_code == 403
    assert await pool.fetchval("SELECT count(*) FROM webhooks") == 0


async def test_the_gateways_door_is_shut_where_no_gateway_pushes(site: Litestar) -> None:
    async with outside(site) as gateway:
        assert (await gateway.post("/gateway/sms", content=b"{}")).status_code == 404

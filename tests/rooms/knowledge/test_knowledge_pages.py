"""The knowledge base in a browser: agents search and report, editors write and publish, units see their own."""

import re
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest
import yaml
from made.entry import entered, outside
from made.site import open_site
from made_knowledge import EDITOR, OTHER

from lianxin.desks.site import make_paper
from lianxin.ground.clock import HOUR_MS, at_iso
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.site.time_here import write_site_clock
from lianxin.knowledge.importing import import_file
from lianxin.knowledge.loading import FOLDER
from lianxin.knowledge.service import Knowledge, numbers_of
from lianxin.people import load_staff
from lianxin.personnel import enrol
from lianxin.rules import load_rules

AGENT, WRITER, SECOND, YBJ, RSJ = "1001", "2026", "2027", "ybj:contact", "rsj:contact"
NOW = at_iso("2026-11-24T10:00:00+08:00")
FORM = {
    "title": "宠物医院收费怎么投诉",
    "answer": "请保留票据，我为您登记，转市场监管部门处理。",
    "basis": "中华人民共和国价格法",
    "category": "1405",
    "unit": "scjg",
    "form": "faq",
    "valid_from": "2026-11-01",
    "valid_to": "2027-11-01",
    "questions": "宠物看病太贵\n兽医乱收费",
    "public": "1",
}


@pytest.fixture(scope="module")
def paper():
    return make_paper()


@pytest.fixture
async def site(database, pool, paper, tmp_path):
    """A site whose knowledge base has two items."""
    async with site_with(2, database, pool, paper, tmp_path) as site:
        yield site


@pytest.fixture
async def larger_site(database, pool, paper, tmp_path):
    """One in which it is worth while to search."""
    async with site_with(15, database, pool, paper, tmp_path) as site:
        yield site


@asynccontextmanager
async def site_with(items, database, pool, paper, tmp_path):
    await enrol(PostgresLedger(pool), load_staff(), at_iso("2026-01-05T09:00:00+08:00"))
    await write_site_clock(pool, NOW, 0.0)
    calendar = load_rules("sd-binzhou").calendar
    knowledge = Knowledge(
        PostgresLedger(pool), lambda: calendar, lambda _by, _role: True, numbers_of(pool), lambda n: bytes(n)
    )
    await import_file(knowledge, some_items(tmp_path, items), EDITOR, OTHER, at_iso("2026-03-02T09:00:00+08:00"))
    async with open_site(pool, database.app_url, tmp_path, paper=paper) as site:
        yield site


def some_items(folder: Path, count: int) -> Path:
    """The first items of Binzhou, and one on the housing fund."""
    everything = yaml.safe_load((FOLDER / "binzhou.yaml").read_text("utf-8"))
    fund = [item for item in everything["items"] if item["category"] == "0502"]
    path = folder / "some.yaml"
    path.write_text(
        yaml.safe_dump({**everything, "items": everything["items"][:count] + fund}, allow_unicode=True), "utf-8"
    )
    return path


async def do(client, name: str, what: str, **fields: str):
    return await client.post(f"/knowledge/{name}/do/{what}", data={"command": str(uuid4()), **fields})


async def begun(client, **changed: str) -> str:
    """An item that was written and handed in; its name."""
    form = {**FORM, "command": str(uuid4()), "then": "submit", **changed}
    answer = await client.post("/knowledge/new", data=form)
    assert answer.status_code == 303, answer.text
    return re.search(r"/knowledge/(K\d+)", answer.headers["location"])[1]


# Search


FOUND = (
    ("异地就医", "跨省异地就医直接结算怎么备案"),
    ("慢病卡", "门诊慢特病怎么申请"),
    ("我老父亲在北京看病怎么报销啊，要备案吗", "跨省异地就医直接结算怎么备案"),
    ("暖气不热", "供暖期是什么时候、室温多少算达标"),
    ("楼上半夜吵", "夜间施工和邻居噪声扰民找谁"),
    ("K5", "居住证怎么办理"),
    ("公积金 租房", "公积金什么情况可以提取"),
)


async def test_an_agent_finds_the_answer_in_the_citizens_words(larger_site, pool):
    async with await entered(larger_site, pool, AGENT) as client:
        for typed, title in FOUND:
            found = await client.get("/knowledge/search", params={"q": typed}, headers={"Accept": "application/json"})
            titles = [item["title"] for item in found.json()["items"]]
            assert title in titles[:3], (typed, titles)
            fragment = (await client.get("/knowledge/search", params={"q": typed})).text
            assert title in fragment and "<html" not in fragment


async def test_whatever_is_typed_is_answered(site, pool):
    senseless = (
        "",
        " ",
        "量子纠缠",
        "';DROP TABLE knowledge_items;--",
        "%",
        "\x00",
        "<script>",
        "一" * 500,
        "😀",
        "K9999999999",
    )
    async with await entered(site, pool, AGENT) as client:
        for typed in senseless:
            for path in ("/knowledge/search", "/knowledge", "/knowledge/public"):
                answer = await client.get(path, params={"q": typed})
                assert answer.status_code == 200 and "<script>alert" not in answer.text, (path, typed)


async def test_what_has_expired_is_found_last_and_shown_as_such(site, pool):
    await write_site_clock(pool, at_iso("2027-01-02T10:00:00+08:00"), 0.0)
    async with await entered(site, pool, AGENT) as client:
        await wait_for_the_new_time(client)
        found = await client.get("/knowledge/search", params={"q": "居民医保"}, headers={"Accept": "application/json"})
        items = found.json()["items"]
        assert [item["usable"] for item in items] == sorted((item["usable"] for item in items), reverse=True)
        assert {item["title"] for item in items if not item["usable"]} >= {"城乡居民医保什么时候缴费、怎么缴"}
        page = (await client.get("/knowledge/K2")).text
        assert "已经过期" in page and "不能用来答复" in page
        assert "城乡居民医保" in (await client.get("/knowledge?state=expired")).text


async def wait_for_the_new_time(client) -> None:
    """The site hears of its time from the database."""
    for _ in range(200):
        if (
            "2027年" in (await client.get("/knowledge/K2")).text
            or "已经过期" in (await client.get("/knowledge/K2")).text
        ):
            return
    raise AssertionError("the site did not hear of its time")


# Write, review, publish


async def test_an_item_goes_from_one_person_to_another_and_to_the_agents(site, pool):
    async with await entered(site, pool, WRITER) as client:
        name = await begun(client)
        own = (await client.get(f"/knowledge/{name}")).text
        assert "另一位同事发布或退回" in own and "发布 v1" not in own
        assert (await do(client, name, "publish")).status_code == 409
    async with await entered(site, pool, AGENT) as client:
        assert (await client.get(f"/knowledge/{name}")).status_code == 404
    async with await entered(site, pool, SECOND) as client:
        assert FORM["title"] in (await client.get("/knowledge/review")).text
        assert "发布 v1" in (await client.get(f"/knowledge/{name}?v=1")).text
        assert (await do(client, name, "return", remark="依据请写明条款")).status_code == 303
    async with await entered(site, pool, WRITER) as client:
        assert "依据请写明条款" in (await client.get(f"/knowledge/{name}")).text
        save = await client.post(
            f"/knowledge/{name}/edit",
            data={**FORM, "basis": "价格法第十三条", "command": str(uuid4()), "then": "submit"},
        )
        assert save.status_code == 303
    async with await entered(site, pool, SECOND) as client:
        assert (await do(client, name, "publish")).status_code == 303
    async with await entered(site, pool, AGENT) as client:
        page = (await client.get(f"/knowledge/{name}")).text
        assert FORM["answer"] in page and "价格法第十三条" in page and "兽医乱收费" in page


async def test_a_unit_writes_its_own_items_and_confirms_what_the_house_wrote(site, pool):
    async with await entered(site, pool, YBJ) as client:
        refused = await client.post("/knowledge/new", data={**FORM, "command": str(uuid4())})
        assert refused.status_code == 409 and "本单位" in refused.text and FORM["title"] in refused.text
        name = await begun(client, unit="ybj", category="1002")
    async with await entered(site, pool, RSJ) as client:
        assert name not in (await client.get("/knowledge/review")).text
        assert (await client.get(f"/knowledge/{name}")).status_code == 404
        assert (await do(client, name, "publish")).status_code == 404
    async with await entered(site, pool, WRITER) as client:
        other = await begun(client, unit="ybj", title="医保码怎么用", category="1001")
        assert (await do(client, name, "publish")).status_code == 303
    async with await entered(site, pool, YBJ) as client:
        assert "代表单位确认" in (await client.get(f"/knowledge/{other}?v=1")).text
        assert (await do(client, other, "confirm")).status_code == 303


async def test_a_form_that_is_refused_stays_as_it_was(site, pool):
    async with await entered(site, pool, WRITER) as client:
        answer = await client.post("/knowledge/new", data={**FORM, "answer": "", "command": str(uuid4())})
    assert answer.status_code == 409 and "答复口径还没有写" in answer.text
    assert FORM["title"] in answer.text and "兽医乱收费" in answer.text and 'value="2027-11-01"' in answer.text


async def test_what_was_typed_and_not_sent_is_there_again(site, pool):
    async with await entered(site, pool, WRITER) as client:
        kept = await client.put("/drafts/K1/knowledge", data={"title": "想到一半", "answer": "先备案", "public": "1"})
        assert kept.status_code == 200
        page = (await client.get("/knowledge/K1/edit")).text
        assert "想到一半" in page and "不要草稿" in page
        save = await client.post("/knowledge/K1/edit", data={**FORM, "unit": "ybj", "command": str(uuid4())})
        assert save.status_code == 303
        assert "想到一半" not in (await client.get("/knowledge/K1/edit")).text
    async with await entered(site, pool, SECOND) as client:
        assert "不要草稿" not in (await client.get("/knowledge/K1/edit")).text


async def test_a_task_past_its_date_stands_before_supervision_and_its_unit_and_nobody_else(site, pool):
    supervisor = load_staff().by_role("supervisor")[0].id
    desks = ((supervisor, "/supervision"), (YBJ, "/unit"), (RSJ, "/unit"))

    async def told() -> list[bool]:
        shown = []
        for number, desk in desks:
            async with await entered(site, pool, number) as client:
                page = await client.get(desk)
                assert page.status_code == 200
                shown.append("知识任务已超期" in page.text)
        return shown

    async with await entered(site, pool, AGENT) as client:
        assert (await do(client, "K1", "report", kind="wrong", words="备案入口换了", urgent="1")).status_code == 303
    assert await told() == [False, False, False]  # urgent: two hours are left
    await write_site_clock(pool, NOW + 2 * HOUR_MS, 0.0)
    assert await told() == [True, True, False]  # K1 is the medical insurance office's


async def test_an_agent_reports_and_the_owner_settles(site, pool):
    async with await entered(site, pool, AGENT) as client:
        assert (await do(client, "K1", "report", kind="wrong", words="备案入口换了", urgent="1")).status_code == 303
        assert "有人紧急反映这条知识有误" in (await client.get("/knowledge/K1")).text
        assert (await do(client, "K1", "settle", task="1", words="x")).status_code == 409
        assert (await client.get("/knowledge/tasks")).status_code == 403
    async with await entered(site, pool, RSJ) as client:
        assert "备案入口换了" not in (await client.get("/knowledge/tasks")).text
    async with await entered(site, pool, YBJ) as client:
        tasks = (await client.get("/knowledge/tasks")).text
        assert "备案入口换了" in tasks and "还剩 2 小时" in tasks
        assert (await do(client, "K1", "settle", task="1", words="入口没有变，已核实")).status_code == 303
        assert "备案入口换了" not in (await client.get("/knowledge/tasks")).text
        assert "入口没有变，已核实" in (await client.get("/knowledge/K1")).text


async def test_a_question_without_an_answer_goes_to_its_unit(site, pool):
    async with await entered(site, pool, AGENT) as client:
        assert "请单位给出答案" in (await client.get("/knowledge?q=量子纠缠")).text
        data = {"command": str(uuid4()), "question": "量子通信基站辐射大吗", "unit": "txb"}
        answer = await client.post("/knowledge/ask", data=data)
        assert answer.status_code == 303
        assert "还没有答案" in (await client.get(answer.headers["location"])).text
        again = await client.post("/knowledge/ask", data={"command": str(uuid4()), "question": "x", "unit": "mars"})
        assert again.status_code == 409


# Who, and bad input


async def test_citizens_read_what_is_public_and_nothing_else(larger_site):
    async with outside(larger_site) as client:
        page = await client.get("/knowledge/public", params={"q": "燃气"})
        assert page.status_code == 200 and "燃气怎么开户" in page.text
        assert "闻到燃气味怎么办" not in page.text  # how the house proceeds
        for path in ("/knowledge", "/knowledge/K1", "/knowledge/search?q=医保", "/knowledge/new"):
            assert (await client.get(path)).status_code == 303


@pytest.mark.parametrize("number", ["2037", "2039"])
async def test_who_keeps_the_system_has_no_business_here(site, pool, number):
    async with await entered(site, pool, number) as client:
        assert (await client.get("/knowledge")).status_code == 403


async def test_an_agent_does_not_write(site, pool):
    async with await entered(site, pool, AGENT) as client:
        assert (await client.get("/knowledge/new")).status_code == 403
        assert (await client.post("/knowledge/new", data=FORM)).status_code == 403
        assert (await do(client, "K1", "withdraw", reason="x")).status_code == 409
        assert (await do(client, "K1", "publish")).status_code == 409


async def test_what_is_not_there_is_not_found(site, pool):
    async with await entered(site, pool, WRITER) as client:
        for name in ("K999", "x", "K0", "K-1", "K1/edit/x", "K%00"):
            assert (await client.get(f"/knowledge/{name}")).status_code == 404, name


async def test_a_number_is_read_as_people_write_it(site, pool):
    async with await entered(site, pool, AGENT) as client:
        answer = await client.get("/knowledge/k1%20v1")
        assert (answer.status_code, answer.headers["location"]) in (
            (302, "/knowledge/K1"),
            (301, "/knowledge/K1"),
            (307, "/knowledge/K1"),
        )


async def test_a_list_with_senseless_filters_is_a_list(site, pool):
    senseless = ("state=x", "unit=%00", "category='", "region=9", "after=-1", "after=99999999999999999999", "after=x")
    async with await entered(site, pool, AGENT) as client:
        for query in senseless:
            assert (await client.get(f"/knowledge?{query}")).status_code == 200, query
        assert (await client.get("/knowledge/K1?v=99999999999999")).status_code == 200


SENSELESS = (
    ("report", {"kind": "nonsense", "words": "x"}),
    ("report", {"kind": "wrong", "words": ""}),
    ("report", {"kind": "wrong", "words": "字" * 1_001}),
    ("report", {"kind": "wrong", "words": "x", "command": "no"}),
    ("settle", {"task": "x", "words": "y"}),
    ("settle", {"task": "9" * 40, "words": "y"}),
    ("fly", {}),
    ("report", {"kind": "wrong", "words": "来电人 13800138000"}),
)


async def test_a_step_that_makes_no_sense_is_refused_and_nothing_is_kept(site, pool):
    async with await entered(site, pool, WRITER) as client:
        for what, fields in SENSELESS:
            answer = await do(client, "K1", what, **fields)
            assert answer.status_code == 409 and 'role="alert"' in answer.text, (what, fields)
    assert await pool.fetchval("SELECT count(*) FROM knowledge_tasks") == 0


async def test_control_characters_and_scripts_are_words_on_the_page(site, pool):
    async with await entered(site, pool, AGENT) as client:
        words = "\x07<script>alert(1)</script>\x1b[0m"
        assert (await do(client, "K1", "report", kind="wrong", words=f"\x00{words}")).status_code == 400
        assert (await do(client, "K1", "report", kind="wrong", words=words)).status_code == 303
        page = (await client.get("/knowledge/K1")).text
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)" in page


async def test_a_form_without_its_token_changes_nothing(site, pool):
    async with await entered(site, pool, WRITER) as client:
        del client.headers["X-CSRF-Token"]
        assert (await client.post("/knowledge/new", data={**FORM, "command": str(uuid4())})).status_code == 403
        assert (await do(client, "K1", "withdraw", reason="x")).status_code == 403


async def test_the_item_of_an_order_number_sent_twice_is_one(site, pool):
    async with await entered(site, pool, WRITER) as client:
        form = {**FORM, "command": str(uuid4())}
        answers = [await client.post("/knowledge/new", data=form) for _ in range(2)]
    assert answers[0].headers["location"] == answers[1].headers["location"]

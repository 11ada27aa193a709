"""Three administrators, three pages: each does a part, none does another's, and all of it is on the record."""

import re

import pytest
from made.entrance import PASSWORD, listening, made_entrance, made_paper, moved_in
from made.entry import entered, outside

from lianxin.access.service import Access
from lianxin.desks.system import room as system_room
from lianxin.ground.clock import RealClock
from lianxin.people import load_staff

SYSTEM, SECURITY, AUDIT = (load_staff().by_role(role)[0].id for role in ("sysadmin", "secadmin", "auditadmin"))
AGENT = "1001"


@pytest.fixture(scope="module")
def paper():
    return made_paper("desks.system")


@pytest.fixture
async def site(database, pool, paper, tmp_path):
    await moved_in(pool, people=60)
    made = made_entrance(pool, database.app_url, tmp_path, RealClock(), paper, rooms=(system_room,))
    async with listening(made) as opened:
        yield opened.app


@pytest.fixture
async def system(site, pool):
    async with await entered(site, pool, SYSTEM) as client:
        yield client


@pytest.fixture
async def security(site, pool):
    async with await entered(site, pool, SECURITY) as client:
        yield client


@pytest.fixture
async def audit(site, pool):
    async with await entered(site, pool, AUDIT) as client:
        yield client


def given_in(page) -> str:
    found = re.search(r'id="given">([a-z0-9-]+)<', page.text)
    assert found is not None
    return found[1]


async def log_in(client, number, password):
    token = re.search(r'name="_csrf" value="([^"]+)"', (await client.get("/login")).text)[1]
    return await client.post("/login", data={"number": number, "password": password, "_csrf": token})


async def test_each_has_their_own_pages_and_no_others(system, security, audit):
    pages = {
        "/system/accounts": system,
        f"/system/accounts/{AGENT}": system,
        "/security/roles": security,
        f"/security/roles/{AGENT}": security,
        "/security/sessions": security,
        "/audit/attempts": audit,
        "/audit/logins": audit,
    }
    for path, owner in pages.items():
        for client in (system, security, audit):
            answer = await client.get(path)
            assert answer.status_code == (200 if client is owner else 403), path
            assert ("这个页面属于其他角色" in answer.text) is (client is not owner), path


async def test_somebody_new_comes_in_step_by_step_by_two_administrators(site, system, security):
    page = await system.post("/system/accounts", data={"number": "3001", "name": "李梅", "zone": "受理"})
    password = given_in(page)
    assert password not in (await system.get("/system/accounts/3001")).text
    async with outside(site) as client:
        first = await log_in(client, "3001", password)
        assert first.headers["location"] == "/login/password"
    assert "尚未授予" in (await security.get("/security/roles?q=3001")).text
    granted = await security.post(
        "/security/roles/3001", data={"do": "grant", "role": "agent", "reason": "任命书 1 号"}
    )
    assert granted.status_code == 303
    assert "话务员" in (await security.get("/security/roles/3001")).text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"number": "", "name": "李梅"}, "工号只能是数字"),
        ({"number": "3001'; DROP TABLE staff; --", "name": "李梅"}, "工号只能是数字"),
        ({"number": "../3001", "name": "李梅"}, "工号只能是数字"),
        ({"number": "1001", "name": "李梅"}, "已有在岗的人用这个工号"),
        ({"number": "3001", "name": ""}, "请填写姓名"),
        ({"number": "3001", "name": "李" * 41}, "请填写姓名"),
        ({"number": "3001", "name": "李\r\n梅"}, "请填写姓名"),
        ({"number": "3001", "name": "李梅", "unit": "nowhere"}, "没有这个单位"),
        ({"number": "zjj:deputy", "name": "李梅", "unit": "cgj"}, "代号开头"),
        ({"number": "zjj:deputy", "name": "李梅"}, "代号开头"),
        ({}, "工号只能是数字"),
    ],
)
async def test_an_account_that_cannot_be_made_keeps_the_form_and_says_why(system, pool, form, said):
    before = await pool.fetchval("SELECT count(*) FROM staff")
    page = await system.post("/system/accounts", data=form)
    assert page.status_code == 422 and said in page.text and "没有建立账号" in page.text
    if form.get("name") == "李梅":
        assert 'value="李梅"' in page.text
    assert await pool.fetchval("SELECT count(*) FROM staff") == before


async def test_names_are_shown_as_text(system):
    page = await system.post("/system/accounts", data={"number": "3001", "name": "<script>alert(1)</script>"})
    assert "<script>alert" not in page.text and "&lt;script&gt;alert(1)" in page.text


async def test_a_lost_password_and_factor_are_reset_and_end_the_sessions(site, system, pool):
    begun = await entered(site, pool, AGENT)
    assert (await begun.get("/me")).status_code == 200
    page = await system.post(f"/system/accounts/{AGENT}/password")
    given_in(page)
    assert (await begun.get("/me")).status_code == 303
    assert (await system.post(f"/system/accounts/{AGENT}/second")).status_code == 303
    await begun.aclose()


@pytest.mark.parametrize("what", ["password", "second"])
async def test_no_administrator_can_become_another(system, what):
    for number in (SECURITY, AUDIT):
        page = await system.post(f"/system/accounts/{number}/{what}")
        assert page.status_code == 422 and "须两人在场" in page.text
    own = await system.post(f"/system/accounts/{SYSTEM}/{what}")
    assert own.status_code == 422 and "不能改自己的" in own.text


async def test_a_closed_account_is_out_at_once(site, system, pool):
    async with await entered(site, pool, AGENT) as agent:
        assert (await system.post(f"/system/accounts/{AGENT}/close")).status_code == 303
        assert (await agent.get("/me")).status_code == 303
        assert "已停用" in (await system.get(f"/system/accounts?q={AGENT}")).text
    assert (await system.post(f"/system/accounts/{AGENT}/close")).status_code == 303
    assert "已停用" not in (await system.get(f"/system/accounts?q={AGENT}")).text
    own = await system.post(f"/system/accounts/{SYSTEM}/close")
    assert own.status_code == 422


@pytest.mark.parametrize(
    ("number", "form", "said"),
    [
        (AGENT, {"do": "grant", "role": "king", "reason": "x"}, "没有这个角色"),
        (AGENT, {"do": "grant", "role": "agent", "reason": "x"}, "已经有这个角色"),
        (AGENT, {"do": "revoke", "role": "reviewer", "reason": "x"}, "没有这个角色可以收回"),
        (AGENT, {"do": "grant", "role": "reviewer", "reason": " "}, "请写明理由"),
        (AGENT, {"do": "grant", "role": "reviewer", "reason": "x" * 201}, "请写明理由"),
        (SYSTEM, {"do": "grant", "role": "auditadmin", "reason": "x"}, "三员须由三个人分任"),
        (SYSTEM, {"do": "grant", "role": "secadmin", "reason": "x"}, "三员须由三个人分任"),
        (SECURITY, {"do": "grant", "role": "reviewer", "reason": "x"}, "不能改自己的"),
        (SECURITY, {"do": "revoke", "role": "secadmin", "reason": "x"}, "不能改自己的"),
        (AGENT, {}, "请写明理由"),
    ],
)
async def test_a_role_that_cannot_be_given_is_a_sentence(security, pool, number, form, said):
    before = await pool.fetch("SELECT work_number, roles FROM staff ORDER BY 1")
    page = await security.post(f"/security/roles/{number}", data=form)
    assert page.status_code == 422 and said in page.text and "没有改动任何东西" in page.text
    assert await pool.fetch("SELECT work_number, roles FROM staff ORDER BY 1") == before


async def test_a_changed_role_ends_the_sessions_and_stands_in_the_chain(site, security, pool):
    async with await entered(site, pool, AGENT) as agent:
        await security.post(f"/security/roles/{AGENT}", data={"do": "grant", "role": "reviewer", "reason": "轮岗"})
        assert (await agent.get("/me")).status_code == 303
    kind, actor = await pool.fetchrow("SELECT kind, actor FROM entries WHERE kind = 'granted'")
    assert (kind, actor) == ("granted", f"staff:{SECURITY}")
    await security.post(f"/security/roles/{AGENT}", data={"do": "revoke", "role": "reviewer", "reason": "轮岗结束"})
    assert await pool.fetchval("SELECT roles FROM staff WHERE work_number = $1", AGENT) == ["agent"]


async def test_a_session_and_a_token_end_at_once_in_the_security_administrators_hand(site, security, pool):
    access = Access.present_numbers
    async with await entered(site, pool, AGENT) as agent:
        listed = (await security.get("/security/sessions?q=1001")).text
        session_id = re.search(r"/security/sessions/([0-9a-f-]{36})/end", listed)[1]
        assert await access(pool) == {SECURITY, AGENT}
        assert (await security.post(f"/security/sessions/{session_id}/end")).status_code == 303
        assert (await agent.get("/me")).status_code == 303
    assert await access(pool) == {SECURITY}


async def test_the_audit_administrator_reads_who_tried_and_what_was_done(site, system, audit):
    async with outside(site) as client:
        await log_in(client, AGENT, "wrong wrong wrong")
        await log_in(client, PASSWORD, "typed into the wrong field")
    await system.post(f"/system/accounts/{AGENT}/again")
    attempts = (await audit.get("/audit/attempts")).text
    assert "没有这个工号" in attempts and "错误" in attempts and "允许立即重试" in attempts
    assert PASSWORD not in attempts
    assert "没有这个工号" not in (await audit.get(f"/audit/attempts?q={AGENT}")).text.split("<tbody>")[1]
    assert "允许立即重试" in (await audit.get(f"/audit/logins?q={AGENT}")).text
    for path in ("/audit/attempts?after=x", "/audit/attempts?outcome=x", "/audit/logins?after=-1", "/audit/logins?q='"):
        assert (await audit.get(path)).status_code == 200


async def test_a_list_goes_on_where_it_ended(system):
    first = await system.get("/system/accounts")
    further = re.search(r'href="(/system/accounts\?after=[^"]+)"', first.text)[1]
    second = await system.get(further)
    numbers = [re.findall(r'href="/system/accounts/([0-9]+)"', page.text) for page in (first, second)]
    assert len(numbers[0]) == len(set(numbers[0])) == 50
    assert max(numbers[0]) < min(numbers[1])


async def test_who_leaves_is_out_and_their_work_has_a_successor(site, system, pool):
    for form, said in (
        ({"successor": "", "reason": "调离"}, "接手人不在岗"),
        ({"successor": AGENT, "reason": "调离"}, "接手人不在岗"),
        ({"successor": "1002", "reason": ""}, "请写明理由"),
    ):
        page = await system.post(f"/system/accounts/{AGENT}/leave", data=form)
        assert page.status_code == 422 and said in page.text
    async with await entered(site, pool, AGENT) as agent:
        done = await system.post(f"/system/accounts/{AGENT}/leave", data={"successor": "1002", "reason": "调离"})
        assert done.status_code == 303
        assert (await agent.get("/me")).status_code == 303
    assert (await system.get(f"/system/accounts/{AGENT}")).status_code == 404
    assert await pool.fetchval("SELECT successor FROM staff WHERE work_number = $1", AGENT) == "1002"


async def test_a_deputy_acts_as_both_while_it_lasts(site, system, pool):
    page = await system.post("/system/accounts/1024/deputy", data={"deputy": "9999"})
    assert page.status_code == 422 and "代理人不在岗" in page.text
    assert (await system.post("/system/accounts/1024/deputy", data={"deputy": AGENT})).status_code == 303
    async with await entered(site, pool, AGENT) as agent:
        assert "审核员" in (await agent.get("/me")).text
    assert (await system.post("/system/accounts/1024/deputy", data={"deputy": ""})).status_code == 303


async def test_somebody_moves_to_another_place(system, pool):
    assert (await system.post(f"/system/accounts/{AGENT}/place", data={"zone": "回访"})).status_code == 303
    assert await pool.fetchval("SELECT zone FROM staff WHERE work_number = $1", AGENT) == "回访"
    page = await system.post(f"/system/accounts/{AGENT}/place", data={"unit": "nowhere"})
    assert page.status_code == 422 and "没有这个单位" in page.text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({}, "请填写今后在哪里工作"),
        ({"unit": " ", "zone": "\t"}, "请填写今后在哪里工作"),
        ({"zone": "受理"}, "本来就在那里工作"),
    ],
)
async def test_nobody_is_moved_to_no_place(system, pool, form, said):
    stood = await pool.fetchrow("SELECT unit, units, zone, region, skills FROM staff WHERE work_number = $1", AGENT)
    assert stood["zone"] == "受理"
    page = await system.post(f"/system/accounts/{AGENT}/place", data=form)
    assert page.status_code == 422 and said in page.text and "没有改动任何东西" in page.text
    now = await pool.fetchrow("SELECT unit, units, zone, region, skills FROM staff WHERE work_number = $1", AGENT)
    assert now == stood


async def test_who_moves_keeps_what_they_can_do(system, pool):
    skilled = await pool.fetchrow("SELECT work_number, skills FROM staff WHERE skills <> '{}' AND unit IS NULL")
    number = skilled["work_number"]
    assert (await system.post(f"/system/accounts/{number}/place", data={"zone": "回访"})).status_code == 303
    moved = await pool.fetchrow("SELECT zone, skills FROM staff WHERE work_number = $1", number)
    assert (moved["zone"], moved["skills"]) == ("回访", skilled["skills"])


async def test_nobody_is_nobody(system, security):
    for client, path in ((system, "/system/accounts/9999"), (security, "/security/roles/9999")):
        assert (await client.get(path)).status_code == 404
    for path in ("password", "second", "close", "again", "place", "deputy", "leave"):
        answer = await system.post(f"/system/accounts/9999/{path}", data={"successor": AGENT, "reason": "x"})
        assert answer.status_code == 404, path

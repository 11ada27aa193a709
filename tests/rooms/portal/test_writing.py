"""A citizen asks on the web: three steps, a receipt, an order that nobody can lose."""

import asyncio
import json
from html import escape

import pytest
from citizen import WHAT, WHO, WORDS, Citizen, kept_of, words_of
from made.entry import entered
from structlog.testing import capture_logs

from lianxin.access import cookies
from lianxin.ground.clock import HOUR_MS, MINUTE_MS
from lianxin.orders.service import order_id_of
from lianxin.receipts import read_receipt

NOBODY: dict[str, str] = {}
SECRETS = ("13800138000", "138 0013 8000", "王小芳", "锦苑小区")


async def order_of(pool, number: str):
    return await pool.fetchrow("SELECT * FROM orders WHERE number = $1", number)


async def count(pool, table: str) -> int:
    return int(await pool.fetchval(f"SELECT count(*) FROM {table}"))


async def test_three_steps_give_a_receipt_and_an_order_in_the_intake_tray(citizen, pool):
    kept = await citizen.lodge()
    row = await order_of(pool, kept.number)
    assert (row["state"], row["holder"], row["kind"], row["region"]) == ("received", "tray:intake", "help", "371602")
    text = await pool.fetchval("SELECT text FROM texts WHERE order_id = $1", row["order_id"])
    assert text == f"{WORDS}\n地点：滨城区 锦苑小区 6 号楼"
    contact = await pool.fetchrow("SELECT * FROM contacts WHERE contact_id = $1", row["contact_id"])
    assert (contact["channel"], contact["disposition"]) == ("web", "opened")
    assert contact["person_id"] == row["person_id"] is not None


async def test_who_writes_is_locked_away_and_gets_number_and_code_by_message(citizen, pool, office):
    kept = await citizen.lodge()
    person = (await order_of(pool, kept.number))["person_id"]
    rows = await pool.fetch("SELECT body ->> 'template' AS template, body ->> 'person' AS person FROM outbox")
    assert {(row["template"], row["person"]) for row in rows} == {("receipt", str(person)), ("code", str(person))}
    for table in ("persons", "outbox", "entries", "contacts"):
        stored = "".join(str(dict(row)) for row in await pool.fetch(f"SELECT * FROM {table}"))
        assert not [secret for secret in (*SECRETS[:3], kept.code) if secret in stored], table


async def test_the_receipt_is_the_orders_first_mark_as_text_picture_and_file(citizen, pool):
    kept = await citizen.lodge()
    head = await pool.fetchval("SELECT hash FROM entries WHERE chain_id = $1", order_id_of(kept.number))
    assert kept.head == head.hex()
    page = (await citizen.see("/new/receipt")).text
    assert 'src="data:image/png;base64,' in page and "style=" not in page
    file = await citizen.client.get("/new/receipt.json")
    receipt = read_receipt(file.content)
    assert (receipt.number, receipt.code, receipt.head) == (kept.number, kept.code, kept.head)
    assert file.headers["content-disposition"] == f'attachment; filename="12345-{kept.number}.json"'
    assert file.headers["cache-control"] == "no-store"


async def test_loaded_again_it_is_the_same_receipt_until_it_is_cleared_away(citizen):
    kept = await citizen.lodge()
    again = kept_of((await citizen.see("/new/receipt")).text)
    assert (again.number, again.code, again.head) == (kept.number, kept.code, kept.head)
    await citizen.send("/new/receipt", "/new/done")
    assert (await citizen.client.get("/new/receipt")).headers["location"] == "/new"
    assert (await citizen.client.get("/new/receipt.json")).headers["location"] == "/new"
    assert "什么事，在哪里" in words_of((await citizen.see("/new")).text)


async def test_half_an_hour_later_the_code_is_shown_no_more(citizen, clock):
    await citizen.lodge()
    clock.set(clock.now() + 30 * MINUTE_MS)
    assert (await citizen.client.get("/new/receipt")).headers["location"] == "/new"


async def test_sent_twice_at_once_it_is_one_order_with_one_code(citizen, pool):
    html = (await citizen.write()).text
    form = citizen.hidden(html, "/new/check")
    answers = await asyncio.gather(*(citizen.client.post("/new/check", data=form) for _ in range(4)))
    assert {answer.headers.get("location") for answer in answers} == {"/new/receipt"}
    assert await count(pool, "orders") == await count(pool, "contacts") == await count(pool, "receipts") == 1
    kept = kept_of((await citizen.see("/new/receipt")).text)
    assert (await citizen.follow(kept.number, kept.code)).headers["location"] == "/follow"


async def test_sent_again_after_the_answer_got_lost_it_is_still_one(citizen, pool):
    html = (await citizen.write()).text
    form = citizen.hidden(html, "/new/check")
    first = await citizen.client.post("/new/check", data=form)
    second = await citizen.client.post("/new/check", data=form)
    assert first.headers["location"] == second.headers["location"] == "/new/receipt"
    assert await count(pool, "orders") == 1


async def test_a_second_request_is_a_second_order(citizen, pool):
    first = await citizen.lodge()
    assert words_of((await citizen.see("/new")).text).count(WORDS) == 0, "the form is empty again"
    second = await citizen.lodge()
    assert first.number != second.number and await count(pool, "orders") == 2


async def test_nobody_need_say_who_they_are(citizen, pool):
    page = words_of((await citizen.write(who=NOBODY)).text)
    assert "匿名反映" in page
    await citizen.send("/new/check", "/new/check")
    kept = kept_of((await citizen.see("/new/receipt")).text)
    row = await order_of(pool, kept.number)
    assert row["person_id"] is None and row["flags"] == ["anonymous"]
    assert await count(pool, "outbox") == await count(pool, "persons") == 0


async def test_who_asks_for_secrecy_for_a_company_or_about_a_unit_is_heard(citizen, pool):
    who = {**WHO, "secret": "yes", "enterprise": "yes", "target": "zjj"}
    page = words_of((await citizen.write(who=who)).text)
    assert "滨州市住房和城乡建设局" in page and "保密" in page
    await citizen.send("/new/check", "/new/check")
    row = await order_of(pool, kept_of((await citizen.see("/new/receipt")).text).number)
    assert row["flags"] == ["confidential", "enterprise"] and row["targets"] == ["zjj"]


@pytest.mark.parametrize(
    ("what", "who"), [({**WHAT, "kind": "report"}, WHO), (WHAT, {**WHO, "secret": "yes"})], ids=["report", "asked for"]
)
async def test_who_reports_or_asks_for_secrecy_is_kept_apart(citizen, pool, what, who):
    kept = await citizen.lodge(what, who)
    row = await order_of(pool, kept.number)
    assert "confidential" in row["flags"] and row["person_id"] is not None
    assert await count(pool, "persons") == await count(pool, "person_numbers") == 0
    known = await pool.fetch("SELECT * FROM informants_known($1::uuid[])", [row["person_id"]])
    assert [one["person_id"] for one in known] == [row["person_id"]]
    assert await count(pool, "outbox") == 2, "number and code go to them all the same"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"text": ""}, "请写明是什么事"),
        ({"text": "字" * 5_001}, "超过了 5000 个字"),
        ({"kind": "gossip"}, "请选一项"),
        ({"place": "110000"}, "请选择地点"),
        ({"place": "371602; DROP TABLE orders"}, "请选择地点"),
        ({"where": "路" * 101}, "超过了 100 个字"),
    ],
)
async def test_what_is_wrong_is_said_beside_it_and_nothing_typed_is_lost(citizen, pool, change, sentence):
    answer = await citizen.send("/new", "/new", **{**WHAT, **change})
    assert answer.status_code == 422 and sentence in words_of(answer.text)
    assert f'aria-describedby="{next(iter(change))}' in answer.text and 'role="alert"' in answer.text
    for name in ("text", "where"):
        assert {**WHAT, **change}[name] in answer.text
    assert await count(pool, "portal_boxes") == 0


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"phone": "12"}, "不像电话号码"),
        ({"mail": "wang"}, "不像邮箱地址"),
        ({"name": "长" * 41}, "超过了 40 个字"),
        ({"target": "nobody"}, "请从列表里选一个单位"),
    ],
)
async def test_who_one_is_is_checked_the_same_way(citizen, change, sentence):
    await citizen.send("/new", "/new", **WHAT)
    answer = await citizen.send("/new/you", "/new/you", **{**WHO, **change})
    assert answer.status_code == 422 and sentence in words_of(answer.text)
    assert f'value="{WHO["name"] if "name" not in change else change["name"]}"' in answer.text


async def test_steps_cannot_be_skipped(citizen):
    for page in ("/new/you", "/new/check", "/new/receipt", "/new/receipt.json"):
        answer = await citizen.client.get(page)
        assert (answer.status_code, answer.headers["location"]) == (303, "/new")
    token = citizen.hidden((await citizen.see("/new")).text, "/new")
    for page in ("/new/you", "/new/check"):
        answer = await citizen.client.post(page, data=token)
        assert (answer.status_code, answer.headers["location"]) == (303, "/new")


async def test_one_may_go_back_and_change_what_was_written(citizen, pool):
    await citizen.write()
    page = (await citizen.see("/new")).text
    assert WORDS in page and '<option value="371602" selected>' in page
    await citizen.send("/new", "/new", **{**WHAT, "text": "现在好了，请表扬维修师傅", "kind": "praise"})
    assert 'value="王小芳"' in (await citizen.see("/new/you")).text
    page = words_of((await citizen.see("/new/check")).text)
    assert "请表扬维修师傅" in page and WORDS not in page and "表扬" in page


async def test_a_draft_waits_two_hours_for_its_writer_and_no_longer(citizen, clock, pool):
    await citizen.send("/new", "/new", **WHAT)
    clock.set(clock.now() + 2 * HOUR_MS - 1)
    assert WORDS in (await citizen.see("/new")).text
    clock.set(clock.now() + 1)
    assert (await citizen.client.get("/new/you")).headers["location"] == "/new"


async def test_what_is_being_written_is_nobody_elses(citizen, stranger, pool):
    await citizen.send("/new", "/new", **WHAT)
    stored = await pool.fetchval("SELECT sealed FROM portal_boxes")
    assert "锦苑小区".encode() not in stored
    assert WORDS not in (await stranger.see("/new")).text
    stranger.client.cookies.set("lianxin-draft", "A" * 44)
    assert (await stranger.client.get("/new/check")).headers["location"] == "/new"


async def test_cookies_are_read_by_no_script_and_sent_by_no_other_site(citizen):
    await citizen.send("/new", "/new", **WHAT)
    answer = await citizen.client.get("/new/you")
    jar = {cookie.name: cookie for cookie in citizen.client.cookies.jar}
    assert jar["lianxin-draft"].has_nonstandard_attr("HttpOnly") and jar["lianxin-draft"].expires is None
    assert jar["lianxin-draft"].get_nonstandard_attr("SameSite") == "Lax"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "</textarea><svg onload=alert(1)>",
        "{{ 7 * 7 }} {% raw %} %(unit)s %s",
        "'; DROP TABLE orders; --",
        "𠮷田家👨‍👩‍👧 ﷽ e\u0301",
    ],
)
async def test_words_are_words_wherever_they_are_shown(citizen, pool, text):
    what = {**WHAT, "text": text, "where": text[:40]}
    page = (await citizen.write(what, {"name": text[:30], "phone": "13800138000"})).text
    assert "<script>alert" not in page and "onerror=alert(1)>" not in page.replace(escape(text), "")
    await citizen.send("/new/check", "/new/check")
    kept = kept_of((await citizen.see("/new/receipt")).text)
    course = (await citizen.see("/follow")).text
    assert "<script>alert" not in course and "<svg onload" not in course and "<img src=x" not in course
    stored = await pool.fetchval("SELECT text FROM texts WHERE order_id = $1", order_id_of(kept.number))
    assert stored.startswith(text.replace("e\u0301", "é"))


async def test_without_the_token_of_a_page_nothing_is_taken(citizen, pool):
    await citizen.see("/new")
    for page, fields in (("/new", WHAT), ("/new/you", WHO), ("/new/check", NOBODY), ("/new/done", NOBODY)):
        assert (await citizen.client.post(page, data=fields)).status_code == 403
        assert (await citizen.client.post(page, data={**fields, "_csrf": "x"})).status_code == 403
    assert await count(pool, "portal_boxes") == 0


async def test_the_token_of_another_browser_is_none(citizen, stranger, pool):
    token = stranger.hidden((await stranger.see("/new")).text, "/new")
    await citizen.see("/new")
    assert (await citizen.client.post("/new", data={**WHAT, **token})).status_code == 403


async def test_a_body_that_is_too_large_is_not_read(citizen, pool):
    token = citizen.hidden((await citizen.see("/new")).text, "/new")
    answer = await citizen.client.post("/new", data={**token, **WHAT, "text": "字" * 1_000_000})
    assert answer.status_code == 413 and await count(pool, "portal_boxes") == 0


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_no_other_method_does_anything(citizen, method):
    assert (await citizen.client.request(method, "/new")).status_code == 405


async def test_json_instead_of_a_form_is_no_form(citizen, pool):
    token = citizen.hidden((await citizen.see("/new")).text, "/new")
    answer = await citizen.client.post(
        "/new", content=json.dumps({**token, **WHAT}), headers={"content-type": "application/json"}
    )
    assert answer.status_code == 403 and await count(pool, "portal_boxes") == 0


async def test_who_solves_puzzles_may_send_more_often_and_what_was_written_waits(site, pool):
    async with Citizen(site, "192.0.2.1", solves=False) as plain:
        for _ in range(3):
            await plain.lodge(who=NOBODY)
        await plain.write(who=NOBODY)
        answer = await plain.send("/new/check", "/new/check")
        assert answer.status_code == 429 and 0 < int(answer.headers["retry-after"]) <= 20 * 60 + 1
        assert "什么都没有丢" in words_of(answer.text) and 'href="/new/check"' in answer.text
        assert WORDS in (await plain.see("/new/check")).text
        assert await count(pool, "orders") == 3
        plain.solves = True
        assert (await plain.send("/new/check", "/new/check")).headers["location"] == "/new/receipt"


async def test_a_solved_puzzle_counts_once(site):
    async with Citizen(site, "192.0.2.1") as one:
        await one.write(who=NOBODY)
        form = one.hidden((await one.see("/new/check")).text, "/new/check")
        await one.client.post("/new/check", data=form)
        one.solves = False
        for _ in range(3):  # with the used one these are as without any
            await one.write(who=NOBODY)
            token = one.hidden((await one.see("/new/check")).text, "/new/check")
            answer = await one.client.post("/new/check", data={**form, "_csrf": token["_csrf"]})
            assert answer.headers.get("location") == "/new/receipt"
        await one.write(who=NOBODY)
        token = one.hidden((await one.see("/new/check")).text, "/new/check")
        assert (await one.client.post("/new/check", data={**form, "_csrf": token["_csrf"]})).status_code == 429


async def test_somebody_else_is_not_held_up_by_it(site, stranger):
    async with Citizen(site, "192.0.2.1", solves=False) as plain:
        for _ in range(3):
            await plain.lodge(who=NOBODY)
    assert (await stranger.lodge(who=NOBODY)).number


async def test_no_name_number_or_word_goes_into_the_log(site):
    with capture_logs() as logs:
        async with Citizen(site) as one:
            await one.send("/new", "/new", **{**WHAT, "place": "?"})
            kept = await one.lodge()
            await one.follow(kept.number, "00000000")
    assert not [secret for secret in (*SECRETS, kept.code, WORDS) if secret in str(logs)]


async def test_the_front_is_for_citizens_and_leads_a_colleague_to_their_desk(site, pool, citizen):
    page = (await citizen.see("/")).text
    assert "都有人管到底" in page and "110、119、120" in page and 'data-scale="portal"' in page
    async with await entered(site, pool, "1001") as colleague:
        answer = await colleague.get("/")
        assert (answer.status_code, answer.headers["location"]) == (303, "/desk")
        assert (await colleague.get("/new")).status_code == 200, "a colleague is a citizen too"


async def test_size_of_type_and_language_are_remembered(citizen):
    assert 'data-size="m"' in (await citizen.see("/")).text
    assert 'data-size="xl"' in (await citizen.see("/?size=xl")).text
    assert 'data-size="xl"' in (await citizen.see("/new")).text
    assert 'data-size="xl"' in (await citizen.see("/?size=<script>")).text
    assert "What happened, and where?" in (await citizen.see("/new?lang=en")).text
    assert "Is everything right?" in (await citizen.write()).text


@pytest.mark.parametrize("path", ["/", "/new", "/follow", "/follow/lost"])
async def test_every_page_has_one_heading_and_a_way_for_keyboards(citizen, path):
    page = (await citizen.see(path)).text
    assert page.count("<h1") == 1 and 'class="skip" href="#main"' in page and '<main class="page' in page
    assert "style=" not in page and "onclick" not in page and 'lang="zh-CN"' in page


def test_the_cookie_of_a_draft_is_bound_to_its_host_where_pages_come_over_https():
    assert cookies.name_of("lianxin-draft", secure=True) == "__Host-lianxin-draft"

"""The gate and its guard: who is in sees pages, who is not is led to the door, and what was forged does nothing."""

import asyncio
import re

import pytest
from made.entrance import AGENT, MANAGER, REVIEWER, hired, log_in, token_in
from made.entry import begun_session, entered

from lianxin.access import cookies, csrf
from lianxin.access.sessions import present_numbers
from lianxin.ground.clock import HOUR_MS, MINUTE_MS


async def inside(site, number, clock, pool):
    return await entered(site.app, pool, number, clock=clock)


async def test_who_is_not_in_is_led_to_the_door_and_back(outside):
    answer = await outside.get("/page?state=open&q=a b")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=%2Fpage%3Fstate%3Dopen%26q%3Da%2520b"
    assert 'name="next" value="/page?state=open&amp;q=a%20b"' in (await outside.get(answer.headers["location"])).text


async def test_a_form_that_comes_too_late_is_not_done_and_says_what_is_safe(outside):
    answer = await outside.post("/done", data={"words": "typed for an hour"})
    assert answer.status_code == 401
    assert "没有执行" in answer.text and "草稿" in answer.text


async def test_a_program_is_told_not_led(outside):
    answer = await outside.get("/api/v1/things", headers={"Accept": "application/json"})
    assert answer.status_code == 401 and answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_fragment_of_a_page_is_told_by_a_header(outside):
    answer = await outside.get("/page", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["x-lianxin-gate"], answer.text) == (401, "over", "")


async def test_who_is_in_sees_the_page_as_who_they_are(site, clock, pool):
    async with await inside(site, MANAGER, clock, pool) as client:
        assert (await client.get("/page")).text == "1023 duty_manager shift_lead"
        framed = (await client.get("/framed")).text
        assert "吕夏荷" in framed and "退出" in framed


async def test_a_public_page_knows_nobody(site, clock, pool):
    async with await inside(site, MANAGER, clock, pool) as client:
        assert (await client.get("/everybody")).text == "user None"


async def test_a_page_of_another_role_says_whose_it_is(site, clock, pool):
    async with await inside(site, AGENT, clock, pool) as client:
        answer = await client.get("/reviewers")
        assert answer.status_code == 403 and "审核员" in answer.text
    async with await inside(site, REVIEWER, clock, pool) as client:
        assert (await client.get("/reviewers")).text == "reviewers only"


async def test_who_goes_out_is_out_also_with_the_old_cookie(site, clock, pool, new_browser):
    async with await inside(site, AGENT, clock, pool) as client, new_browser() as thief:
        thief.cookies.update(client.cookies)
        assert (await thief.get("/page")).status_code == 200
        answer = await client.post("/logout")
        assert (answer.status_code, answer.headers["location"]) == (303, "/login")
        assert (await thief.get("/page")).status_code == 303


async def test_a_session_is_over_after_its_time_whatever_its_owner_does(site, clock, pool):
    async with await inside(site, AGENT, clock, pool) as client:
        for _ in range(12 * 6 - 1):
            clock.set(clock.now() + 10 * MINUTE_MS)
            assert (await client.get("/page")).status_code == 200
        clock.set(clock.now() + 10 * MINUTE_MS)
        assert (await client.get("/page")).headers["location"].startswith("/login")


async def test_who_leaves_the_roll_is_out(site, clock, pool):
    async with await inside(site, AGENT, clock, pool) as client:
        assert (await client.get("/page")).status_code == 200
        await pool.execute("UPDATE staff SET active = false WHERE work_number = $1", AGENT)
        await pool.execute("SELECT pg_notify('rights', '')")
        await heard(site)
        assert (await client.get("/page")).status_code == 303


async def heard(site):
    """Wait until the site has heard what the database said before."""
    async with asyncio.timeout(20):  # a guard, not a measure
        while site.access.sessions._kept:
            await asyncio.sleep(0)


async def test_a_session_that_another_process_ends_is_out_here(site, clock, pool):
    begun = await begun_session(pool, AGENT, clock=clock)
    assert await site.access.sessions.find(begun.secret) is not None
    await pool.execute("UPDATE sessions SET ended_at = now(), ended_by = 'system' WHERE session_id = $1", begun.id)
    await heard(site)
    assert await site.access.sessions.find(begun.secret) is None


async def test_who_is_here_is_who_is_in_and_not_away(site, clock, pool):
    for number in (AGENT, MANAGER, REVIEWER):
        await begun_session(pool, number, clock=clock)
    policy = site.access.sessions.policy
    assert await present_numbers(pool, policy, clock.now()) == {AGENT, MANAGER, REVIEWER}
    async with await inside(site, AGENT, clock, pool) as client:
        clock.set(clock.now() + 10 * MINUTE_MS)
        await client.get("/page")
        clock.set(clock.now() + 10 * MINUTE_MS)
        assert await present_numbers(pool, policy, clock.now()) == {AGENT}
        await client.post("/lock")
        assert await present_numbers(pool, policy, clock.now()) == frozenset()


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {csrf.FIELD: ""},
        {csrf.FIELD: "x" * 88},
        {csrf.FIELD: "A" * 87 + "="},
        {csrf.FIELD: "口令"},
        {csrf.FIELD: csrf.masked(bytes(32))},
        {csrf.FIELD: csrf.masked(b"another session's secret of 32 b")},
    ],
)
async def test_a_form_without_the_right_token_does_nothing(site, clock, pool, sent):
    async with await inside(site, AGENT, clock, pool) as client:
        del client.headers[csrf.HEADER]
        answer = await client.post("/done", data=sent)
        assert answer.status_code == 403 and "done" not in answer.text and "没有改动任何东西" in answer.text


async def test_a_token_of_somebody_elses_session_does_nothing(site, clock, pool):
    async with await inside(site, AGENT, clock, pool) as one, await inside(site, REVIEWER, clock, pool) as other:
        foreign = other.headers[csrf.HEADER]
        assert (await one.post("/done", headers={csrf.HEADER: foreign})).status_code == 403
        assert (await one.post("/done", headers={csrf.HEADER: one.headers[csrf.HEADER]})).text == "done by staff:1001"


async def test_a_token_from_before_the_login_does_nothing_after_it(site, outside):
    await hired(site, AGENT)
    before = token_in(await outside.get("/login"))
    await log_in(outside, AGENT)
    assert (await outside.post("/done", data={csrf.FIELD: before})).status_code == 403


async def test_the_token_is_another_text_each_time(site, clock, pool):
    async with await inside(site, AGENT, clock, pool) as client:
        pages = [(await client.get("/framed")).text for _ in range(2)]
        tokens = [re.search(r'name="csrf" content="([^"]+)"', page)[1] for page in pages]
        assert tokens[0] != tokens[1]
        for token in tokens:
            assert (await client.post("/done", headers={csrf.HEADER: token})).text == "done by staff:1001"


async def test_what_comes_from_another_site_does_nothing(site, clock, pool):
    async with await inside(site, AGENT, clock, pool) as client:
        answer = await client.post("/done", headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403


async def test_forms_of_strangers_need_a_token_too(outside, new_browser):
    assert (await outside.post("/asked", data={"words": "x"})).status_code == 403
    token = token_in(await outside.get("/login"))
    assert (await outside.post("/asked", data={csrf.FIELD: token})).text == "asked"
    async with new_browser() as other:
        assert (await other.post("/asked", data={csrf.FIELD: token})).status_code == 403
        await other.get("/login")
        assert (await other.post("/asked", data={csrf.FIELD: token})).status_code == 403


async def test_what_knows_its_sender_by_a_signature_needs_no_token(outside):
    assert (await outside.post("/signed")).text == "signed"


async def test_changing_something_is_not_hidden_behind_a_get(site, clock, pool):
    async with await inside(site, AGENT, clock, pool) as client:
        for path in ("/logout", "/lock", "/done", "/me/sessions/end", "/me/tokens"):
            assert (await client.get(path)).status_code == 405
        assert (await client.get("/page")).status_code == 200


async def test_the_cookies_are_out_of_reach(site, new_browser):
    await hired(site, AGENT)
    async with new_browser() as plain:
        answer = await log_in(plain, AGENT)
        for line in answer.headers.get_list("set-cookie"):
            assert "HttpOnly" in line and "SameSite=Lax" in line and "Path=/" in line and "Secure" not in line
    async with new_browser(https=True) as secure:
        answer = await log_in(secure, AGENT)
        names = set()
        for line in answer.headers.get_list("set-cookie"):
            assert "HttpOnly" in line and "SameSite=Lax" in line and "; Secure" in line and "Domain" not in line
            names.add(line.partition("=")[0])
        assert f"__Host-{cookies.SESSION}" in names and f"__Host-{cookies.DEVICE}" in names


@pytest.mark.parametrize("secret", ["", "x", "x" * 5_000, "'; DROP TABLE sessions; --", "\u00e9", "a b", "%00"])
async def test_a_cookie_that_nobody_was_given_is_nobody(outside, secret):
    answer = await outside.get("/page", headers={"Cookie": f"{cookies.SESSION}={secret}".encode("latin-1", "replace")})
    assert answer.status_code == 303


async def test_what_a_browser_says_of_itself_is_cut_and_shown_as_text(site, pool, clock, new_browser):
    await hired(site, AGENT)
    async with new_browser() as client:
        client.headers["User-Agent"] = "<script>alert(1)</script>" + "x" * 5_000
        await log_in(client, AGENT)
        page = (await client.get("/me")).text
    assert "<script>alert" not in page and "&lt;script&gt;" in page
    assert await pool.fetchval("SELECT max(length(browser)) FROM sessions") == 200


async def test_a_header_cannot_be_smuggled_through_the_way_back(site, outside):
    await hired(site, AGENT)
    answer = await log_in(outside, AGENT, next="/page\r\nSet-Cookie: stolen=1")
    assert answer.headers["location"] == "/"
    assert all("stolen" not in line for line in answer.headers.get_list("set-cookie"))


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/%09/evil.example\n",
        "javascript:alert(1)",
        "http:/evil.example",
        " //evil.example",
        "evil.example",
        "@evil.example",
        "/" + "x" * 3_000,
        "",
    ],
)
async def test_the_way_back_leads_nowhere_else(site, outside, wanted):
    await hired(site, AGENT)
    shown = await outside.get("/login", params={"next": wanted})
    assert 'name="next" value="/"' in shown.text
    assert (await log_in(outside, AGENT, next=wanted)).headers["location"] == "/"
    assert (await outside.get("/login", params={"next": wanted})).headers["location"] == "/"


async def test_a_big_body_is_refused_before_it_is_read(site, clock, pool):
    async with await inside(site, AGENT, clock, pool) as client:
        answer = await client.post("/done", content=b"x" * (10_000_001), headers={"Content-Type": "text/plain"})
        assert answer.status_code in (200, 413)
        del client.headers[csrf.HEADER]
        answer = await client.post("/done", data={"words": "x" * 10_000_001})
        assert answer.status_code == 413 and "done" not in answer.text


@pytest.mark.parametrize(
    "kind", ["application/json", "text/plain", "multipart/form-data", "multipart/form-data; boundary=", "x", ""]
)
async def test_a_strange_content_type_does_nothing(site, clock, pool, kind):
    async with await inside(site, AGENT, clock, pool) as client:
        del client.headers[csrf.HEADER]
        answer = await client.post("/done", content=b"\xff\xfe{}", headers={"Content-Type": kind})
        assert 400 <= answer.status_code < 500 and "done" not in answer.text


async def test_the_day_of_a_session_is_longer_where_the_setting_says_so(site):
    assert site.access.sessions.policy.life_ms == 12 * HOUR_MS


async def test_the_figures_are_for_this_machine_and_for_who_keeps_it(site, clock, pool, new_browser):
    async with new_browser(peer="127.0.0.1") as near, new_browser(peer="203.0.113.9") as far:
        assert "lianxin_http_requests" in (await near.get("/metrics")).text
        assert (await far.get("/metrics")).headers["location"].startswith("/login")
        secret, _ = await site.access.tokens.make("2037", "Prometheus", ("metrics:read",), 30)
        answer = await far.get("/metrics", headers={"Authorization": f"Bearer {secret}"})
        assert "lianxin_http_requests" in answer.text
        secret, _ = await site.access.tokens.make(AGENT, "Prometheus", ("metrics:read",), 30)
        assert (await far.get("/metrics", headers={"Authorization": f"Bearer {secret}"})).status_code == 403
        for path in ("/healthz", "/readyz"):
            assert (await far.get(path)).status_code == 200

"""The idle lock: what nobody uses is locked, nothing is lost by it, and its owner opens it again."""

from made.entrance import AGENT, MANAGER, PASSWORD, hired, log_in, token_in
from made.entry import entered

from lianxin.ground.clock import MINUTE_MS, SECOND_MS

JSON = {"Accept": "application/json"}


async def idle(clock, minutes: int = 15) -> None:
    clock.set(clock.now() + minutes * MINUTE_MS)


async def test_what_nobody_used_for_a_quarter_of_an_hour_is_locked(site, clock, outside):
    await hired(site, AGENT)
    await log_in(outside, AGENT)
    await idle(clock, 14)
    assert (await outside.get("/page")).status_code == 200
    await idle(clock)
    assert (await outside.get("/page?x=1")).headers["location"] == "/unlock?next=%2Fpage%3Fx%3D1"
    late = await outside.post("/done", headers={"X-CSRF-Token": "x"})
    assert late.status_code == 401 and "没有执行" in late.text
    assert (await outside.get("/page", headers={"HX-Request": "true"})).headers["x-lianxin-gate"] == "locked"


async def test_what_a_page_fetches_by_itself_does_not_keep_it_open(site, clock, outside):
    await hired(site, AGENT)
    await log_in(outside, AGENT)
    for _ in range(5):
        await idle(clock, 3)
        await outside.get("/page", headers={"HX-Request": "true"})
        await outside.get("/session", headers=JSON)
        await outside.get("/page", headers={"Accept": "text/event-stream"})
    assert (await outside.get("/page")).headers["location"].startswith("/unlock")


async def test_who_types_says_so_and_is_not_locked(site, clock, outside):
    await hired(site, AGENT)
    await log_in(outside, AGENT)
    token = token_in(await outside.get("/me"))
    for _ in range(5):
        await idle(clock, 10)
        awake = await outside.post("/session/awake", headers={**JSON, "X-CSRF-Token": token})
        assert awake.status_code == 204
    assert (await outside.get("/session", headers=JSON)).json() == {"locked": False, "left_s": 900}
    await idle(clock)
    assert (await outside.get("/session", headers=JSON)).json() == {"locked": True, "left_s": 0}
    assert (await outside.post("/session/awake", headers={**JSON, "X-CSRF-Token": token})).status_code == 401


async def test_the_password_opens_it_under_a_new_secret_and_forms_still_fit(site, clock, outside):
    await hired(site, AGENT)
    await log_in(outside, AGENT)
    token, before = token_in(await outside.get("/me")), outside.cookies["lianxin"]
    await idle(clock)
    page = await outside.get("/unlock?next=%2Fpage")
    assert "已锁定" in page.text and "王雅茹" in page.text
    wrong = await outside.post("/unlock", data={"password": "x", "next": "/page", "_csrf": token_in(page)})
    assert wrong.status_code == 401 and "页面仍然锁着" in wrong.text
    done = await outside.post("/unlock", data={"password": PASSWORD, "next": "/page", "_csrf": token_in(page)})
    assert done.headers["location"] == "/page"
    assert outside.cookies["lianxin"] != before and await site.access.sessions.find(before) is None
    assert (await outside.post("/done", data={"_csrf": token})).text == "done by staff:1001"


async def test_the_pages_script_opens_it_without_leaving_the_page(site, clock, outside):
    await hired(site, AGENT)
    await log_in(outside, AGENT)
    token = token_in(await outside.get("/me"))
    await idle(clock)
    headers = {**JSON, "X-CSRF-Token": token}
    wrong = await outside.post("/unlock", data={"password": "x"}, headers=headers)
    assert (wrong.status_code, wrong.json()["ok"]) == (401, False)
    right = await outside.post("/unlock", data={"password": PASSWORD}, headers=headers)
    assert (right.status_code, right.json()["ok"]) == (200, True)
    assert (await outside.get("/page")).status_code == 200


async def test_a_locked_page_cannot_be_opened_by_guessing(site, clock, outside):
    await hired(site, AGENT)
    await log_in(outside, AGENT)
    await idle(clock)
    token = token_in(await outside.get("/unlock"))
    for n in range(10):
        assert (await outside.post("/unlock", data={"password": str(n), "_csrf": token})).status_code == 401
    assert (await outside.post("/unlock", data={"password": PASSWORD, "_csrf": token})).status_code == 429
    clock.set(clock.now() + 30 * SECOND_MS)
    assert (await outside.post("/unlock", data={"password": PASSWORD, "_csrf": token})).status_code == 303


async def test_who_leaves_the_desk_locks_it(site, outside):
    await hired(site, AGENT)
    await log_in(outside, AGENT)
    token = token_in(await outside.get("/me"))
    answer = await outside.post("/lock", data={"_csrf": token, "next": "//evil.example"})
    assert answer.headers["location"] == "/unlock"
    assert (await outside.get("/page")).headers["location"].startswith("/unlock")
    assert (await outside.post("/logout", data={"_csrf": token})).headers["location"] == "/login"


async def test_a_locked_session_is_ended_from_elsewhere(site, clock, outside):
    await hired(site, AGENT)
    await log_in(outside, AGENT)
    await idle(clock)
    token = token_in(await outside.get("/unlock"))
    await site.access.sessions.end_all(AGENT, "staff:2038")
    answer = await outside.post("/unlock", data={"password": PASSWORD, "_csrf": token})
    assert answer.status_code in (401, 403)
    assert (await outside.get("/page")).headers["location"].startswith("/login")


async def test_in_the_demo_a_button_opens_it(site, clock, pool):
    async with await entered(site.app, pool, MANAGER, method="demo", clock=clock) as visitor:
        await idle(clock)
        page = await visitor.get("/unlock?next=%2Fpage")
        assert "演示不需要口令" in page.text and 'type="password"' not in page.text
        assert (await visitor.post("/unlock", data={"next": "/page"})).headers["location"] == "/page"


async def test_what_hands_the_login_on_asks_for_the_password_once_more(site, clock, outside):
    await hired(site, AGENT)
    await log_in(outside, AGENT)
    await idle(clock, 11)
    assert (await outside.get("/page")).status_code == 200
    assert (await outside.get("/me/factors")).headers["location"] == "/unlock?next=%2Fme%2Ffactors"
    token = token_in(await outside.get("/me"))
    for path in ("/me/tokens", "/me/recovery", "/me/factors", "/me/factors/remove", "/me/passkeys/00/remove"):
        answer = await outside.post(path, data={"_csrf": token, "name": "x", "scope": "orders:read", "days": "1"})
        assert answer.headers.get("location") == "/unlock?next=%2Fme", path
    assert (await outside.post("/me/passkeys/ask", json={}, headers={"X-CSRF-Token": token})).status_code == 403
    page = await outside.get("/unlock?next=%2Fme%2Ffactors")
    assert "请确认是您本人" in page.text
    done = await outside.post("/unlock", data={"password": PASSWORD, "next": "/me/factors", "_csrf": token_in(page)})
    assert done.headers["location"] == "/me/factors"
    assert (await outside.get("/me/factors")).status_code == 200

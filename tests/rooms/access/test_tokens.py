"""Tokens of other systems: made with the password at hand, good for what they were made for, ended at once."""

import re

import pytest
from made.entrance import AGENT, REVIEWER, hired, log_in, token_in

from lianxin.access.tokens import PREFIX, TokenNotMade
from lianxin.ground.clock import DAY_MS, MINUTE_MS

JSON = {"Accept": "application/json"}


async def made(site, number=AGENT, scopes=("orders:read",), days=30) -> str:
    secret, _ = await site.access.tokens.make(number, "城管系统", scopes, days)
    return secret


def bearer(secret: str) -> dict[str, str]:
    return {**JSON, "Authorization": f"Bearer {secret}"}


async def test_a_token_is_shown_once_and_kept_as_a_hash(site, pool, outside):
    await hired(site, AGENT)
    await log_in(outside, AGENT)
    form = {"name": "城管系统", "days": "30", "scope": ["orders:read", "attachments"]}
    page = await outside.post("/me/tokens", data={**form, "_csrf": token_in(await outside.get("/me"))})
    secret = re.search(r'id="token">(lx_[\w-]+)<', page.text)[1]
    assert secret.startswith(PREFIX) and page.headers["cache-control"] == "no-store"
    mine = (await outside.get("/me")).text
    assert secret not in mine and "城管系统" in mine and "orders:read" in mine
    assert not any(secret in row[0] for row in await pool.fetch("SELECT t::text FROM tokens t"))
    answer = await outside.get("/api/v1/things", headers=bearer(secret))
    assert answer.json() == {"by": "staff:1001", "scopes": ["attachments", "orders:read"]}


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"name": "", "days": "30", "scope": "orders:read"}, "请给令牌起个名称"),
        ({"name": "x" * 61, "days": "30", "scope": "orders:read"}, "请给令牌起个名称"),
        ({"name": "x", "days": "30"}, "请选择令牌的用途"),
        ({"name": "x", "days": "30", "scope": "orders:steal"}, "请选择令牌的用途"),
        ({"name": "x", "days": "0", "scope": "orders:read"}, "最短一天，最长 366 天"),
        ({"name": "x", "days": "367", "scope": "orders:read"}, "最短一天，最长 366 天"),
        ({"name": "x", "days": "-1", "scope": "orders:read"}, "最短一天，最长 366 天"),
        ({"name": "x", "days": "٣", "scope": "orders:read"}, "最短一天，最长 366 天"),
        ({"name": "x", "days": "9" * 400, "scope": "orders:read"}, "最短一天，最长 366 天"),
        ({"name": "x", "scope": "orders:read"}, "最短一天，最长 366 天"),
    ],
)
async def test_a_token_that_cannot_be_keeps_the_form(site, pool, outside, form, said):
    await hired(site, AGENT)
    await log_in(outside, AGENT)
    page = await outside.post("/me/tokens", data={**form, "_csrf": token_in(await outside.get("/me"))})
    assert page.status_code == 422 and said in page.text and "没有生成令牌" in page.text
    assert await pool.fetchval("SELECT count(*) FROM tokens") == 0


async def test_a_token_opens_what_it_was_made_for_and_nothing_else(site, outside):
    reads, acts = await made(site), await made(site, scopes=("orders:read", "orders:act"))
    other = await made(site, scopes=("knowledge:read",))
    assert (await outside.post("/api/v1/things", headers=bearer(acts))).json() == {"by": "staff:1001"}
    for method, secret, wanted in (("POST", reads, "orders:read orders:act"), ("GET", other, "orders:read")):
        answer = await outside.request(method, "/api/v1/things", headers=bearer(secret))
        assert answer.status_code == 403
        assert answer.headers["www-authenticate"] == f'Bearer error="insufficient_scope", scope="{wanted}"'
        assert answer.headers["content-type"] == "application/problem+json"


async def test_no_token_opens_a_page(site, outside):
    secret = await made(site, REVIEWER, ("orders:read", "orders:act"))
    for method, path in (
        ("GET", "/page"),
        ("GET", "/reviewers"),
        ("GET", "/me"),
        ("POST", "/done"),
        ("POST", "/me/tokens"),
    ):
        answer = await outside.request(method, path, headers=bearer(secret))
        assert answer.status_code == 403, path
    assert (await outside.post("/logout", headers=bearer(secret))).status_code in (303, 403)


@pytest.mark.parametrize(
    "secret",
    ["", "x", "lx_", "lx_" + "A" * 43, "lx_" + "x" * 10_000, "lx_\u00e9", "lx_' OR 1=1 --", "Bearer lx_", "lx_a lx_b"],
)
async def test_a_token_that_nobody_made_opens_nothing(outside, secret):
    headers = {**JSON, "Authorization": f"Bearer {secret}".encode()}
    answer = await outside.get("/api/v1/things", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'


async def test_a_wrong_token_is_not_helped_by_a_cookie(site, outside):
    await hired(site, AGENT)
    await log_in(outside, AGENT)
    assert (await outside.get("/api/v1/things", headers=bearer("lx_nobody"))).status_code == 401
    assert (await outside.get("/page", headers=bearer("lx_nobody"))).status_code == 401


async def test_a_token_ends_on_its_day(site, clock, outside):
    secret = await made(site, days=1)
    clock.set(clock.now() + DAY_MS - 1)
    assert (await outside.get("/api/v1/things", headers=bearer(secret))).status_code == 200
    clock.set(clock.now() + 1)
    assert (await outside.get("/api/v1/things", headers=bearer(secret))).status_code == 401


async def test_a_revoked_token_opens_nothing_from_the_same_moment(site, outside):
    await hired(site, AGENT)
    secret = await made(site)
    assert (await outside.get("/api/v1/things", headers=bearer(secret))).status_code == 200
    await log_in(outside, AGENT)
    mine = await outside.get("/me")
    token_id = re.search(r"/me/tokens/([0-9a-f-]{36})/revoke", mine.text)[1]
    await outside.post(f"/me/tokens/{token_id}/revoke", data={"_csrf": token_in(mine)})
    assert (await outside.get("/api/v1/things", headers=bearer(secret))).status_code == 401
    assert "已撤销" in (await outside.get("/me")).text


async def test_nobody_revokes_or_ends_what_is_somebody_elses(site, clock, outside):
    secret, token = await site.access.tokens.make(REVIEWER, "x", ("orders:read",), 30)
    begun = await site.access.sessions.begin(REVIEWER, "password")
    await hired(site, AGENT)
    await log_in(outside, AGENT)
    csrf = token_in(await outside.get("/me"))
    await outside.post(f"/me/tokens/{token.id}/revoke", data={"_csrf": csrf})
    await outside.post(f"/me/sessions/{begun.id}/end", data={"_csrf": csrf})
    assert (await outside.get("/api/v1/things", headers=bearer(secret))).status_code == 200
    assert await site.access.sessions.find(begun.secret) is not None


async def test_a_token_does_what_its_owner_may_do_now(site, pool, outside):
    secret = await made(site, REVIEWER)
    await site.access.accounts.disable(REVIEWER, True, "staff:2037")
    await site.access.forget()
    assert (await outside.get("/api/v1/things", headers=bearer(secret))).status_code == 401
    await site.access.accounts.disable(REVIEWER, False, "staff:2037")
    await pool.execute("UPDATE staff SET active = false WHERE work_number = $1", REVIEWER)
    await site.access.forget()
    assert (await outside.get("/api/v1/things", headers=bearer(secret))).status_code == 401


async def test_its_use_is_noted_once_a_minute(site, clock, new_browser):
    secret = await made(site)
    async with new_browser(peer="203.0.113.9") as system:
        await system.get("/api/v1/things", headers=bearer(secret))
        first = (await site.access.tokens.of(AGENT))[0]
        assert (first.used, first.used_from) == (clock.now(), "203.0.113.9")
        clock.set(clock.now() + MINUTE_MS - 1)
        await system.get("/api/v1/things", headers=bearer(secret))
        assert (await site.access.tokens.of(AGENT))[0].used == first.used
        clock.set(clock.now() + 1)
        await system.get("/api/v1/things", headers=bearer(secret))
        assert (await site.access.tokens.of(AGENT))[0].used == clock.now()


async def test_nobody_has_more_than_twenty(site):
    for _ in range(20):
        await made(site)
    with pytest.raises(TokenNotMade, match="20 tokens"):
        await made(site)


async def test_one_may_end_ones_other_sessions(site, clock, outside, new_browser):
    await hired(site, AGENT)
    await log_in(outside, AGENT)
    async with new_browser() as elsewhere:
        await log_in(elsewhere, AGENT)
        mine = await outside.get("/me")
        assert mine.text.count("Chrome 130, Windows") == 2
        session_id = re.search(r"/me/sessions/([0-9a-f-]{36})/end", mine.text)[1]
        await outside.post(f"/me/sessions/{session_id}/end", data={"_csrf": token_in(mine)})
        assert (await elsewhere.get("/page")).status_code == 303
        await log_in(elsewhere, AGENT)
        await outside.post("/me/sessions/end", data={"_csrf": token_in(mine)})
        assert (await elsewhere.get("/page")).status_code == 303
    assert (await outside.get("/page")).status_code == 200

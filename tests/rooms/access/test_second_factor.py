"""Second factors by code: set up, asked for, never taken twice, and what helps when the telephone is lost."""

import re

import pyotp
import pytest
from made.entrance import AGENT, MANAGER, hired, log_in, token_in

from lianxin.access.codes import new_secret
from lianxin.access.keys import SealBroken
from lianxin.ground.clock import SECOND_MS


def code_at(secret: str, clock, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(clock.now() // SECOND_MS + 30 * steps)


async def with_app(site, number: str, clock) -> str:
    """Somebody with a password and an app; return the app's secret."""
    await hired(site, number)
    secret = new_secret()
    assert await site.access.codes.set_up(number, secret, code_at(secret, clock, -1))
    return secret


async def show(client, code: str, **form: str):
    token = token_in(await client.get("/login/second"))
    return await client.post("/login/second", data={"code": code, "_csrf": token, **form})


async def test_who_has_an_app_is_asked_for_its_code(site, clock, outside):
    secret = await with_app(site, AGENT, clock)
    assert (await log_in(outside, AGENT, next="/page")).headers["location"] == "/login/second?next=%2Fpage"
    for path in ("/page", "/me", "/me/factors", "/unlock", "/login/password"):
        assert (await outside.get(path)).headers["location"].startswith("/login/second")
    assert (await show(outside, code_at(secret, clock), next="/page")).headers["location"] == "/page"
    assert (await outside.get("/page")).text == "1001 agent"


async def test_a_code_is_taken_once(site, clock, outside, new_browser):
    secret = await with_app(site, AGENT, clock)
    await log_in(outside, AGENT)
    code = code_at(secret, clock)
    assert (await show(outside, code)).status_code == 303
    async with new_browser() as thief:
        await log_in(thief, AGENT)
        replayed = await show(thief, code)
        assert replayed.status_code == 401 and "已经用过" in replayed.text
        assert (await show(thief, code_at(secret, clock, -1))).status_code == 401  # an older one still less
        assert (await show(thief, code_at(secret, clock, 1))).status_code == 303


@pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
async def test_a_clock_may_differ_by_one_step(site, clock, outside, steps, taken):
    await hired(site, AGENT)
    secret = new_secret()
    assert await site.access.codes.set_up(AGENT, secret, code_at(secret, clock, 0))
    clock.set(clock.now() + 10 * 30 * SECOND_MS)
    await log_in(outside, AGENT)
    assert (await show(outside, code_at(secret, clock, steps))).status_code == (303 if taken else 401)


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "'; --", "x" * 10_000])
async def test_what_is_no_code_is_wrong(site, clock, outside, code):
    await with_app(site, AGENT, clock)
    await log_in(outside, AGENT)
    assert (await show(outside, code)).status_code == 401


async def test_blanks_in_a_code_do_not_matter(site, clock, outside):
    secret = await with_app(site, AGENT, clock)
    await log_in(outside, AGENT)
    code = code_at(secret, clock)
    assert (await show(outside, f" {code[:3]} {code[3:]} ")).status_code == 303


async def test_codes_cannot_be_tried_one_after_another(site, clock, outside):
    secret = await with_app(site, AGENT, clock)
    await log_in(outside, AGENT)
    right = code_at(secret, clock)
    wrong = [f"{n:06d}" for n in range(10) if f"{n:06d}" != right][:5]
    assert [(await show(outside, code)).status_code for code in wrong] == [401] * 5
    refused = await show(outside, right)
    assert refused.status_code == 429 and "试错太多次了" in refused.text


async def test_the_password_alone_remembers_no_browser(site, clock, outside):
    await with_app(site, AGENT, clock)
    answer = await log_in(outside, AGENT)
    assert not any(line.startswith("lianxin-device") for line in answer.headers.get_list("set-cookie"))


async def test_the_second_step_is_a_session_of_its_own(site, clock, outside):
    secret = await with_app(site, AGENT, clock)
    await log_in(outside, AGENT)
    halfway = outside.cookies["lianxin"]
    await show(outside, code_at(secret, clock))
    assert outside.cookies["lianxin"] != halfway
    assert await site.access.sessions.find(halfway) is None


async def test_a_role_that_needs_one_sets_it_up_before_anything_else(site, clock, outside):
    await hired(site, MANAGER)
    assert (await log_in(outside, MANAGER, next="/page")).headers["location"] == "/login/enrol?next=%2Fpage"
    assert (await outside.get("/page")).headers["location"].startswith("/login/enrol")
    page = await outside.get("/login/enrol?next=%2Fpage")
    assert "您的角色必须有" in page.text and "data:image/svg+xml" in page.text
    secret = re.search(r'key-text">([A-Z2-7 ]+)<', page.text)[1].replace(" ", "")
    sealed = re.search(r'name="sealed" value="([^"]+)"', page.text)[1]
    assert secret not in sealed
    form = {"sealed": sealed, "next": "/page", "_csrf": token_in(page)}
    wrong = await outside.post("/me/factors", data={**form, "code": "000000"})
    assert wrong.status_code == 422 and "还没有设置成" in wrong.text
    assert (await outside.get("/page")).status_code == 303
    done = await outside.post("/me/factors", data={**form, "code": code_at(secret, clock)})
    codes = re.findall(r"<li>([a-z0-9]{5}-[a-z0-9]{5})</li>", done.text)
    assert done.status_code in (200, 201) and len(set(codes)) == 10 and 'href="/page"' in done.text
    assert (await outside.get("/page")).text.startswith(MANAGER)
    mine = (await outside.get("/me")).text
    assert not any(code in mine for code in codes)


async def test_a_sealed_secret_of_another_session_is_not_taken(site, clock, outside, new_browser):
    await hired(site, MANAGER)
    await log_in(outside, MANAGER)
    page = await outside.get("/login/enrol")
    secret = re.search(r'key-text">([A-Z2-7 ]+)<', page.text)[1].replace(" ", "")
    sealed = re.search(r'name="sealed" value="([^"]+)"', page.text)[1]
    await hired(site, "2037")
    async with new_browser() as other:
        await log_in(other, "2037")
        form = {"_csrf": token_in(await other.get("/login/enrol")), "code": code_at(secret, clock)}
        for forged in (sealed, "", "x", "A" * 120, sealed[:-4] + "AAAA"):
            answer = await other.post("/me/factors", data={**form, "sealed": forged})
            assert answer.status_code == 303
        assert (await site.access.accounts.get("2037")).totp is False


async def test_a_recovery_code_opens_once(site, clock, outside, new_browser):
    await with_app(site, AGENT, clock)
    codes = await site.access.codes.new_recovery(AGENT)
    await log_in(outside, AGENT)
    assert (await show(outside, codes[0].upper().replace("-", " "))).status_code == 303
    assert await site.access.codes.recovery_left(AGENT) == 9
    async with new_browser() as other:
        await log_in(other, AGENT)
        assert (await show(other, codes[0])).status_code == 401
        assert (await show(other, codes[1])).status_code == 303
    again = await site.access.codes.new_recovery(AGENT)
    assert not await site.access.codes.take_recovery(AGENT, codes[2])
    assert not await site.access.codes.take_recovery(MANAGER, again[0])


async def test_secrets_are_kept_encrypted_and_bound_to_their_owner(site, clock, pool):
    secret = await with_app(site, AGENT, clock)
    await hired(site, "1002")
    kept = await pool.fetchval("SELECT totp FROM accounts WHERE work_number = $1", AGENT)
    assert secret.encode() not in kept
    await pool.execute("UPDATE accounts SET totp = $1 WHERE work_number = '1002'", kept)
    with pytest.raises(SealBroken):
        await site.access.codes.is_right("1002", code_at(secret, clock, 1))


async def test_the_last_factor_stays_while_a_role_needs_one(site, clock, outside):
    secret = await with_app(site, MANAGER, clock)
    await log_in(outside, MANAGER)
    await show(outside, code_at(secret, clock))
    token = token_in(await outside.get("/me"))
    await outside.post("/me/factors/remove", data={"_csrf": token})
    assert (await site.access.accounts.get(MANAGER)).totp is True


async def test_who_needs_none_may_take_it_away(site, clock, outside):
    secret = await with_app(site, AGENT, clock)
    await log_in(outside, AGENT)
    await show(outside, code_at(secret, clock))
    token = token_in(await outside.get("/me"))
    assert (await outside.post("/me/factors/remove", data={"_csrf": token})).status_code == 303
    assert (await site.access.accounts.get(AGENT)).totp is False


async def test_the_demos_doors_ask_for_none_and_say_so(site, pool, new_browser):
    from lianxin.ground.site.time_here import write_site_clock

    await write_site_clock(pool, site.clock.now(), 0.0)
    async with new_browser() as visitor:
        page = await visitor.get("/login")
        assert 'name="number" value="1023"' in page.text or "值班主任" in page.text
        assert "不问口令，也不做第二重验证" in page.text
        form = {"number": MANAGER, "next": "/page", "_csrf": token_in(page)}
        assert (await visitor.post("/login/demo", data=form)).headers["location"] == "/page"
        assert (await visitor.get("/page")).text.startswith(MANAGER)
        assert "没有做第二重验证" in (await visitor.get("/me")).text
        wrong = await visitor.post("/login/demo", data={"number": "9999", "_csrf": token_in(await visitor.get("/me"))})
        assert wrong.status_code == 401


async def test_a_hotline_has_no_demo_doors(outside):
    page = await outside.get("/login")
    assert "演示" not in page.text
    answer = await outside.post("/login/demo", data={"number": AGENT, "_csrf": token_in(page)})
    assert answer.status_code == 404
    assert (await outside.get("/page")).status_code == 303

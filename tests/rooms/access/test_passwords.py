"""Passwords: which are taken, how they are kept, and when a hash is made anew."""

import argon2
import pytest
from made.entrance import AGENT, PASSWORD, hired, log_in, token_in

from lianxin.access import password_rules as rules
from lianxin.access.accounts import PasswordRefused, initial_password
from lianxin.access.password_rules import weaknesses

NOBODY: frozenset[str] = frozenset()
ADMINISTRATOR = frozenset({"sysadmin"})


@pytest.mark.parametrize(
    ("password", "found"),
    [
        ("九个字的口令不够长", rules.TOO_SHORT),  # nine characters
        ("x" * 257, rules.TOO_LONG),
        ("my 1001 password is long", rules.ABOUT_YOU),
        ("王雅茹的口令很长很长很长", rules.ABOUT_YOU),
        ("茹雅王倒过来写的一个口令", rules.ABOUT_YOU),
        ("13800138000", rules.ONLY_DIGITS),
        ("１３８００１３８０００", rules.ONLY_DIGITS),  # full-width digits are digits
        ("password2026!", rules.COMMON),
        ("!!Password!!", rules.COMMON),
        ("woaini1314520", rules.COMMON),
        ("adminadmin", rules.COMMON),
        ("hotline12345", rules.COMMON),
        ("aaaaaaaaaaaa", rules.MONOTONOUS),
        ("abcabcabcabc", rules.MONOTONOUS),
        ("一二一二一二一二一二", rules.MONOTONOUS),
        ("qwertyuiopas", rules.MONOTONOUS),
        ("abcdefghijkl", rules.MONOTONOUS),
        ("lkjihgfedcba", rules.MONOTONOUS),
        ("a b c d e f g h i j", rules.MONOTONOUS),
    ],
)
def test_a_bad_password_is_told_why(password, found):
    assert found in weaknesses(password, "1001", "王雅茹", NOBODY)


@pytest.mark.parametrize(
    "password", ["十个字就够长了不是吗啊", "correct horse battery", "Dx7!qmZ2wv", "山高水长，日子有盼头", "kf-ueLq-73"]
)
def test_a_good_password_is_taken(password):
    assert weaknesses(password, "1001", "王雅茹", NOBODY) == ()


def test_administrators_need_two_more():
    eleven = "十一个字的口令给坐席用"
    assert len(eleven) == 11 and weaknesses(eleven, "2037", "游金凤", NOBODY) == ()
    assert weaknesses(eleven, "2037", "游金凤", ADMINISTRATOR) == (rules.TOO_SHORT,)
    assert weaknesses(eleven + "的", "2037", "游金凤", ADMINISTRATOR) == ()


def test_an_officers_number_counts_by_its_unit():
    assert rules.ABOUT_YOU in weaknesses("my zjj password", "zjj:contact", "赵晓娜", NOBODY)


def test_a_password_by_chance_is_long_and_never_the_same():
    made = {initial_password() for _ in range(1_000)}
    assert len(made) == 1_000 and all(weaknesses(one, "1001", "王雅茹", ADMINISTRATOR) == () for one in made)


async def test_it_is_kept_as_argon2id_with_a_salt_of_its_own(site, pool):
    await hired(site, AGENT)
    await hired(site, "1002")
    kept = [row[0] for row in await pool.fetch("SELECT password FROM accounts")]
    assert len(set(kept)) == 2
    for one in kept:
        assert argon2.extract_parameters(one).type is argon2.Type.ID
        assert (argon2.extract_parameters(one).memory_cost, argon2.extract_parameters(one).time_cost) == (19_456, 2)


async def test_a_hash_of_older_parameters_is_made_anew_at_the_login(site, pool, outside):
    await hired(site, AGENT)
    older = argon2.PasswordHasher(time_cost=1, memory_cost=8_192, parallelism=1).hash(PASSWORD)
    await pool.execute("UPDATE accounts SET password = $1 WHERE work_number = $2", older, AGENT)
    assert (await log_in(outside, AGENT)).status_code == 303
    kept = await pool.fetchval("SELECT password FROM accounts WHERE work_number = $1", AGENT)
    assert kept != older and argon2.extract_parameters(kept).memory_cost == 19_456


async def test_two_ways_of_writing_one_text_are_one_password(site, outside):
    await hired(site, AGENT, "Ａbc１２３ 晨光里的电话")
    assert (await log_in(outside, AGENT, "Abc123 晨光里的电话")).status_code == 303


async def test_a_megabyte_is_not_hashed(site):
    await hired(site, AGENT)
    account = await site.access.accounts.get(AGENT)
    with pytest.raises(PasswordRefused):
        await site.access.accounts.change_password(account, "晨光" * 500_000, "system")


async def test_a_first_password_must_be_changed_before_anything_else(site, outside):
    given = await site.access.accounts.give_password(AGENT, "staff:2037")
    assert (await log_in(outside, AGENT, given, next="/page")).headers["location"] == "/login/password?next=%2Fpage"
    for path in ("/page", "/me", "/unlock"):
        assert (await outside.get(path)).headers["location"].startswith("/login/password")
    page = await outside.get("/login/password?next=%2Fpage")
    form = {"_csrf": token_in(page), "next": "/page"}
    for password, again, said in (
        (given, given, "这就是您现在的口令"),
        (PASSWORD, PASSWORD + "x", "两次输入不一样"),
        ("short", "short", "太短了，至少要 10 个字符"),
        ("", "", "太短了"),
    ):
        refused = await outside.post("/login/password", data={**form, "password": password, "again": again})
        assert refused.status_code == 422 and said in refused.text and "仍是原来的" in refused.text
    done = await outside.post("/login/password", data={**form, "password": PASSWORD, "again": PASSWORD})
    assert done.headers["location"] == "/page"
    assert (await outside.get("/page")).text == "1001 agent"
    assert (await site.access.accounts.get(AGENT)).must_change is False


async def test_changing_it_needs_the_present_one_and_ends_every_other_login(site, outside, new_browser):
    await hired(site, AGENT)
    await log_in(outside, AGENT)
    new = "晚风里的最后一通电话"
    async with new_browser() as elsewhere:
        await log_in(elsewhere, AGENT)
        token = token_in(await outside.get("/me"))
        form = {"_csrf": token, "password": new, "again": new}
        wrong = await outside.post("/me/password", data={**form, "present": "something else"})
        assert wrong.status_code == 401 and "现在的口令不对" in wrong.text
        assert (await outside.post("/me/password", data={**form, "present": PASSWORD})).status_code == 303
        assert (await outside.get("/page")).status_code == 200
        assert (await elsewhere.get("/page")).status_code == 303
    async with new_browser() as again:
        assert (await log_in(again, AGENT)).status_code == 401
        assert (await log_in(again, AGENT, new)).status_code == 303


async def test_the_present_password_cannot_be_guessed_at_an_open_desk(site, outside):
    await hired(site, AGENT)
    await log_in(outside, AGENT)
    form = {"_csrf": token_in(await outside.get("/me")), "password": "x" * 20, "again": "x" * 20}
    codes = [
        (await outside.post("/me/password", data={**form, "present": f"guess {n}"})).status_code for n in range(12)
    ]
    assert codes[:10] == [401] * 10
    refused = await outside.post("/me/password", data={**form, "present": PASSWORD})
    assert "请等一刻钟再试" in refused.text

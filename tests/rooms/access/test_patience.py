"""Guessing: whoever guesses waits, and nobody can be locked out by it for ever."""

import asyncio

import pytest
from made.entrance import AGENT, MANAGER, PASSWORD, hired, log_in

from lianxin.access.patience import ACCOUNT, ADDRESS, DEVICE, Failures, Patience, wait_ms
from lianxin.ground.clock import HOUR_MS, MINUTE_MS, SECOND_MS

NOW = 1_000 * HOUR_MS
WRONG = "guess after guess"


@pytest.mark.parametrize(
    ("failures", "wait_s"),
    [(0, 0), (4, 0), (5, 30), (6, 60), (7, 120), (8, 240), (9, 480), (10, 900), (11, 900), (1_000, 900)],
)
def test_each_failure_beyond_the_free_ones_costs_twice_as_much_up_to_a_quarter_of_an_hour(failures, wait_s):
    assert wait_ms(Failures(failures, NOW), NOW, ACCOUNT) == wait_s * SECOND_MS


def test_time_that_has_passed_counts():
    assert wait_ms(Failures(5, NOW - 20 * SECOND_MS), NOW, ACCOUNT) == 10 * SECOND_MS
    assert wait_ms(Failures(5, NOW - 30 * SECOND_MS), NOW, ACCOUNT) == 0


def test_a_known_browser_and_a_shared_address_have_more_patience():
    assert wait_ms(Failures(9, NOW), NOW, DEVICE) == 0 and wait_ms(Failures(49, NOW), NOW, ADDRESS) == 0
    assert wait_ms(Failures(3, NOW), NOW, Patience(free=3, first_ms=1_000)) == 1_000


async def test_after_five_wrong_passwords_also_the_right_one_waits(site, clock, new_browser):
    await hired(site, AGENT)
    async with new_browser() as guesser:
        for _ in range(5):
            assert (await log_in(guesser, AGENT, WRONG)).status_code == 401
        answer = await log_in(guesser, AGENT, PASSWORD)
        assert answer.status_code == 429 and "试错太多次了。30 秒之内" in answer.text
        clock.set(clock.now() + 30 * SECOND_MS)
        assert (await log_in(guesser, AGENT, PASSWORD)).status_code == 303


async def test_a_number_nobody_has_waits_in_the_same_way(site, clock, new_browser):
    async with new_browser() as guesser:
        answers = [(await log_in(guesser, "9999", WRONG)).status_code for _ in range(6)]
    assert answers == [401] * 5 + [429]


async def test_tries_that_are_not_looked_at_do_not_make_the_wait_longer(site, clock, new_browser):
    await hired(site, AGENT)
    async with new_browser() as guesser:
        for _ in range(25):
            await log_in(guesser, AGENT, WRONG)
        clock.set(clock.now() + 30 * SECOND_MS)
        assert (await log_in(guesser, AGENT, PASSWORD)).status_code == 303


async def test_a_hundred_guesses_at_once_are_a_hundred(site, new_browser, monkeypatch):
    await hired(site, AGENT)
    looked_at = []
    verified = site.access.passwords._verified
    monkeypatch.setattr(
        site.access.passwords, "_verified", lambda kept, password: looked_at.append(1) or verified(kept, password)
    )

    async def guess() -> int:
        async with new_browser() as guesser:
            return (await log_in(guesser, AGENT, WRONG)).status_code

    codes = await asyncio.gather(*[guess() for _ in range(100)])
    assert len(looked_at) == 5 and sorted(codes) == [401] * 5 + [429] * 95


async def test_a_stranger_cannot_lock_a_colleague_out_of_their_own_browser(site, clock, new_browser):
    await hired(site, AGENT)
    async with new_browser(peer="10.0.0.1") as own:
        assert (await log_in(own, AGENT)).status_code == 303
        own.cookies.delete("lianxin")
        for n in range(40):
            async with new_browser(peer=f"198.51.100.{n}") as stranger:
                await log_in(stranger, AGENT, WRONG)
        assert (await log_in(own, AGENT)).status_code == 303


async def test_the_colleague_comes_in_elsewhere_after_a_quarter_of_an_hour_at_most(site, clock, new_browser):
    await hired(site, AGENT)
    async with new_browser(peer="198.51.100.1") as stranger, new_browser(peer="10.0.0.1") as elsewhere:
        for _ in range(20):
            await log_in(stranger, AGENT, WRONG)
            clock.set(clock.now() + 2 * MINUTE_MS)
        clock.set(clock.now() + 15 * MINUTE_MS)
        assert (await log_in(elsewhere, AGENT)).status_code == 303


async def test_whoever_guesses_many_numbers_from_one_address_waits(site, new_browser):
    await hired(site, AGENT)
    async with new_browser(peer="198.51.100.1") as guesser:
        codes = [(await log_in(guesser, str(5_000 + n), WRONG)).status_code for n in range(51)]
        assert codes == [401] * 50 + [429]
        assert (await log_in(guesser, AGENT)).status_code == 429
    async with new_browser(peer="10.0.0.1") as elsewhere:
        assert (await log_in(elsewhere, AGENT)).status_code == 303


async def test_a_known_browser_is_known_for_its_own_number_only(site, new_browser):
    await hired(site, AGENT)
    await hired(site, MANAGER)
    async with new_browser() as own:
        await log_in(own, AGENT)
        own.cookies.delete("lianxin")
        codes = [(await log_in(own, MANAGER, WRONG)).status_code for _ in range(6)]
        assert codes == [401] * 5 + [429]
        codes = [(await log_in(own, AGENT, WRONG)).status_code for _ in range(11)]
        assert codes == [401] * 10 + [429]


@pytest.mark.parametrize("cookie", ["x", "x=y", "=", ".", "a=b.c=d", "=" * 1_000, "口令".encode().hex() + "=x"])
async def test_a_browser_cannot_claim_to_be_known(site, new_browser, cookie):
    await hired(site, AGENT)
    async with new_browser() as client:
        client.cookies.set("lianxin-device", cookie)
        codes = [(await log_in(client, AGENT, WRONG)).status_code for _ in range(6)]
    assert codes == [401] * 5 + [429]


async def test_one_browser_remembers_eight_people(site):
    cookie = ""
    for number in range(3_000, 3_010):
        cookie = site.access.devices.remembered(cookie, str(number))
    known = [number for number in range(3_000, 3_010) if site.access.devices.known(cookie, str(number))]
    assert known == list(range(3_002, 3_010))
    assert site.access.devices.remembered(cookie, "3009") == cookie


async def test_an_administrator_lets_somebody_try_again_at_once(site, new_browser):
    await hired(site, AGENT)
    async with new_browser() as client:
        for _ in range(6):
            await log_in(client, AGENT, WRONG)
        await site.access.attempts.clear(AGENT, "staff:2037")
        assert (await log_in(client, AGENT)).status_code == 303


async def test_every_try_is_written_down_and_no_password_ever(site, pool, new_browser):
    await hired(site, AGENT)
    async with new_browser(peer="203.0.113.9") as client:
        await log_in(client, AGENT, WRONG)
        await log_in(client, PASSWORD, AGENT)  # the two fields confused
        await log_in(client, AGENT)
    rows = await pool.fetch("SELECT * FROM login_attempts ORDER BY attempt_id")
    assert [(row["work_number"], row["outcome"], row["address"]) for row in rows] == [
        (AGENT, "wrong", "203.0.113.9"),
        (None, "unknown", "203.0.113.9"),
        (AGENT, "in", "203.0.113.9"),
    ]
    everything = await pool.fetch(
        "SELECT a::text FROM login_attempts a UNION SELECT s::text FROM sessions s UNION SELECT c::text FROM accounts c"
    )
    assert not any(PASSWORD in row[0] or WRONG in row[0] for row in everything)


async def test_a_full_width_number_is_the_number(site, new_browser):
    await hired(site, AGENT)
    async with new_browser() as client:
        assert (await log_in(client, " １００１ ")).status_code == 303

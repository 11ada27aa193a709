"""How often somebody may ask: buckets that drain evenly, counted once for all processes."""

import asyncio

import pytest

from lianxin.ground.clock import DAY_MS, SECOND_MS, VirtualClock, at_iso
from lianxin.portal.limits import FOLLOW, LODGE, Gauge, Limit, TooOften, network

THREE = Limit("three", 3, 60.0)
TEN = Limit("ten", 10, 1.0)
KEY = b"k" * 32
HERE = "203.0.113.7"


@pytest.fixture
def clock():
    return VirtualClock(at_iso("2026-03-09T09:00:00+08:00"))


@pytest.fixture
def gauge(pool, clock):
    return Gauge(pool, clock, KEY)


async def wait_of(gauge: Gauge, *asked) -> float:
    with pytest.raises(TooOften) as refused:
        await gauge.take(*asked)
    return refused.value.wait_s


async def test_as_many_as_fit_and_then_one_a_minute(gauge, clock):
    for _ in range(3):
        await gauge.take((THREE, HERE))
    assert await wait_of(gauge, (THREE, HERE)) == 60
    clock.set(clock.now() + 45 * SECOND_MS)
    assert await wait_of(gauge, (THREE, HERE)) == pytest.approx(15)
    clock.set(clock.now() + 15 * SECOND_MS)
    await gauge.take((THREE, HERE))
    assert await wait_of(gauge, (THREE, HERE)) == pytest.approx(60)


async def test_what_was_refused_is_not_counted(gauge, clock):
    for _ in range(3):
        await gauge.take((THREE, HERE))
    for _ in range(20):
        await wait_of(gauge, (THREE, HERE))
    clock.set(clock.now() + 60 * SECOND_MS)
    await gauge.take((THREE, HERE))


async def test_of_several_limits_all_are_taken_or_none(gauge):
    for _ in range(3):
        await gauge.take((TEN, HERE), (THREE, HERE))
    for _ in range(5):
        await wait_of(gauge, (TEN, HERE), (THREE, HERE))
    for _ in range(7):
        await gauge.take((TEN, HERE))
    assert await wait_of(gauge, (TEN, HERE)) == 1


async def test_everybody_is_counted_apart(gauge):
    for _ in range(3):
        await gauge.take((THREE, HERE))
    await gauge.take((THREE, "198.51.100.9"))


async def test_what_is_given_back_can_be_taken_again_and_never_more_than_fits(gauge):
    for _ in range(3):
        await gauge.take((THREE, HERE))
    for _ in range(5):
        await gauge.give_back((THREE, HERE))
    for _ in range(3):
        await gauge.take((THREE, HERE))
    assert await wait_of(gauge, (THREE, HERE)) == 60


async def test_of_many_at_once_no_more_get_through_than_fit(pool, clock):
    gauges = [Gauge(pool, clock, KEY) for _ in range(8)]  # so many processes

    async def ask(gauge: Gauge) -> bool:
        try:
            await gauge.take((TEN, HERE), (THREE, HERE))
        except TooOften:
            return False
        return True

    got = await asyncio.gather(*(ask(gauges[n % 8]) for n in range(40)))
    assert sum(got) == 3


async def test_a_clock_that_steps_back_fills_no_bucket(gauge, pool, clock):
    await gauge.take((THREE, HERE))
    earlier = Gauge(pool, VirtualClock(clock.now() - DAY_MS), KEY)
    await earlier.take((THREE, HERE))
    await earlier.take((THREE, HERE))
    assert await wait_of(gauge, (THREE, HERE)) == 60


async def test_nobody_reads_an_address_out_of_the_table(gauge, pool):
    from hashlib import sha256

    await gauge.take((THREE, HERE))
    (row,) = await pool.fetch("SELECT bucket FROM portal_buckets")
    assert row["bucket"] != sha256(f"three\0{HERE}".encode()).digest() and len(row["bucket"]) == 32


async def test_empty_buckets_go_after_two_days(gauge, pool, clock):
    await gauge.take((THREE, HERE))
    await gauge.forget()
    assert await pool.fetchval("SELECT count(*) FROM portal_buckets") == 1
    clock.set(clock.now() + 2 * DAY_MS + 1)
    await gauge.forget()
    assert await pool.fetchval("SELECT count(*) FROM portal_buckets") == 0


@pytest.mark.parametrize("limits", [LODGE, FOLLOW])
def test_who_solved_a_puzzle_may_ask_more_often(limits):
    for worked, plain in zip(limits.worked, limits.plain, strict=True):
        assert worked.size > plain.size and worked.every_s < plain.every_s


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("", ""),
        ("somewhere", "somewhere"),
    ],
)
def test_an_ipv6_line_is_one_however_many_addresses_it_takes(address, counted):
    assert network(address) == counted

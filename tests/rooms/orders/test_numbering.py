"""Numbers of orders and contacts: one running number per day, whoever asks."""

import asyncio
from datetime import date

import pytest

from lianxin.ground.clock import Instant, at_iso
from lianxin.ground.ledger import CONTACT, ORDER, chain_of
from lianxin.ground.text import digits, make_number, parse_number
from lianxin.ground.web import Present
from lianxin.orders.numbering import DEMO_AFTER, Numbers

LAST_SECOND: Instant = at_iso("2026-03-09T23:59:59+08:00")
MONDAY, TUESDAY = date(2026, 3, 9), date(2026, 3, 10)
TAKEN = "INSERT INTO chains (chain_id, seq, head, snapshot) VALUES ($1, 1, $2, '')"


class Today:
    """The site's time, set by hand."""

    def __init__(self, now: Instant = LAST_SECOND, demo: bool = False) -> None:
        self.now = now
        self.demo = demo

    async def __call__(self) -> Present:
        return Present(self.now, self.demo)


async def begin(pool, kind: int, day: date, *running: int) -> None:
    """Let chains stand there already, as an import leaves them."""
    for n in running:
        await pool.execute(TAKEN, chain_of(kind, digits(make_number(day, n))), bytes(32))


async def test_orders_and_contacts_are_counted_each_for_itself(pool):
    numbers = Numbers(pool, Today())
    assert [await numbers.order(), await numbers.order()] == [make_number(MONDAY, 1), make_number(MONDAY, 2)]
    assert await numbers.contact() == make_number(MONDAY, 1)


async def test_after_midnight_here_the_count_begins_anew(pool):
    today = Today()
    numbers = Numbers(pool, today)
    await numbers.order()
    today.now += 1_000  # 24:00 in China, still the afternoon before in UTC
    assert await numbers.order() == make_number(TUESDAY, 1)


async def test_a_number_that_a_chain_has_is_passed_over(pool):
    await begin(pool, ORDER, MONDAY, 1, 2, 3)
    numbers = Numbers(pool, Today())
    assert await numbers.order() == make_number(MONDAY, 4)
    await begin(pool, ORDER, MONDAY, 5, 6)  # an import runs meanwhile
    assert await numbers.order() == make_number(MONDAY, 7)


async def test_the_number_of_another_day_or_kind_is_not_in_the_way(pool):
    await begin(pool, ORDER, TUESDAY, 9)
    await begin(pool, CONTACT, MONDAY, 9)
    assert await Numbers(pool, Today()).order() == make_number(MONDAY, 1)


async def test_a_hundred_thousand_and_more_a_day_get_a_sixth_digit(pool):
    await begin(pool, ORDER, MONDAY, 99_999)
    number = await Numbers(pool, Today()).order()
    assert number == make_number(MONDAY, 100_000) == parse_number(number)


async def test_in_a_demo_the_city_keeps_the_lower_half(pool):
    await begin(pool, CONTACT, MONDAY, 1, 2)
    assert await Numbers(pool, Today(demo=True)).contact() == make_number(MONDAY, DEMO_AFTER + 1)


async def test_of_many_who_ask_at_once_no_two_get_the_same(pool):
    numbers = Numbers(pool, Today())
    drawn = await asyncio.gather(*(numbers.order() for _ in range(200)))
    assert sorted(drawn) == [make_number(MONDAY, n) for n in range(1, 201)]


@pytest.mark.parametrize("statement", ["DELETE FROM numbers", "TRUNCATE numbers"])
async def test_the_application_cannot_count_backwards_by_clearing_the_table(pool, statement):
    import asyncpg

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.execute(statement)

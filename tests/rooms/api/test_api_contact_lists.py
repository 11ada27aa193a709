"""The list of contacts: those that the reader may see, latest first, each once."""

from datetime import date
from itertools import count, product
from uuid import uuid4

import pytest
from conftest import NOW, system

from lianxin.contacts import course
from lianxin.exchange.api.contacts import Channel
from lianxin.ground.clock import MINUTE_MS, at_iso, to_datetime
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.text import make_number
from lianxin.insight.audit.violation import number_of
from lianxin.orders.service import Services, contact_id_of
from lianxin.rules import load_rules

pytestmark = pytest.mark.asyncio(loop_scope="session")
DUTY_MANAGER, OFFICER, ANALYST, AGENT = "1023", "zjj:contact", "2038", "1001"
NUMBERS = count(7_000)


async def pages(client, **params):
    """Every line of the list, page by page."""
    found, after = [], {}
    for _ in range(300):
        answer = await client.get("/contacts", params={**params, **after})
        assert answer.status_code == 200, answer.text
        found += answer.json()["items"]
        if answer.json()["next"] is None:
            return found
        after = {"after": answer.json()["next"]}
    raise AssertionError("the list has no end")


async def test_every_filter_finds_what_a_plain_reading_of_the_rows_finds(reading_site, city_pool):
    """All combinations of some values of each filter; the oracle is Python over all rows."""
    rows = await city_pool.fetch("SELECT * FROM contacts ORDER BY arrived_at DESC, contact_id DESC")
    assert len(rows) > 200 and {row["disposition"] for row in rows} >= {"opened", "answered"}
    begin, end = to_datetime(NOW - 5 * 1_440 * MINUTE_MS), to_datetime(NOW - 2 * 1_440 * MINUTE_MS)
    checked = 0
    async with await system(reading_site, city_pool, DUTY_MANAGER) as duty:
        for channel, disposition, since, before in product(
            (None, "call", "web"), (None, "opened", "pending", "ring_back"), (None, begin), (None, end)
        ):
            asked = {
                "channel": channel,
                "disposition": disposition,
                "arrived_since": since and since.isoformat(),
                "arrived_before": before and before.isoformat(),
            }
            expected = [
                number_of(row["contact_id"])
                for row in rows
                if channel in (None, row["channel"])
                and disposition in (None, row["disposition"])
                and (since is None or row["arrived_at"] >= since)
                and (before is None or row["arrived_at"] < before)
            ]
            given = {name: value for name, value in asked.items() if value is not None}
            assert [line["number"] for line in await pages(duty, limit=40, **given)] == expected, given
            checked += bool(expected)
    assert checked > 15


async def test_a_line_says_what_the_contact_says_without_its_matters(reading_site, city_pool):
    async with await system(reading_site, city_pool, DUTY_MANAGER) as duty:
        lines = (await duty.get("/contacts", params={"limit": 5})).json()["items"]
        assert len(lines) == 5
        for line in lines:
            whole = (await duty.get(f"/contacts/{line['number']}")).json()
            whole.pop("matters")
            assert line == whole


async def test_each_contact_is_found_once_while_others_come_in(site, books):
    """Five calls of one instant, then a later one between the pages: it stands before the first."""
    rules, at = load_rules("sd-binzhou"), at_iso("2026-03-13T10:10:00+08:00")
    services = Services(PostgresLedger(books), lambda _: rules, lambda _who, _role: True)

    async def arrived(when):
        number = make_number(date(2026, 3, 13), next(NUMBERS))
        await services.meet(contact_id_of(number), course.Arrive(id=uuid4(), by="system", channel="call"), when)
        return number

    before = [await arrived(at) for _ in range(5)]
    async with await system(site, books, DUTY_MANAGER) as client:
        asked = {"limit": 2, "arrived_since": to_datetime(at).isoformat(), "channel": "call"}
        first = (await client.get("/contacts", params=asked)).json()
        later = await arrived(at + MINUTE_MS)
        rest = await pages(client, **asked, after=first["next"])
        numbers = [line["number"] for line in (*first["items"], *rest)]
        assert len(numbers) == len(set(numbers)) and set(before) <= set(numbers)
        assert later not in numbers
        assert (await client.get("/contacts", params=asked)).json()["items"][0]["number"] == later


@pytest.mark.parametrize(
    "wrong",
    [
        {"after": "o1020260309000019"},  # of the orders' list
        {"after": "p1.1.1"},
        {"channel": "telepathy"},
        {"disposition": "lost"},
        {"arrived_since": "2026-03-13T10:00:00"},  # no offset
        {"arrived_before": "yesterday"},
        {"arrived_before": "9999-01-01T00:00:00+08:00"},
        {"limit": "201"},
        {"limit": "0"},
        {"person": "x"},
    ],
)
async def test_a_wrong_filter_or_a_cursor_of_another_list_is_refused(site, books, wrong):
    async with await system(site, books, DUTY_MANAGER) as client:
        answer = await client.get("/contacts", params=wrong)
        assert answer.status_code == 422, answer.text
        assert [error["pointer"] for error in answer.json()["errors"]] == list(wrong)


async def test_who_may_see_no_contact_finds_none_and_without_the_scope_nobody_asks(site, books):
    for who in (OFFICER, ANALYST):
        async with await system(site, books, who) as client:
            assert (await client.get("/contacts")).json() == {"items": [], "next": None}
    async with await system(site, books, DUTY_MANAGER, "orders:read") as client:
        assert (await client.get("/contacts")).status_code == 403


async def test_a_contact_of_a_confidential_order_stands_in_no_list_of_others(site, books, hotline):
    number = await hotline.submitted()
    contact = await books.fetchval("SELECT contact_id FROM orders WHERE number = $1", number)
    async with await system(site, books, "1002") as another, await system(site, books, DUTY_MANAGER) as duty:
        assert number_of(contact) in {line["number"] for line in await pages(another, limit=200)}
        await books.execute("UPDATE orders SET flags = '{confidential}', state = 'approved' WHERE number = $1", number)
        assert number_of(contact) not in {line["number"] for line in await pages(another, limit=200)}
        assert number_of(contact) in {line["number"] for line in await pages(duty, limit=200)}


async def test_every_channel_of_the_city_can_be_asked_for(city_pool):
    channels = {row[0] for row in await city_pool.fetch("SELECT DISTINCT channel FROM contacts")}
    assert channels and channels <= set(Channel.__args__)

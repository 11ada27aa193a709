"""Reading by the interface: lists against an oracle, one order, its chain, its promises; only what is seen."""

import random
from datetime import datetime, timedelta

import msgspec
import pytest
import pytest_asyncio
from conftest import NOW, system
from made.entry import entered

from lianxin.ground.clock import CST, to_datetime
from lianxin.ground.ledger import GENESIS, link

pytestmark = pytest.mark.asyncio(loop_scope="session")
DUTY_MANAGER, OFFICER, SYSADMIN = "1023", "zjj:contact", "2038"


async def pages(client, path, **params):
    """Every line of a list, page by page."""
    found, after = [], None
    for _ in range(200):
        asked = {**params, **({"after": after} if after else {})}
        answer = await client.get(path, params=asked)
        assert answer.status_code == 200, answer.text
        found += answer.json()["items"]
        after = answer.json()["next"]
        if after is None:
            return found
    raise AssertionError("the list has no end")


@pytest_asyncio.fixture(loop_scope="session")
async def duty(reading_site, city_pool):
    async with await system(reading_site, city_pool, DUTY_MANAGER) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def officer(reading_site, city_pool):
    async with await system(reading_site, city_pool, OFFICER) as client:
        yield client


async def rows(pool, where="true", *args):
    sql = f"SELECT *, (SELECT max(at) FROM entries WHERE chain_id = order_id) AS changed FROM orders o WHERE {where}"
    return await pool.fetch(sql + " ORDER BY order_id DESC", *args)


async def test_without_a_filter_every_open_order_is_listed_newest_first(duty, city_pool):
    expected = [row["number"] for row in await rows(city_pool, "closed_at IS NULL")]
    assert len(expected) > 15
    assert [line["number"] for line in await pages(duty, "/orders", limit=7)] == expected


async def test_every_filter_finds_what_a_plain_reading_of_the_rows_finds(duty, city_pool):
    """All combinations of some values of each filter; the oracle is Python over all rows."""
    everything = await rows(city_pool)
    texts = {row[0]: row[1] for row in await city_pool.fetch("SELECT order_id, title || text FROM texts WHERE n = 1")}
    chance = random.Random(7)
    somewhere = chance.choice([row for row in everything if row["unit"]])
    due, since = NOW + 86_400_000, NOW - 3 * 86_400_000
    checked = 0
    for is_open in (True, False):
        for holder in (None, somewhere["holder"], "tray:review"):
            for unit in (None, somewhere["unit"]):
                for state in (None, "in_progress", "completed"):
                    for due_before in (None, to_datetime(due)):
                        for updated in (None, to_datetime(since)):
                            for text in (None, texts[somewhere["order_id"]][2:4]):
                                asked = {
                                    "open": is_open,
                                    "holder": holder,
                                    "unit": unit,
                                    "state": state,
                                    "due_before": due_before and due_before.isoformat(),
                                    "updated_since": updated and updated.isoformat(),
                                    "text": text,
                                }
                                expected = [
                                    row["number"]
                                    for row in everything
                                    if (not is_open or row["closed_at"] is None)
                                    and (holder is None or row["holder"] == holder)
                                    and (unit is None or row["unit"] == unit)
                                    and (state is None or row["state"] == state)
                                    and (due_before is None or (row["due_at"] and row["due_at"] < due_before))
                                    and (updated is None or row["changed"] >= updated)
                                    and (text is None or text in texts[row["order_id"]])
                                ]
                                given = {name: value for name, value in asked.items() if value is not None}
                                found = await pages(duty, "/orders", limit=50, **given)
                                assert [line["number"] for line in found] == expected, given
                                checked += bool(expected)
    assert checked > 50


async def test_a_zone_is_the_tray_of_the_house(duty, city_pool):
    expected = [row["number"] for row in await rows(city_pool, "holder = 'tray:dispatch' AND closed_at IS NULL")]
    assert [line["number"] for line in await pages(duty, "/orders", zone="dispatch")] == expected


async def test_a_list_keeps_its_place_while_orders_come_and_change(site, books, hotline):
    before = {await hotline.submitted() for _ in range(4)} | {await hotline.dispatched("cgj")}
    async with await system(site, books, DUTY_MANAGER) as client:
        first = (await client.get("/orders", params={"limit": 2})).json()
        later = await hotline.submitted()
        for number in before:
            if await books.fetchval("SELECT state FROM orders WHERE number = $1", number) == "dispatched":
                await hotline.signed(number, "cgj")
        rest = await pages(client, "/orders", limit=2, after=first["next"])
        numbers = [line["number"] for line in (*first["items"], *rest)]
        assert len(numbers) == len(set(numbers)) and before <= set(numbers)
        assert later not in numbers and (await client.get("/orders")).json()["items"][0]["number"] == later


async def test_an_officer_lists_what_the_units_orders_are_and_nothing_else(officer, city_pool):
    expected = {
        row["number"]
        for row in await rows(city_pool, "closed_at IS NULL")
        if "zjj" in row["units"] or "unit:zjj:contact" in row["actors"]
    }
    assert {line["number"] for line in await pages(officer, "/orders", limit=3)} == expected != set()


async def test_somebody_without_orders_finds_none(reading_site, city_pool, duty):
    number = (await pages(duty, "/orders"))[0]["number"]
    async with await system(reading_site, city_pool, SYSADMIN) as client:
        assert await pages(client, "/orders") == []
        for path in (f"/orders/{number}", f"/orders/{number}/entries", f"/orders/{number}/promises"):
            answer = await client.get(path)
            assert answer.status_code == 404, path
        assert await pages(client, "/promises") == []


async def test_an_order_that_is_not_seen_answers_as_one_that_does_not_exist(officer, duty, city_pool):
    hidden = next(
        row["number"]
        for row in await rows(city_pool)
        if "zjj" not in row["units"] and "unit:zjj:contact" not in row["actors"]
    )
    assert (await duty.get(f"/orders/{hidden}")).status_code == 200
    for tail in ("", "/entries", "/promises", "/receipt"):
        there, nowhere = (
            await officer.get(f"/orders/{hidden}{tail}"),
            await officer.get(f"/orders/20200101-000018{tail}"),
        )
        assert there.status_code == nowhere.status_code == 404
        told, other = there.json(), nowhere.json()
        assert {**told, "instance": ""} == {**other, "instance": ""}
        assert there.headers.keys() == nowhere.headers.keys()


async def test_an_order_is_what_its_chain_makes_it(duty, city_pool):
    row = (await rows(city_pool, "state = 'in_progress'"))[0]
    answer = await duty.get(f"/orders/{row['number']}")
    told = answer.json()
    assert (told["state"], told["holder"], told["unit"], told["open"]) == (
        "in_progress",
        row["holder"],
        row["unit"],
        True,
    )
    assert told["chain"]["intact"] is True and told["chain"]["entries"] == len(told["course"])
    assert told["words"]["text"] == await city_pool.fetchval(
        "SELECT text FROM texts WHERE order_id = $1 AND n = 1", row["order_id"]
    )
    assert datetime.fromisoformat(told["opened"]) == row["opened_at"]
    assert answer.headers["etag"].startswith(f'"{told["chain"]["entries"]}-{told["chain"]["head"][:16]}')


async def test_what_did_not_change_is_not_sent_again(duty, city_pool):
    number = (await rows(city_pool))[0]["number"]
    tag = (await duty.get(f"/orders/{number}")).headers["etag"]
    same = await duty.get(f"/orders/{number}", headers={"If-None-Match": tag})
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    other = await duty.get(f"/orders/{number}", headers={"If-None-Match": '"1-0000000000000000"'})
    assert other.status_code == 200


async def test_the_chain_can_be_verified_by_whoever_reads_it(duty, city_pool):
    number = (await rows(city_pool, "state = 'completed'"))[0]["number"]
    found, after = [], 0
    while after is not None:
        answer = (await duty.get(f"/orders/{number}/entries", params={"after": after, "limit": 3})).json()
        found += answer["items"]
        after = answer["next"]
    head = GENESIS
    for place, entry in enumerate(found, 1):
        head = link(head, entry["body"].encode())
        assert (entry["seq"], entry["hash"]) == (place, head.hex())
        assert msgspec.json.decode(entry["body"])["kind"] == entry["kind"]
    order = (await duty.get(f"/orders/{number}")).json()
    assert (order["chain"]["head"], order["chain"]["entries"]) == (head.hex(), len(found)) and len(found) >= 8


async def test_promises_are_listed_by_their_date(duty, city_pool):
    expected = await city_pool.fetch(
        "SELECT o.number, p.promise_id, p.due_at FROM promises p JOIN orders o ON o.order_id = p.subject_id"
        " WHERE p.state = 'open' ORDER BY p.due_at NULLS LAST, p.subject_id, p.promise_id"
    )
    found = await pages(duty, "/promises", limit=4)
    assert [(line["number"], line["id"]) for line in found] == [(row[0], row[1]) for row in expected]
    limit = expected[5]["due_at"] + timedelta(microseconds=1)
    before = await pages(duty, "/promises", due_before=limit.astimezone(CST).isoformat())
    assert len(before) == sum(row["due_at"] is not None and row["due_at"] < limit for row in expected)


async def test_promises_of_an_order_are_all_that_was_ever_promised(duty, city_pool):
    row = (await rows(city_pool, "state = 'completed'"))[0]
    expected = await city_pool.fetchval("SELECT count(*) FROM promises WHERE subject_id = $1", row["order_id"])
    told = (await duty.get(f"/orders/{row['number']}/promises")).json()
    assert len(told["items"]) == expected > 0 and told["next"] is None


async def test_a_browser_that_is_logged_in_may_read(reading_site, city_pool):
    async with await entered(reading_site, city_pool, DUTY_MANAGER) as browser:
        answer = await browser.get("/api/v1/me", headers={"Accept": "application/json"})
        assert (answer.status_code, answer.json()["scopes"]) == (200, None)


async def test_who_asks_is_told_who_they_are(officer):
    told = (await officer.get("/me")).json()
    assert (told["number"], told["acts_as"], told["unit"]) == ("zjj:contact", "unit:zjj:contact", "zjj")
    assert "orders:read" in told["scopes"]


async def test_head_is_answered_without_a_body(duty):
    answer = await duty.head("/orders")
    assert (answer.status_code, answer.content) == (200, b"")

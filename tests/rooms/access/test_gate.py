"""The gate: who is in sees pages; who is not is led to the door, and back again."""

import pytest
from made.entry import entered, outside
from made.site import made_site

from lianxin.access.service import Access
from lianxin.desks.site import make_paper
from lianxin.ground.clock import RealClock
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.people import load_staff
from lianxin.personnel import enrol


@pytest.fixture(scope="module")
def paper():
    return make_paper()


@pytest.fixture
async def site(database, pool, paper, tmp_path):
    await enrol(PostgresLedger(pool), load_staff(), RealClock().now())
    return made_site(pool, database.app_url, tmp_path, paper=paper)


async def test_who_is_not_in_is_led_to_the_door_and_back(site):
    async with outside(site) as client:
        answer = await client.get("/orders?state=open")
        assert answer.status_code == 303
        assert answer.headers["location"] == "/login?next=%2Forders%3Fstate%3Dopen"
        assert 'name="next" value="/orders?state=open"' in (await client.get(answer.headers["location"])).text


async def test_who_is_in_sees_the_page_with_their_name(site, pool):
    async with await entered(site, pool, "1023") as client:
        page = await client.get("/orders")
        assert page.status_code == 200 and "吕夏荷" in page.text


async def test_who_goes_out_is_out(site, pool):
    async with await entered(site, pool, "1023") as client:
        assert await Access.present_numbers(pool) == {"1023"}
        answer = await client.post("/logout")
        assert answer.status_code == 303 and answer.headers["location"] == "/login"
        assert await Access.present_numbers(pool) == frozenset()
        assert (await client.get("/orders")).status_code == 303

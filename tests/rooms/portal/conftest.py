"""A served portal over a database of its own, on a Monday morning of a city whose people have moved in."""

import pytest
from citizen import Citizen
from made.one_order import MORNING
from made.site import open_site

from lianxin.desks.site import make_paper
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.site.time_here import write_site_clock
from lianxin.people import load_staff
from lianxin.personnel import enrol


@pytest.fixture(scope="session")
def paper():
    """The templates, compiled once."""
    return make_paper()


@pytest.fixture
async def site(database, pool, paper, tmp_path):
    await enrol(PostgresLedger(pool), load_staff(), MORNING)
    await write_site_clock(pool, MORNING, 0.0)
    async with open_site(pool, database.app_url, tmp_path, paper=paper) as app:
        yield app


@pytest.fixture
async def citizen(site):
    async with Citizen(site) as one:
        yield one


@pytest.fixture
async def stranger(site):
    """Somebody else, in another place."""
    async with Citizen(site, "198.51.100.9") as one:
        yield one

"""A served portal over a database of its own, on a Monday morning of a city whose people have moved in."""

import pytest
from citizen import Citizen
from made.one_order import MORNING, Office
from made.site import open_site

from lianxin.desks.site import make_paper
from lianxin.ground.clock import MINUTE_MS, Instant, VirtualClock
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.site.time_here import write_site_clock
from lianxin.people import load_staff
from lianxin.personnel import enrol


@pytest.fixture(scope="session")
def paper():
    """The templates, compiled once."""
    return make_paper()


@pytest.fixture
def clock():
    """The machine's clock, set by hand; the city's time goes with it."""
    return VirtualClock(MORNING)


@pytest.fixture
async def site(database, pool, paper, clock, tmp_path):
    await enrol(PostgresLedger(pool), load_staff(), MORNING)
    await write_site_clock(pool, MORNING, 1.0, clock)
    async with open_site(pool, database.app_url, tmp_path, paper=paper, clock=clock) as app:
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


@pytest.fixture
def office(site, pool, clock):
    """The house at work on the same books, at the same time."""
    return InTime(PostgresLedger(pool), clock)


class InTime(Office):
    """An office whose minutes pass for everybody."""

    def __init__(self, store, clock: VirtualClock) -> None:
        super().__init__(store)
        self._clock = clock

    def later(self, minutes: int = 1) -> Instant:
        self._clock.set(self._clock.now() + minutes * MINUTE_MS)
        self.now = self._clock.now()
        return self.now

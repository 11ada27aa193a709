"""The way in over a real database, at a time that stands still until it is set."""

from pathlib import Path

import pytest
from made.entrance import NOW, browser, listening, made_entrance, made_paper, moved_in

from lianxin.ground.clock import VirtualClock


@pytest.fixture(scope="session")
def entrance_paper():
    """The templates of the way in, compiled once."""
    return made_paper()


@pytest.fixture
def clock() -> VirtualClock:
    """The machine's clock; it stands still."""
    return VirtualClock(NOW)


@pytest.fixture
async def site(database, pool, tmp_path: Path, clock, entrance_paper):
    """The small site, with the demo city's people in its roll."""
    await moved_in(pool)
    async with listening(made_entrance(pool, database.app_url, tmp_path, clock, entrance_paper)) as opened:
        yield opened


@pytest.fixture
def new_browser(site):
    """Opens browsers in which nobody was ever logged in."""
    return lambda **about: browser(site, **about)


@pytest.fixture
async def outside(site):
    """A browser in which nobody was ever logged in."""
    async with browser(site) as opened:
        yield opened

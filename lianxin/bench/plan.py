"""How much is measured: the full amounts behind every published figure, and tiny ones that only show that it works."""

from typing import Final

import msgspec

from lianxin.ground.clock import Instant, at_iso


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Amounts of one run.

    closed, open   orders of the kept database
    requests       of each page, after `warm_up`; searches: of each kind
    pages, logins  over HTTP
    imports        orders of one import; calls: of the day whose commands are carried out
    deadlines      computed in one repeat; days: of the city's month
    """

    name: str
    closed: int
    open: int
    warm_up: int
    requests: int
    searches: int
    pages: int
    logins: int
    imports: int
    calls: int
    deadlines: int
    days: int
    day_calls: int
    repeats: int


FULL: Final = Plan(
    name="full",
    closed=1_000_000,
    open=20_000,
    warm_up=100,
    requests=500,
    searches=1_000,
    pages=4_000,
    logins=30,
    imports=50_000,
    calls=600,
    deadlines=300_000,
    days=30,
    day_calls=4_100,
    repeats=3,
)
SMALL: Final = Plan(
    name="small",
    closed=300,
    open=60,
    warm_up=2,
    requests=5,
    searches=10,
    pages=16,
    logins=2,
    imports=200,
    calls=12,
    deadlines=1_000,
    days=2,
    day_calls=20,
    repeats=1,
)
NOW: Final[Instant] = at_iso("2026-03-09T10:00:00+08:00")
"""The present of the bench, a Monday morning whose calendar is known."""
SEED: Final = 1
WORKERS: Final = 8
"""Commands under way at once."""

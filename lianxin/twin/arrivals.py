"""When do the calls of a day come? By the hour's profile of a city hotline, as a Poisson stream given their number.

Shape: citizens' messages peak at 10 to 12 and again at 15 to 17, and somebody calls at
every hour of the night. Pure.
"""

from typing import Final

from lianxin.ground.clock import HOUR_MS, Instant
from lianxin.twin.dice import Dice

HOURS: Final = (8, 5, 4, 3, 4, 9, 22, 52, 92, 112, 108, 88, 56, 66, 92, 98, 92, 74, 52, 44, 40, 32, 22, 13)
"""Calls by hour of the day, in parts; morning peak at nine and ten, afternoon peak at three."""
_TOTAL: Final = sum(HOURS)


def share_until(ms_of_day: int) -> float:
    """Return which share of a day's calls has come by this time of day."""
    hour, rest = divmod(ms_of_day, HOUR_MS)
    if hour >= 24:
        return 1.0
    return (sum(HOURS[:hour]) + HOURS[hour] * rest / HOUR_MS) / _TOTAL


def arrivals(midnight: Instant, calls: int, seed: int) -> list[Instant]:
    """Return the instants of a day's calls, ascending."""
    dice = Dice(seed, midnight, 11)
    return sorted(midnight + _at(dice.throw()) for _ in range(calls))


def _at(share: float) -> int:
    part = share * _TOTAL
    for hour, weight in enumerate(HOURS):
        if part < weight:
            return int((hour + part / weight) * HOUR_MS)
        part -= weight
    return 24 * HOUR_MS - 1

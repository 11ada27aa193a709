"""How often may one system ask? A bucket of requests that fills again by itself. Pure.

Each process keeps its own buckets, in memory: with several web processes a system may ask
up to so many times as often. This is a guard against a loop gone wild, not a price.
"""

from typing import Final, NamedTuple

_FORGET_ABOVE: Final = 4_096
"""Buckets kept; beyond, those that are full again are forgotten."""


class Allowance(NamedTuple):
    """What a request was told: whether it may pass, how many more may at once, and after how many seconds all may."""

    passes: bool
    limit: int
    remaining: int
    reset_s: int
    retry_s: int


class Rates:
    """The buckets of one process.

    limit  requests that may come at once, and so many per minute in the long run
    """

    def __init__(self, limit: int) -> None:
        assert limit >= 1, limit
        self._limit = limit
        self._per_s = limit / 60
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, who: str, at_s: float) -> Allowance:
        """Take one request out of somebody's bucket at a moment of a clock that never goes back, in seconds."""
        left, before = self._left.get(who, (float(self._limit), at_s))
        left = min(self._limit, left + (at_s - before) * self._per_s)
        passes = left >= 1
        if passes:
            left -= 1
        if len(self._left) >= _FORGET_ABOVE and who not in self._left:
            self._forget(at_s)
        self._left[who] = (left, at_s)
        reset_s = _up((self._limit - left) / self._per_s)
        return Allowance(
            passes, self._limit, int(left), reset_s, 0 if passes else max(1, _up((1 - left) / self._per_s))
        )

    def _forget(self, at_s: float) -> None:
        """Forget who has been quiet long enough to have a full bucket."""
        full_s = self._limit / self._per_s
        self._left = {who: (left, at) for who, (left, at) in self._left.items() if at_s - at < full_s}


def _up(seconds: float) -> int:
    return int(-(-seconds // 1))

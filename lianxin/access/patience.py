"""How long must somebody wait who was wrong too often?

A few tries are free, then each costs twice the wait of the one before, up to a quarter of
an hour. A browser in which somebody was logged in before is counted by itself: whoever
guesses from elsewhere makes themselves wait, not the colleague. Pure.
Source of the scheme: OWASP, Slow Down Online Guessing Attacks with Device Cookies.
"""

from typing import Final

import msgspec

from lianxin.ground.clock import HOUR_MS, MINUTE_MS, SECOND_MS, Instant


class Patience(msgspec.Struct, frozen=True):
    """How many failures within `window_ms` are free, the first wait after them, and the longest."""

    free: int
    first_ms: int = 30 * SECOND_MS
    longest_ms: int = 15 * MINUTE_MS
    window_ms: int = HOUR_MS


class Failures(msgspec.Struct, frozen=True):
    """How often somebody was wrong within the window, and when last; 0 where never."""

    count: int
    last: Instant


ACCOUNT: Final = Patience(free=5)
"""For one number, from browsers in which it was never logged in: all of them together."""
DEVICE: Final = Patience(free=10)
"""For one number, from a browser in which it was logged in before."""
ADDRESS: Final = Patience(free=50, window_ms=15 * MINUTE_MS)
"""For all numbers from one address: many officers share one, so it is generous."""


def wait_ms(failures: Failures, now: Instant, patience: Patience) -> int:
    """Return how many milliseconds must still pass before the next try; 0: it may be made now."""
    beyond = failures.count - patience.free
    if beyond < 0:
        return 0
    cost = min(patience.first_ms << min(beyond, 16), patience.longest_ms)
    return max(failures.last + cost - now, 0)

"""How does chance stay repeatable? A die is thrown for a purpose, not from one long stream.

Each die is made from the seed and from what it is thrown for (an order and its step, a
contact), so the outcome does not depend on what else happens, in which order, or on how
many workers play. SplitMix64 (Steele, Lea, Flood 2014). Pure.
"""

from collections.abc import Sequence
from functools import lru_cache
from math import cos, exp, log, pi, sqrt
from typing import Final, TypeVar
from uuid import UUID

from lianxin.ground.clock import Instant

_MASK: Final = (1 << 64) - 1
_GOLDEN: Final = 0x9E3779B97F4A7C15
T = TypeVar("T")


_MIX_1: Final = 0xBF58476D1CE4E5B9
_MIX_2: Final = 0x94D049BB133111EB


@lru_cache(maxsize=1 << 14)
def _begun(*keys: int) -> int:
    """Return the state after the first keys: the seed and the subject, which most dice of one life share."""
    state = 0
    for key in keys:
        z = (state ^ key) + _GOLDEN & _MASK
        z = ((z ^ (z >> 30)) * _MIX_1) & _MASK
        z = ((z ^ (z >> 27)) * _MIX_2) & _MASK
        state = z ^ (z >> 31)
    return state


class Dice:
    """Dice thrown for one purpose: the same keys give the same throws.

    The mixing stands in each method: a city day throws half a million times, and calling it took a tenth of the play.
    """

    __slots__ = ("_state",)

    def __init__(self, *keys: int) -> None:
        state = _begun(*keys[:2])
        for key in keys[2:]:
            z = (state ^ key) + _GOLDEN & _MASK
            z = ((z ^ (z >> 30)) * _MIX_1) & _MASK
            z = ((z ^ (z >> 27)) * _MIX_2) & _MASK
            state = z ^ (z >> 31)
        self._state = state

    def throw(self) -> float:
        """Return a number from 0 up to, not including, 1."""
        self._state = z = (self._state + _GOLDEN) & _MASK
        z = ((z ^ (z >> 30)) * _MIX_1) & _MASK
        z = ((z ^ (z >> 27)) * _MIX_2) & _MASK
        return (z ^ (z >> 31)) / 18446744073709551616.0

    def chance(self, share: float) -> bool:
        """Return True in this share of cases."""
        return self.throw() < share

    def between(self, low: float, high: float) -> int:
        """Return a whole number from low up to high."""
        return int(low + (high - low) * self.throw())

    def lognormal(self, median: float, sigma: float) -> int:
        """Return a positive whole number with this median."""
        z = sqrt(-2.0 * log(1.0 - self.throw())) * cos(2.0 * pi * self.throw())
        return int(median * exp(sigma * z)) + 1

    def one_of(self, things: Sequence[T]) -> T:
        """Return one of the things, each as likely."""
        return things[int(self.throw() * len(things))]

    def weighted(self, shares: Sequence[tuple[T, float]]) -> T:
        """Return one of the things by its share; shares need not add up to 1."""
        at = self.throw() * sum([share for _, share in shares])
        for thing, share in shares:
            at -= share
            if at < 0:
                return thing
        return shares[-1][0]

    def bits(self) -> int:
        """Return 64 bits."""
        self._state = z = (self._state + _GOLDEN) & _MASK
        z = ((z ^ (z >> 30)) * _MIX_1) & _MASK
        z = ((z ^ (z >> 27)) * _MIX_2) & _MASK
        return z ^ (z >> 31)


def command_id(at: Instant, *keys: int) -> UUID:
    """Return the UUIDv7 of a command: its time and bits that follow from the keys, so a repeat has the same id."""
    dice = Dice(*keys)
    high = (at & 0xFFFFFFFFFFFF) << 80 | 0x7 << 76 | (dice.bits() & 0xFFF) << 64
    return UUID(int=high | 0b10 << 62 | dice.bits() >> 2)


def salt_of(*keys: int) -> bytes:
    """Return 16 bytes that follow from the keys: salts of the invented city, which has no secrets."""
    dice = Dice(*keys)
    return dice.bits().to_bytes(8, "big") + dice.bits().to_bytes(8, "big")

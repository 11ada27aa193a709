"""Whose work is looked at today? By risk all of it, at random as much as each person's month still needs. Pure.

Chance is the hash of the month and the contact, so that nobody chooses, and a draw can be
repeated by whoever doubts it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Final

import msgspec

RISKS: Final = {"emergency": "emergency", "harassment": "harassment"}
"""Disposition of a contact -> why it is always drawn."""


class Candidate(msgspec.Struct, frozen=True):
    """A call that may be drawn; unhappy: an order of it was answered with dissatisfied."""

    contact: int
    person: str
    disposition: str
    unhappy: bool = False


class Drawn(msgspec.Struct, frozen=True):
    """A call that was drawn, and why."""

    contact: int
    person: str
    why: str


def draw(
    candidates: Iterable[Candidate], have: Mapping[str, int], need: Mapping[str, int], month: str
) -> tuple[Drawn, ...]:
    """Return what is drawn now.

    have   person -> samples this month already
    need   person -> how many they should have by today; who is not in it needs none at random
    month  `2026-03`, part of the chance
    """
    by_risk, others = [], []
    for one in candidates:
        why = RISKS.get(one.disposition) or ("unhappy" if one.unhappy else "")
        if why:
            by_risk.append(Drawn(one.contact, one.person, why))
        else:
            others.append(one)
    count = Counter(have)
    count.update(one.person for one in by_risk)
    at_random = []
    for one in sorted(others, key=lambda other: _chance(month, other.contact)):
        if count[one.person] < need.get(one.person, 0):
            count[one.person] += 1
            at_random.append(Drawn(one.contact, one.person, "random"))
    return (*by_risk, *at_random)


def needed(monthly: int, day: int, days: int) -> int:
    """Return how many samples somebody should have by the `day`-th of a month of `days` days."""
    return -(-monthly * day // days)


def _chance(month: str, contact: int) -> bytes:
    return sha256(f"{month}|{contact}".encode()).digest()

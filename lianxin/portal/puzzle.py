"""How does a browser show that it did a little work, so that asking a thousand times costs something? Pure.

The page names a challenge; its script looks for a number with which the SHA-256 of both
begins with `BITS` zero bits, about 4,000 tries, less than a second on an old telephone. It
replaces the pictures that others let citizens decipher; who solves it may ask more often.
A browser without scripts is served all the same, within stricter limits.
"""

from hashlib import sha256
from typing import Final

from lianxin.ground.clock import HOUR_MS, Instant

BITS: Final = 12
GOOD_HOURS: Final = 3
"""A challenge counts in the hour in which it was given and the following two: a form may lie open for a while."""
_NONCE_MAX: Final = 20


def challenge(now: Instant, chance: bytes) -> str:
    """Return what a page asks for at this instant; `chance` makes it a new one each time."""
    return f"{now // HOUR_MS}.{chance.hex()}"


def solved(asked: str, nonce: str, now: Instant) -> bool:
    """Return whether the number solves the challenge, and the challenge is not too old."""
    hour, dot, chance = asked.partition(".")
    if not (dot and hour.isascii() and hour.isdigit() and 0 < len(chance) <= 64 and 0 < len(nonce) <= _NONCE_MAX):
        return False
    if not 0 <= now // HOUR_MS - int(hour[:16]) < GOOD_HOURS:
        return False
    digest = sha256(f"{asked}.{nonce}".encode()).digest()
    return int.from_bytes(digest[:4]) >> (32 - BITS) == 0

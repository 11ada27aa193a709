"""How does a new command get its id? A UUIDv7: the millisecond first, so that ids sort by time. Pure.

Source: RFC 9562 §5.7.
"""

from typing import Final
from uuid import UUID

from lianxin.ground.clock import Instant

CHANCE_BYTES: Final = 10
_VERSION: Final = 7 << 76
_VARIANT: Final = 2 << 62
_RAND_A: Final = (1 << 12) - 1
_RAND_B: Final = (1 << 62) - 1


def command_id(now: Instant, chance: bytes) -> UUID:
    """Return the id of a command given at `now`, with ten random bytes."""
    assert len(chance) == CHANCE_BYTES and 0 <= now < 1 << 48, now
    bits = int.from_bytes(chance)
    return UUID(int=now << 80 | _VERSION | (bits >> 62 & _RAND_A) << 64 | _VARIANT | bits & _RAND_B)

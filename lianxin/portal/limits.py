"""How often may somebody ask? Leaky buckets per address, number and order, instead of pictures to decipher.

They lie in the database, in an unlogged table: a site may have several web processes, and a
limit that each of them counts for itself would be none. Many honest people share one address
(a village behind one line, a mobile network), so an address may do much at once; what nobody
needs a hundred times a day is guessing the code of one order.
"""

import hmac
import ipaddress
from hashlib import sha256
from typing import TYPE_CHECKING, Final, NamedTuple

from lianxin.ground.clock import DAY_MS, Clock, to_datetime
from lianxin.ground.store import load_queries
from lianxin.portal.puzzle import GOOD_HOURS

if TYPE_CHECKING:
    from asyncpg import Pool, Record

_QUERIES = load_queries("lianxin.portal")
_DAY_S: Final = 86_400.0
_MINUTE_S: Final = 60.0
_IPV6_NETWORK: Final = 64
"""A line has as many IPv6 addresses as it likes; its network is what stays."""


class Limit(NamedTuple):
    """what: name of what is limited; size: how many at once; every_s: seconds after which one more."""

    what: str
    size: float
    every_s: float


class Limits(NamedTuple):
    """What one kind of asking is limited to: in a moment and in a day, with a solved puzzle and without."""

    worked: tuple[Limit, ...]
    plain: tuple[Limit, ...]


def _limits(what: str, worked: tuple[int, float, int], plain: tuple[int, float, int]) -> Limits:
    """Return limits from (at once, minutes for one more, a day) with a solved puzzle and without one."""

    def both(name: str, at_once: int, minutes: float, a_day: int) -> tuple[Limit, ...]:
        return (
            Limit(f"{what} {name}", at_once, minutes * _MINUTE_S),
            Limit(f"{what} {name} day", a_day, _DAY_S / a_day),
        )

    return Limits(both("worked", *worked), both("plain", *plain))


# All of them are assumptions: high enough for a family or an office at one address, far too low for a program.
WRITE: Final = _limits("write", (40, 0.5, 600), (40, 0.5, 600))
"""Beginning to write: keeps boxes from being filled."""
LODGE: Final = _limits("lodge", (10, 3, 60), (3, 20, 12))
UPLOAD: Final = _limits("upload", (20, 2, 200), (20, 2, 200))
"""Requests that come with files, counted before their first byte is read."""
FOLLOW: Final = _limits("follow", (20, 0.5, 300), (8, 2, 60))
LOST: Final = _limits("lost", (3, 20, 12), (2, 60, 6))
ACT: Final = _limits("act", (8, 5, 40), (4, 15, 20))
"""What one does on one's own order, counted per order."""

GUESS_HERE: Final = Limit("guess here", 5, 10 * _MINUTE_S)
"""Wrong codes for one number from one address."""
GUESS: Final = Limit("guess", 50, _DAY_S / 100)
"""Wrong codes for one number from anywhere: of 100,000,000 codes about a hundred can be tried a day."""
LOST_NUMBER: Final = Limit("lost number", 2, _DAY_S / 4)
"""New codes asked for one number, right or wrong: each is a text message on somebody's telephone."""
SPENT: Final = Limit("puzzle", 1, GOOD_HOURS * 3_600.0)
"""A solved puzzle counts once."""


class TooOften(Exception):
    """Asked too often; `wait_s` seconds from now it is possible again."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(f"possible again in {wait_s:.0f} s")
        self.wait_s = wait_s


class Gauge:
    """Counts who asked how often. The pool's connections enter as the application role.

    clock  the machine's: a demo's time may fly, its readers do not
    key    a key of the house: nobody reads an address or a number out of a bucket's name
    """

    def __init__(self, pool: "Pool[Record]", clock: Clock, key: bytes) -> None:
        self._pool = pool
        self._clock = clock
        self._key = key

    async def take(self, *asked: tuple[Limit, str]) -> None:
        """Count one for each limit and whom it is for, or none. Raises TooOften."""
        wait_s = await self._pool.fetchval(
            _QUERIES.take.sql,
            [self._bucket(limit, whom) for limit, whom in asked],
            [float(limit.size) for limit, _ in asked],
            [limit.every_s for limit, _ in asked],
            to_datetime(self._clock.now()),
        )
        if wait_s > 0:
            raise TooOften(wait_s)

    async def take_all(
        self, limits: Limits, whom: str, *, worked: bool, more: tuple[tuple[Limit, str], ...] = ()
    ) -> None:
        """Count one for all of these limits. Raises TooOften."""
        await self.take(*((limit, whom) for limit in (limits.worked if worked else limits.plain)), *more)

    async def give_back(self, *asked: tuple[Limit, str]) -> None:
        """Uncount what was taken for something that turned out to be right."""
        await self._pool.execute(_QUERIES.give_back.sql, [self._bucket(limit, whom) for limit, whom in asked])

    async def forget(self) -> None:
        """Let some of the buckets go that nobody has asked for two days: they are empty by now."""
        await self._pool.execute(_QUERIES.forget_buckets.sql, to_datetime(self._clock.now() - 2 * DAY_MS))

    def _bucket(self, limit: Limit, whom: str) -> bytes:
        return hmac.new(self._key, f"bucket\0{limit.what}\0{whom}".encode(), sha256).digest()


def network(address: str) -> str:
    """Return what stands for an address: itself, or the network of an IPv6 address; what is no address, as it is."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return address
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped or ipaddress.ip_network(f"{found}/{_IPV6_NETWORK}", strict=False))

"""Which moment do the pages show: now, or a demo's virtual now?

A demo writes its clock into the table `site` under `clock`:
`{"virtual": instant, "real": instant, "speed": number}`: at the machine's instant `real`
it was `virtual`, and it has run at `speed` since. Without that row it is simply now.
"""

from typing import TYPE_CHECKING

import msgspec

from lianxin.ground.clock import Clock, Instant
from lianxin.ground.store import load_queries
from lianxin.ground.web import Present, ReadPresent

if TYPE_CHECKING:
    from asyncpg import Pool, Record

_QUERIES = load_queries("lianxin.desks")


class DemoClock(msgspec.Struct, frozen=True):
    """The clock of a demo as it lies in the table `site`."""

    virtual: Instant
    real: Instant
    speed: float

    def at(self, real: Instant) -> Instant:
        """Return the virtual instant at an instant of the machine's clock."""
        return self.virtual + int(max(real - self.real, 0) * self.speed)


def site_present(pool: "Pool[Record]", clock: Clock) -> ReadPresent:
    """Return what reads the present of a site.

    clock  the machine's clock
    """

    async def read() -> Present:
        stored = await pool.fetchval(_QUERIES.demo_clock.sql)
        if stored is None:
            return Present(clock.now())
        return Present(msgspec.json.decode(stored, type=DemoClock).at(clock.now()), demo=True)

    return read

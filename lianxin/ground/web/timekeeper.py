"""Which moment do the pages speak of? The site's own, read when it changes and kept in between."""

from typing import TYPE_CHECKING, Final

from lianxin.ground.clock import Clock, Instant
from lianxin.ground.site.time_here import SITE_CHANNEL, SiteClock, read_site_clock
from lianxin.ground.web.present import Present

if TYPE_CHECKING:
    from asyncpg import Pool, Record


class Timekeeper:
    """Keeps the clock of the site; `refresh` is called whenever `channel` speaks.

    machine  the machine's clock, which the site's runs by
    """

    channel: Final = SITE_CHANNEL

    def __init__(self, pool: "Pool[Record]", machine: Clock) -> None:
        self._pool = pool
        self._machine = machine
        self._clock: SiteClock | None = None

    async def refresh(self) -> None:
        """Read how the site's time runs."""
        self._clock = await read_site_clock(self._pool, self._machine)

    def now(self) -> Instant:
        """Return the present instant of the site; before the site's clock was read, the machine's."""
        return self._machine.now() if self._clock is None else self._clock.now()

    async def present(self) -> Present:
        """Return the present of the site."""
        if self._clock is None:
            await self.refresh()
        assert self._clock is not None
        return Present(self._clock.now(), demo=self._clock.virtual)

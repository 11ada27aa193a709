"""Which number does the next order, or the next contact, of today get?

One running number per day and kind, drawn from the database, so that processes never
give the same one out; a number that an import or the city of a demo has already used is
passed over. A number that was drawn and not used leaves a gap and nothing else.
"""

from typing import TYPE_CHECKING, Final

from lianxin.ground.clock import local_date
from lianxin.ground.ledger import CONTACT, ORDER
from lianxin.ground.store import load_queries
from lianxin.ground.text import make_number
from lianxin.ground.web.present import ReadPresent

if TYPE_CHECKING:
    from asyncpg import Pool, Record

DEMO_AFTER: Final = 50_000
"""Running numbers up to this one belong to a demo's own city, which counts them in memory."""
_QUERIES = load_queries("lianxin.orders")


class Numbers:
    """Gives out numbers. The pool's connections enter as the application role.

    present  the site's own time: the day of the number, and whether a demo's city counts beside us
    """

    def __init__(self, pool: "Pool[Record]", present: ReadPresent) -> None:
        self._pool = pool
        self._present = present

    async def order(self) -> str:
        """Return the number of a new order, `20260309-001234`."""
        return await self._draw(ORDER)

    async def contact(self) -> str:
        """Return the number of a new contact."""
        return await self._draw(CONTACT)

    async def _draw(self, kind: int) -> str:
        present = await self._present()
        day = local_date(present.now)
        running = await self._pool.fetchval(_QUERIES.draw.sql, kind, day, DEMO_AFTER if present.demo else 0)
        return make_number(day, running)

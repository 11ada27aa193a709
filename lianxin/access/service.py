"""Access: who comes in by which door, and who goes out again."""

from typing import TYPE_CHECKING

from lianxin.access.passwords import Passwords
from lianxin.access.session import Method, Policy
from lianxin.access.sessions import Begun, Sessions, present_numbers
from lianxin.access.visit import Visit
from lianxin.ground.clock import Clock, Instant, RealClock
from lianxin.ground.store import load_queries

if TYPE_CHECKING:
    from asyncpg import Pool, Record

_QUERIES = load_queries("lianxin.access")


class Access:
    """Lets people in and out."""

    def __init__(self, pool: "Pool[Record]", clock: Clock | None = None, policy: Policy | None = None) -> None:
        self._pool = pool
        self.sessions = Sessions(pool, clock, policy)
        self.passwords = Passwords()

    async def by_password(self, number: str, password: str, visit: Visit) -> Begun | None:
        """Let somebody in who knows the password; None where the two do not belong together."""
        row = await _QUERIES.account(self._pool, number=number)
        kept = None if row is None else row["password"]
        if not await self.passwords.is_right(kept, password):
            return None
        return await self.begin(number, "password", visit)

    async def by_demo_door(self, number: str, visit: Visit) -> Begun | None:
        """Let somebody of the demo in; None where the roll does not know them."""
        if not await _QUERIES.works_here(self._pool, number=number):
            return None
        return await self.begin(number, "demo", visit)

    async def begin(self, number: str, method: Method, visit: Visit) -> Begun:
        """Begin a session in place of the one that the browser had."""
        if visit.session is not None:
            await self.sessions.end(visit.session.id, visit.session.who.by)
        begun = await self.sessions.begin(number, method, address=visit.address, browser=visit.browser)
        visit.session = None
        visit.entered(begun.secret, self.sessions.policy.life_ms // 1000)
        return begun

    @staticmethod
    async def present_numbers(
        pool: "Pool[Record]", now: Instant | None = None, policy: Policy | None = None
    ) -> frozenset[str]:
        """Return the numbers of all who are logged in and not away, for who leaves their work to them."""
        return await present_numbers(pool, policy or Policy(), RealClock().now() if now is None else now)

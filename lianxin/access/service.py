"""Access: what a login is made of, and what still stands between somebody and being in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from lianxin.access.accounts import Account, Accounts
from lianxin.access.acts import Acts
from lianxin.access.attempts import Attempts
from lianxin.access.challenges import Challenges
from lianxin.access.codes import Codes
from lianxin.access.devices import Devices
from lianxin.access.keys import AccessKeys
from lianxin.access.passkeys import Passkeys
from lianxin.access.passwords import Passwords
from lianxin.access.session import Method, Policy, Waits
from lianxin.access.sessions import Sessions, present_numbers
from lianxin.access.sign_on import SignOn
from lianxin.access.tokens import Tokens
from lianxin.access.visit import Visit, visit_at
from lianxin.ground.clock import HOUR_MS, MINUTE_MS, Clock, Instant, RealClock
from lianxin.ground.site import Settings, load_site
from lianxin.ground.site.exposure import public_address
from lianxin.ground.site.settings import AccessSettings
from lianxin.ground.store import open_pool
from lianxin.ground.store.away import is_away
from lianxin.ground.web.paper import AnyRequest
from lianxin.people.keys import load_house_keys

if TYPE_CHECKING:
    from asyncpg import Pool, Record


class Access:
    """Everything by which people and programs come in.

    second_roles  who has one of these roles needs a second factor
    sign_on       the city's own login; None where there is none
    """

    def __init__(self, pool: "Pool[Record]", clock: Clock, keys: AccessKeys, settings: Settings) -> None:
        address = public_address(settings.web)
        self.clock = clock
        self.second_roles = frozenset(settings.access.second_factor_roles)
        self.sessions = Sessions(pool, clock, policy_of(settings.access))
        self.passwords = Passwords()
        self.acts = Acts(pool, clock)
        self.accounts = Accounts(pool, clock, self.passwords, self.acts)
        self.attempts = Attempts(pool, clock, keys)
        self.devices = Devices(keys)
        self.codes = Codes(pool, clock, keys)
        self.passkeys = Passkeys(pool, clock, keys, Challenges(pool, clock, keys), address)
        self.tokens = Tokens(pool, clock)
        self.keys = keys
        self.sign_on = SignOn(settings.oidc, address, clock, keys) if settings.oidc.issuer else None

    def needs_second(self, roles: frozenset[str]) -> bool:
        """Whether somebody with these roles needs a second factor."""
        return not self.second_roles.isdisjoint(roles)

    def next_step(self, account: Account, method: Method, *, passed: bool) -> Waits:
        """Return what somebody must still do after proving who they are; empty: nothing.

        passed  whether they showed a second factor, here or at the city's own login
        """
        if account.second and not passed:
            return "second"
        if account.must_change and method == "password":
            return "password"
        if not account.second and self.needs_second(account.roles) and not (method == "oidc" and passed):
            return "enrol"
        return ""

    async def begin(self, number: str, method: Method, waits: Waits, visit: Visit) -> None:
        """Begin a session in place of the one that the browser had, under a new secret."""
        if visit.session is not None:
            await self.sessions.end(visit.session.id, visit.session.who.by)
        begun = await self.sessions.begin(number, method, waits=waits, address=visit.address, browser=visit.browser)
        visit.entered(begun.secret, self.sessions.policy.life_ms // 1000)
        if waits != "second" and method != "demo":
            visit.remember(self.devices.remembered(visit.device, number))

    async def forget(self) -> None:
        """Believe nothing any more that was read before; called when the database says that something changed."""
        await self.sessions.forget()
        await self.tokens.forget()

    async def still_in(self, request: AnyRequest) -> bool:
        """Whether the session with which a request came still is one; a locked one is.

        While the database is away nobody is sent away: the stream says that it is lost, and asks again.
        """
        try:
            session = await self.sessions.find(visit_at(request).secret)
        except Exception as failure:
            if not is_away(failure):
                raise
            return True
        return session is not None and session.state(self.clock.now(), self.sessions.policy) in ("in", "locked")

    @staticmethod
    async def present_numbers(
        pool: "Pool[Record]", now: Instant | None = None, policy: Policy | None = None
    ) -> frozenset[str]:
        """Return the numbers of all who are logged in and not away, for who leaves their work to them.

        now  an instant of the machine, the present one unless given
        """
        return await present_numbers(pool, policy or Policy(), RealClock().now() if now is None else now)


def make_access(pool: "Pool[Record]", clock: Clock, home: Path, settings: Settings) -> Access:
    """Return the access of a site, with the keys of its home."""
    return Access(pool, clock, AccessKeys(load_house_keys(home).access), settings)


def policy_of(settings: AccessSettings) -> Policy:
    """Return how long sessions live by the settings."""
    return msgspec.structs.replace(
        Policy(), idle_ms=settings.idle_minutes * MINUTE_MS, life_ms=settings.session_hours * HOUR_MS
    )


@asynccontextmanager
async def opened_access() -> AsyncIterator[Access]:
    """Give the access of the site that this process belongs to, for commands at the machine itself."""
    site = load_site()
    with site.database() as database:
        pool = await open_pool(database.app_url, size_max=2)
        try:
            yield make_access(pool, RealClock(), site.home, site.settings)
        finally:
            await pool.close()

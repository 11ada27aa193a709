"""What an administrator does at the machine itself, for `lianxin user`.

The same accounts and the same roll as on the pages. What takes two administrators there
(an account and its roles) is done here by whoever holds the machine, and says so.
"""

import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

import msgspec

from lianxin.access.accounts import Account, RollLine
from lianxin.access.service import Access, make_access
from lianxin.desks.system.keeping import NO_NAME, NO_NUMBER, NUMBER, OTHER_UNIT, NotKept, place_in
from lianxin.ground.clock import Instant, RealClock
from lianxin.ground.ledger.command_id import CHANCE_BYTES, command_id
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.site import load_site
from lianxin.ground.site.time_here import SiteClock, read_site_clock
from lianxin.ground.store import open_pool
from lianxin.people.rights import Rights
from lianxin.people.roll import Grant, Hire, Revoke
from lianxin.personnel import Personnel, orders_in_postgres
from lianxin.rules.adopted import AdoptedRules

LISTED_MAX = 10_000


class Machine(msgspec.Struct, frozen=True):
    """The accounts and the roll of the site this process belongs to."""

    access: Access
    personnel: Personnel
    time: SiteClock

    async def add(
        self, number: str, name: str, roles: Sequence[str], unit: str, zone: str, by: str, reason: str
    ) -> str:
        """Let somebody begin with these roles; return their first password. Raises NotKept, RollRefused."""
        if not NUMBER.fullmatch(number):
            raise NotKept(NO_NUMBER)
        if not name.strip():
            raise NotKept(NO_NAME)
        if ":" in number and number.partition(":")[0] != unit:
            raise NotKept(OTHER_UNIT)
        hire = Hire(id=self._id(), by=by, reason=reason, roles=tuple(roles), place=place_in(unit, zone))
        await self.personnel.change(number, hire, self._now(), name.strip())
        return await self.access.accounts.give_password(number, by)

    async def listed(self, words: str) -> tuple[RollLine, ...]:
        """Return those who work here, by the beginning of a number or a part of a name."""
        return await self.access.accounts.roll(LISTED_MAX, words)

    async def roles(
        self, number: str, grant: Sequence[str], revoke: Sequence[str], by: str, reason: str
    ) -> tuple[str, ...]:
        """Take and give roles; return those somebody has then. Raises NoSuchAccount, RollRefused.

        Each change is one of its own: a refused one leaves those before it done.
        """
        account = await self.access.accounts.get(number)
        for role in revoke:
            step = Revoke(id=self._id(), by=by, reason=reason, role=role)
            await self.personnel.change(account.number, step, self._now())
        for role in grant:
            step_in = Grant(id=self._id(), by=by, reason=reason, role=role)
            await self.personnel.change(account.number, step_in, self._now())
        if grant or revoke:
            await self.access.sessions.end_all(number, by)
        return (await self.personnel.member(number)).roles

    async def password(self, number: str, by: str) -> str:
        """Give somebody a password by chance. Raises NoSuchAccount."""
        account = await self.access.accounts.get(number)
        given = await self.access.accounts.give_password(account.number, by)
        await self.access.sessions.end_all(number, by)
        return given

    async def reset_second(self, number: str, by: str) -> None:
        """Take somebody's second factors away. Raises NoSuchAccount."""
        account = await self.access.accounts.get(number)
        await self.access.accounts.reset_second(account.number, by)
        await self.access.sessions.end_all(number, by)

    async def disable(self, number: str, by: str) -> None:
        """Close an account. Raises NoSuchAccount."""
        account = await self._open(number, wanted=True)
        await self.access.accounts.disable(account.number, True, by)
        await self.access.sessions.end_all(number, by)

    async def enable(self, number: str, by: str) -> None:
        """Open a closed account. Raises NoSuchAccount."""
        account = await self._open(number, wanted=False)
        await self.access.accounts.disable(account.number, False, by)

    async def let_try_again(self, number: str, by: str) -> None:
        """Forget how often somebody was wrong. Raises NoSuchAccount."""
        account = await self.access.accounts.get(number)
        await self.access.attempts.clear(account.number, by)
        await self.access.acts.note("let_try_again", account.number, by)

    async def log_out(self, number: str, by: str) -> int:
        """End somebody's sessions; return how many. Raises NoSuchAccount."""
        account = await self.access.accounts.get(number)
        ended = await self.access.sessions.end_all(account.number, by)
        if ended:
            await self.access.acts.note("session_ended", account.number, by)
        return ended

    async def _open(self, number: str, *, wanted: bool) -> Account:
        account = await self.access.accounts.get(number)
        if (account.disabled is None) is not wanted:
            raise NotKept(f"The account of {number} is {'open' if account.disabled is None else 'closed'} already.")
        return account

    def _now(self) -> Instant:
        return self.time.now()

    def _id(self) -> UUID:
        return command_id(self._now(), secrets.token_bytes(CHANCE_BYTES))


@asynccontextmanager
async def opened_machine() -> AsyncIterator[Machine]:
    """Give the accounts and the roll of this process's site."""
    site = load_site()
    with site.database() as database:
        pool = await open_pool(database.app_url, size_max=2)
        try:
            time = await read_site_clock(pool)
            rules = await AdoptedRules.load(pool, site.settings.rules.pack, time.now)
            personnel = Personnel(PostgresLedger(pool), orders_in_postgres(pool), rules, await Rights.load(pool))
            access = make_access(pool, RealClock(), site.home, site.settings)
            yield Machine(access, personnel, time)
        finally:
            await pool.close()

"""Accounts: how does somebody of the roll prove who they are, and who changes that?

The roll says who works here and as what; an account adds a password and other factors.
Somebody without one can still come in by sign-on, or by a demo's door.
"""

import secrets
from typing import TYPE_CHECKING, Final

import msgspec

from lianxin.access.acts import Acts
from lianxin.access.password_rules import weaknesses
from lianxin.access.passwords import Passwords
from lianxin.ground.clock import Clock, Instant, from_datetime, to_datetime
from lianxin.ground.store import load_queries

if TYPE_CHECKING:
    from asyncpg import Pool, Record

_QUERIES = load_queries("lianxin.access")
_SIGNS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 4, 5


class Account(msgspec.Struct, frozen=True):
    """Somebody of the roll, and how they prove who they are.

    kept       hash of the password; None: none is set
    totp       whether they have an authenticator app;  passkeys: how many they have
    disabled   since when nobody comes in by this account; None: it is open
    """

    number: str
    name: str
    roles: frozenset[str]
    kept: str | None = None
    must_change: bool = False
    totp: bool = False
    passkeys: int = 0
    disabled: Instant | None = None

    @property
    def second(self) -> bool:
        """Whether they have a second factor."""
        return self.totp or self.passkeys > 0


class RollLine(msgspec.Struct, frozen=True):
    """Somebody in the list of all who work here; the words are those of the roll and of `Account`."""

    number: str
    name: str
    roles: tuple[str, ...]
    unit: str | None
    zone: str
    region: str
    deputy: str | None
    has_password: bool
    must_change: bool
    totp: bool
    passkeys: int
    disabled: Instant | None


class PasswordRefused(Exception):
    """The new password is not taken; `reasons` are English msgids."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


class NoSuchAccount(LookupError):
    """Nobody of this number works here."""


class Accounts:
    """The accounts of this site."""

    def __init__(self, pool: "Pool[Record]", clock: Clock, passwords: Passwords, acts: Acts) -> None:
        self._pool = pool
        self._clock = clock
        self._passwords = passwords
        self._acts = acts

    async def find(self, number: str) -> Account | None:
        """Return somebody who works here; None for anybody else."""
        row = await _QUERIES.account(self._pool, number=number)
        return None if row is None else _account(row)

    async def get(self, number: str) -> Account:
        """Return somebody who works here. Raises NoSuchAccount."""
        account = await self.find(number)
        if account is None:
            raise NoSuchAccount(number)
        return account

    async def ensure(self, number: str, by: str) -> None:
        """Make an account without a password, where there is none."""
        now = to_datetime(self._clock.now())
        if await _QUERIES.ensure_account(self._pool, number=number, by=by, now=now) is not None:
            await self._acts.note("account_made", number, by)

    async def give_password(self, number: str, by: str) -> str:
        """Set a password by chance that must be changed at the first login; return it, it is kept nowhere."""
        password = initial_password()
        await self.ensure(number, by)
        await self._keep(number, password, must_change=True)
        await self._acts.note("password_given", number, by)
        return password

    async def change_password(self, account: Account, password: str, by: str) -> None:
        """Set the password somebody chose. Raises PasswordRefused."""
        reasons = weaknesses(password, account.number, account.name, account.roles)
        if reasons:
            raise PasswordRefused(*reasons)
        await self.ensure(account.number, by)
        await self._keep(account.number, password, must_change=False)
        await self._acts.note("password_changed", account.number, by)

    async def rehash(self, account: Account, password: str) -> None:
        """Keep the same password under a hash of today's parameters."""
        await self._keep(account.number, password, must_change=account.must_change)

    async def disable(self, number: str, disabled: bool, by: str) -> None:
        """Close an account, or open it again."""
        await self.ensure(number, by)
        now = to_datetime(self._clock.now()) if disabled else None
        await _QUERIES.disable_account(self._pool, number=number, disabled_at=now)
        await self._acts.note("closed" if disabled else "opened", number, by)

    async def reset_second(self, number: str, by: str) -> None:
        """Take all second factors of somebody away: they lost them, or somebody else has them."""
        async with self._pool.acquire() as connection, connection.transaction():
            await _QUERIES.remove_totp(connection, number=number)
            await _QUERIES.forget_recovery(connection, number=number)
            await _QUERIES.remove_passkeys(connection, number=number)
        await self._acts.note("second_reset", number, by)

    async def roll(self, limit: int, words: str = "", after: str = "") -> tuple[RollLine, ...]:
        """Return those who work here and how they come in, in the order of their numbers.

        words  the beginning of a number or a part of a name; empty: everybody
        after  the number after which the list goes on
        """
        rows = _QUERIES.roll(self._pool, words=words or None, after=after, limit_count=limit)
        return tuple([_roll_line(row) async for row in rows])

    async def _keep(self, number: str, password: str, *, must_change: bool) -> None:
        kept = await self._passwords.hashed(password)
        now = to_datetime(self._clock.now())
        await _QUERIES.keep_password(self._pool, number=number, password=kept, must_change=must_change, now=now)


def initial_password() -> str:
    """Return a password by chance, 98 bits, in groups that can be read aloud."""
    signs = [secrets.choice(_SIGNS) for _ in range(_GROUPS * _GROUP)]
    return "-".join("".join(signs[at : at + _GROUP]) for at in range(0, len(signs), _GROUP))


def _account(row: "Record") -> Account:
    return Account(
        number=row["work_number"],
        name=row["name"] or row["work_number"],
        roles=frozenset(row["roles"]),
        kept=row["password"],
        must_change=row["must_change"],
        totp=row["has_totp"],
        passkeys=row["passkeys"],
        disabled=None if row["disabled_at"] is None else from_datetime(row["disabled_at"]),
    )


def _roll_line(row: "Record") -> RollLine:
    return RollLine(
        number=row["work_number"],
        name=row["name"] or row["work_number"],
        roles=tuple(row["roles"]),
        unit=row["unit"],
        zone=row["zone"],
        region=row["region"],
        deputy=row["deputy"],
        has_password=row["has_password"],
        must_change=row["must_change"],
        totp=row["has_totp"],
        passkeys=row["passkeys"],
        disabled=None if row["disabled_at"] is None else from_datetime(row["disabled_at"]),
    )

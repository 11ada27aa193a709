"""The doors: what happens when somebody shows a password, a code, a passkey, or comes from the city's own login.

Whoever is wrong gets the same answer, whatever was wrong, after the same work. Each step
further in begins a new session.
"""

import unicodedata
from typing import Any, Final

import msgspec

from lianxin.access.accounts import Account, PasswordRefused
from lianxin.access.attempts import Allowed, Kind, Outcome, Try, Wait
from lianxin.access.codes import DIGITS
from lianxin.access.passkeys import PasskeyRefused
from lianxin.access.service import Access
from lianxin.access.session import Method, Session, Waits
from lianxin.access.visit import Visit
from lianxin.ground.web import marked

NUMBER_MAX: Final = 64
SAME: Final = marked("It is the password you have now. Choose another one.")


class Entered(msgspec.Struct, frozen=True):
    """They are in, or one step further; `waits`: what they must still do."""

    waits: Waits


class Stopped(msgspec.Struct, frozen=True):
    """They are not let in. wait_ms: so long nothing they show is looked at; 0: what they showed was wrong."""

    wait_ms: int = 0


class Doors:
    """Lets people in."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def by_password(self, typed: str, password: str, visit: Visit) -> Entered | Stopped:
        """Somebody shows number and password."""
        number = plain_number(typed)
        account = await self._access.accounts.find(number)
        allowed = await self._begun("password", number, account, visit)
        if isinstance(allowed, Wait):
            return Stopped(allowed.ms)
        kept = account.kept if account is not None and account.disabled is None else None
        right = await self._access.passwords.is_right(kept, password)
        if account is None or kept is None or not right:
            await self._access.attempts.ended(allowed, _why(account))
            return Stopped()
        if self._access.passwords.is_old(kept):
            await self._access.accounts.rehash(account, password)
        return await self._one_further(account, "password", visit, allowed, passed=False)

    async def by_code(self, code: str, session: Session, visit: Visit) -> Entered | Stopped:
        """Somebody whose password was right shows a code of their app, or a recovery code."""
        account = await self._access.accounts.get(session.who.number)
        allowed = await self._begun("second", account.number, account, visit)
        if isinstance(allowed, Wait):
            return Stopped(allowed.ms)
        digits = "".join(char for char in code if not char.isspace())
        app = len(digits) == DIGITS and digits.isdigit()
        check = self._access.codes.is_right if app else self._access.codes.take_recovery
        if not await check(account.number, code):
            await self._access.attempts.ended(allowed, "wrong")
            return Stopped()
        if not app:
            await self._access.acts.note("recovery_used", account.number, session.who.by)
        return await self._one_further(account, session.method, visit, allowed, passed=True)

    async def by_passkey(self, answer: dict[str, Any], visit: Visit) -> Entered | Stopped:
        """Somebody's authenticator answered: both factors at once, or the second that a session waits for."""
        session = visit.session
        try:
            number = await self._access.passkeys.owner(answer, visit.forms_secret())
        except PasskeyRefused:
            known = None if session is None else session.who.number
            await self._noted("passkey", known or "", known, visit, "wrong")
            return Stopped()
        account = await self._access.accounts.find(number)
        others = session is not None and session.waits == "second" and session.who.number != number
        if account is None or account.disabled is not None or others:
            await self._noted("passkey", number, number, visit, "disabled")
            return Stopped()
        method = session.method if session is not None and session.waits == "second" else "passkey"
        return await self._let_in(account, method, "passkey", visit, passed=True)

    async def by_sign_on(self, typed: str, second: bool, visit: Visit) -> Entered | Stopped:
        """The city's own login says who is there; `second`: it saw a second factor."""
        number = plain_number(typed)
        account = await self._access.accounts.find(number)
        if account is None or account.disabled is not None:
            known = None if account is None else account.number
            await self._noted("oidc", number, known, visit, _why(account))
            return Stopped()
        return await self._let_in(account, "oidc", "oidc", visit, passed=second)

    async def by_demo_door(self, typed: str, visit: Visit) -> Entered | Stopped:
        """Somebody of the demo comes in; whoever asks has made sure that this is a demo."""
        account = await self._access.accounts.find(plain_number(typed))
        if account is None:
            return Stopped()
        await self._noted("demo", account.number, account.number, visit, "in")
        await self._access.begin(account.number, "demo", "", visit)
        return Entered("")

    async def new_password(self, password: str, session: Session, visit: Visit) -> Entered:
        """Somebody who must, or wants to, sets a new password; they are logged out everywhere else.

        Raises PasswordRefused.
        """
        account = await self._access.accounts.get(session.who.number)
        if account.kept is not None and await self._access.passwords.is_right(account.kept, password):
            raise PasswordRefused(SAME)
        await self._access.accounts.change_password(account, password, session.who.by)
        await self._access.sessions.end_all(account.number, session.who.by)
        changed = await self._access.accounts.get(account.number)
        waits = self._access.next_step(changed, session.method, passed=True)
        await self._access.begin(account.number, session.method, waits, visit)
        return Entered(waits)

    async def enrolled(self, session: Session, visit: Visit) -> None:
        """Somebody set up the second factor that they had to."""
        account = await self._access.accounts.get(session.who.number)
        waits = self._access.next_step(account, session.method, passed=True)
        await self._access.begin(account.number, session.method, waits, visit)

    async def prove(self, password: str, session: Session, visit: Visit) -> Entered | Stopped:
        """The owner of a session shows their password again: it opens where it was locked, under a new secret."""
        account = await self._access.accounts.get(session.who.number)
        own = self._access.keys.mark("session", session.id.bytes)
        tried = Try("unlock", account.number, account.number, own, visit.address)
        allowed = await self._access.attempts.begin(tried)
        if isinstance(allowed, Wait):
            return Stopped(allowed.ms)
        if account.disabled is not None or not await self._access.passwords.is_right(account.kept, password):
            await self._access.attempts.ended(allowed, _why(account))
            return Stopped()
        await self._access.attempts.ended(allowed, "in")
        return await self.opened(session, visit)

    async def opened(self, session: Session, visit: Visit) -> Entered | Stopped:
        """Open a session whose owner proved who they are."""
        secret = await self._access.sessions.unlock(session)
        if secret is None:
            return Stopped()
        visit.entered(secret, max((session.expires - self._access.clock.now()) // 1000, 1))
        return Entered("")

    async def _let_in(self, account: Account, method: Method, kind: Kind, visit: Visit, *, passed: bool) -> Entered:
        waits = self._access.next_step(account, method, passed=passed)
        await self._noted(kind, account.number, account.number, visit, "right" if waits == "second" else "in")
        await self._access.begin(account.number, method, waits, visit)
        return Entered(waits)

    async def _one_further(
        self, account: Account, method: Method, visit: Visit, allowed: Allowed, *, passed: bool
    ) -> Entered:
        waits = self._access.next_step(account, method, passed=passed)
        await self._access.attempts.ended(allowed, "right" if waits == "second" else "in")
        await self._access.begin(account.number, method, waits, visit)
        return Entered(waits)

    async def _begun(self, kind: Kind, number: str, account: Account | None, visit: Visit) -> Allowed | Wait:
        known = None if account is None else account.number
        device = self._access.devices.known(visit.device, number)
        return await self._access.attempts.begin(Try(kind, number, known, device, visit.address))

    async def _noted(self, kind: Kind, typed: str, known: str | None, visit: Visit, outcome: Outcome) -> None:
        await self._access.attempts.noted(Try(kind, typed, known, None, visit.address), outcome)


def plain_number(typed: str) -> str:
    """Return a work number as it stands in the roll, however it was typed (full-width digits, blanks)."""
    return unicodedata.normalize("NFKC", typed).strip()[:NUMBER_MAX]


def _why(account: Account | None) -> Outcome:
    if account is None:
        return "unknown"
    return "disabled" if account.disabled is not None else "wrong"

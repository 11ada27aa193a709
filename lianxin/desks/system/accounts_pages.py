"""`/system/accounts`: the system administrator lets people in, and resets what they lost.

Whoever could reset the login of another administrator could be that administrator. So the
two others are reset at the machine itself (`lianxin user`), where two people stand.
"""

from typing import Any, Final

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from lianxin.access.accounts import Account
from lianxin.access.onward import form_of
from lianxin.access.service import Access
from lianxin.access.visit import session_at
from lianxin.access.who import Who
from lianxin.desks.system.keeping import GONE, OWN, Keeping, NotKept
from lianxin.desks.system.listing import Listing, asked_for
from lianxin.ground.web import Paper, marked
from lianxin.ground.web.paper import AnyRequest

ONLY: Final = {"roles": ("sysadmin",)}
PAGE: Final = 50
HOME: Final = "/system/accounts"
TWO_OTHERS: Final = marked(
    "The logins of the two other administrators are reset at the machine itself, with `lianxin user`, by two people."
)
_OTHERS: Final = frozenset({"secadmin", "auditadmin"})


class AccountPages:
    """Renders the list of accounts and the page of one."""

    def __init__(self, access: Access, keeping: Keeping, paper: Paper) -> None:
        self.access = access
        self.keeping = keeping
        self.paper = paper

    async def listed(self, request: AnyRequest, status: int = 200, **values: Any) -> Response[str]:
        """Return the list, with the form for a new account as it was sent."""
        listing = Listing.of(request, PAGE)
        lines = await self.access.accounts.roll(PAGE + 1, listing.words, listing.after)
        given = {"listing": listing, "lines": listing.shown(lines), "refused": "", "form": {}, **values}
        return self.paper.page(request, "desks.system/accounts.html", status=status, **given)

    async def one(self, request: AnyRequest, number: str, status: int = 200, refused: str = "") -> Response[str]:
        """Return the page of one account."""
        account = await asked_for(self.access, number)
        values: dict[str, Any] = {
            "account": account,
            "member": await self.keeping.working(number),
            "acts": await self.access.acts.lines(20, number=number),
            "now": self.access.clock.now(),
            "locked_out": bool(_OTHERS & account.roles),
            "own": number == session_at(request).who.number,
            "refused": refused,
        }
        return self.paper.page(request, "desks.system/account.html", status=status, **values)

    def password(self, request: AnyRequest, account: Account, password: str) -> Response[str]:
        """Return the only page that shows a password that was made."""
        return self.paper.page(request, "desks.system/given.html", account=account, password=password)


def reading_routes(pages: AccountPages) -> list[ControllerRouterHandler]:
    """Return the list and the page of one account."""

    @get(HOME, opt=ONLY)
    async def listed(request: AnyRequest) -> Response[str]:
        return await pages.listed(request)

    @get("/system/accounts/{number:str}", opt=ONLY)
    async def one(request: AnyRequest, number: FromPath[str]) -> Response[str]:
        return await pages.one(request, number)

    return [listed, one]


def making_routes(pages: AccountPages) -> list[ControllerRouterHandler]:
    """Return what makes an account and gives a password."""

    @post(HOME, opt=ONLY)
    async def make(request: AnyRequest) -> Response[Any]:
        form = await form_of(request)
        who, number = session_at(request).who, form.get("number", "").strip()
        try:
            password = await pages.keeping.hire(
                who, number, form.get("name", ""), form.get("unit", ""), form.get("zone", "")
            )
        except NotKept as refused:
            return await pages.listed(request, 422, refused=str(refused), form=form)
        return pages.password(request, await pages.access.accounts.get(number), password)

    @post("/system/accounts/{number:str}/password", opt=ONLY)
    async def give_password(request: AnyRequest, number: FromPath[str]) -> Response[Any]:
        who = session_at(request).who
        try:
            account = await _resettable(pages, who, number)
        except NotKept as refused:
            return await pages.one(request, number, 422, str(refused))
        password = await pages.access.accounts.give_password(number, who.by)
        await pages.access.sessions.end_all(number, who.by)
        return pages.password(request, account, password)

    return [make, give_password]


def resetting_routes(pages: AccountPages) -> list[ControllerRouterHandler]:
    """Return what resets the second factor, closes and opens an account, and lets somebody try again."""
    access = pages.access

    @post("/system/accounts/{number:str}/second", opt=ONLY)
    async def reset_second(request: AnyRequest, number: FromPath[str]) -> Response[Any]:
        who = session_at(request).who
        try:
            await _resettable(pages, who, number)
        except NotKept as refused:
            return await pages.one(request, number, 422, str(refused))
        await access.accounts.reset_second(number, who.by)
        await access.sessions.end_all(number, who.by)
        return Redirect(f"{HOME}/{number}", status_code=303)

    @post("/system/accounts/{number:str}/close", opt=ONLY)
    async def close(request: AnyRequest, number: FromPath[str]) -> Response[Any]:
        who = session_at(request).who
        account = await asked_for(access, number)
        if number == who.number:
            return await pages.one(request, number, 422, OWN)
        await access.accounts.disable(number, account.disabled is None, who.by)
        if account.disabled is None:
            await access.sessions.end_all(number, who.by)
        return Redirect(f"{HOME}/{number}", status_code=303)

    @post("/system/accounts/{number:str}/again", opt=ONLY)
    async def let_try_again(request: AnyRequest, number: FromPath[str]) -> Response[Any]:
        who = session_at(request).who
        await asked_for(access, number)
        await access.attempts.clear(number, who.by)
        await access.acts.note("let_try_again", number, who.by)
        return Redirect(f"{HOME}/{number}", status_code=303)

    return [reset_second, close, let_try_again]


def roll_routes(pages: AccountPages) -> list[ControllerRouterHandler]:
    """Return what moves people: to another place, with a deputy, away."""

    @post("/system/accounts/{number:str}/place", opt=ONLY)
    async def place(request: AnyRequest, number: FromPath[str]) -> Response[Any]:
        form, who = await form_of(request), session_at(request).who
        try:
            await pages.keeping.place(who, number, form.get("unit", ""), form.get("zone", ""))
        except NotKept as refused:
            return await pages.one(request, number, 422, str(refused))
        return Redirect(f"{HOME}/{number}", status_code=303)

    @post("/system/accounts/{number:str}/deputy", opt=ONLY)
    async def deputise(request: AnyRequest, number: FromPath[str]) -> Response[Any]:
        form, who = await form_of(request), session_at(request).who
        try:
            await pages.keeping.deputise(who, number, form.get("deputy", ""))
        except NotKept as refused:
            return await pages.one(request, number, 422, str(refused))
        return Redirect(f"{HOME}/{number}", status_code=303)

    @post("/system/accounts/{number:str}/leave", opt=ONLY)
    async def leave(request: AnyRequest, number: FromPath[str]) -> Response[Any]:
        form, who = await form_of(request), session_at(request).who
        try:
            await pages.keeping.leave(who, number, form.get("successor", ""), form.get("reason", ""))
        except NotKept as refused:
            return await pages.one(request, number, 422, str(refused))
        return Redirect(HOME, status_code=303)

    return [place, deputise, leave]


async def _resettable(pages: AccountPages, who: Who, number: str) -> Account:
    account = await pages.access.accounts.find(number)
    if account is None:
        raise NotKept(GONE)
    if number == who.number:
        raise NotKept(OWN)
    if _OTHERS & account.roles:
        raise NotKept(TWO_OTHERS)
    return account

"""The pages between the password and being in: second factor, new password."""

from typing import Any

from litestar import Response, get, post
from litestar.types import ControllerRouterHandler

from lianxin.access.accounts import PasswordRefused
from lianxin.access.doors import Doors, Stopped
from lianxin.access.onward import form_of, onward, wanted_by
from lianxin.access.pages import status_of
from lianxin.access.password_rules import least
from lianxin.access.service import Access
from lianxin.access.visit import session_at, visit_at
from lianxin.access.ways import way_back
from lianxin.ground.web import Paper, marked
from lianxin.ground.web.paper import AnyRequest

SECOND = {"waiting": ("second",)}
PASSWORD = {"waiting": ("password",)}
TWICE = marked("The two fields differ. Type the new password into both.")


def second_routes(access: Access, doors: Doors, paper: Paper) -> list[ControllerRouterHandler]:
    """Return `/login/second`."""

    async def page(request: AnyRequest, status: int = 200, **values: Any) -> Response[str]:
        account = await access.accounts.get(session_at(request).who.number)
        served = access.passkeys.served_as(request.headers.get("host", ""))
        passkeys = account.passkeys > 0 and served
        given = {"next": "/", "stopped": None, "account": account, "passkeys": passkeys, **values}
        return paper.page(request, "access/second.html", status=status, **given)

    @get("/login/second", opt=SECOND)
    async def ask(request: AnyRequest) -> Response[Any]:
        if visit_at(request).state != "second":
            return onward("", wanted_by(request))
        return await page(request, next=wanted_by(request))

    @post("/login/second", opt=SECOND)
    async def show(request: AnyRequest) -> Response[Any]:
        visit, session = visit_at(request), session_at(request)
        form = await form_of(request)
        wanted = way_back(form.get("next", "/"))
        if visit.state != "second":
            return onward("", wanted)
        came = await doors.by_code(form.get("code", ""), session, visit)
        if isinstance(came, Stopped):
            return await page(request, status_of(came), next=wanted, stopped=came)
        return onward(came.waits, wanted)

    return [ask, show]


def password_routes(doors: Doors, paper: Paper) -> list[ControllerRouterHandler]:
    """Return `/login/password`, for a password that must be changed."""

    def page(request: AnyRequest, wanted: str, status: int = 200, reasons: tuple[str, ...] = ()) -> Response[str]:
        who = session_at(request).who
        values = {"next": wanted, "reasons": reasons, "least": least(who.roles), "number": who.number}
        return paper.page(request, "access/password.html", status=status, **values)

    @get("/login/password", opt=PASSWORD)
    async def ask(request: AnyRequest) -> Response[Any]:
        if visit_at(request).state != "password":
            return onward("", wanted_by(request))
        return page(request, wanted_by(request))

    @post("/login/password", opt=PASSWORD)
    async def change(request: AnyRequest) -> Response[Any]:
        visit, session = visit_at(request), session_at(request)
        form = await form_of(request)
        wanted = way_back(form.get("next", "/"))
        if visit.state != "password":
            return onward("", wanted)
        try:
            came = await doors.new_password(chosen(form), session, visit)
        except PasswordRefused as refused:
            return page(request, wanted, 422, refused.reasons)
        return onward(came.waits, wanted)

    return [ask, change]


def chosen(form: dict[str, str]) -> str:
    """Return the new password of a form. Raises PasswordRefused where it was not typed the same twice."""
    if form.get("password", "") != form.get("again", ""):
        raise PasswordRefused(TWICE)
    return form.get("password", "")

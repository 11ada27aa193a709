"""`/me`: what belongs to somebody's own login. Who they are, where they are logged in, password, factors, tokens.

What would let a stranger at an open desk take the login over (a new password, another
factor, a token) asks for the password once more when it was not just given.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from lianxin.access.accounts import PasswordRefused
from lianxin.access.doors import Doors, Stopped
from lianxin.access.onward import form_of, with_way
from lianxin.access.password_rules import least
from lianxin.access.scopes import SCOPES
from lianxin.access.service import Access
from lianxin.access.step_pages import chosen
from lianxin.access.visit import session_at, visit_at
from lianxin.ground.web import Paper, marked
from lianxin.ground.web.paper import AnyRequest
from lianxin.people import ROLES
from lianxin.units import load_units

ME: Final = "/me"
WRONG_PASSWORD: Final = marked("The present password is not right.")
WAIT: Final = marked("That was wrong too often. Wait a quarter of an hour, then try again.")

Shown = Callable[..., Awaitable[Response[str]]]


def to_prove(wanted: str = ME) -> Redirect:
    """Lead to where somebody shows their password once more, and on from there."""
    return Redirect(with_way("/unlock", wanted), status_code=303)


def me_page(access: Access, paper: Paper) -> Shown:
    """Return what renders `/me`."""

    async def shown(request: AnyRequest, status: int = 200, **values: Any) -> Response[str]:
        session, now = session_at(request), access.clock.now()
        who = session.who
        account = await access.accounts.get(who.number)
        unit = who.unit
        given = {
            "account": account,
            "session": session,
            "now": now,
            "lines": await access.sessions.of(who.number),
            "policy": access.sessions.policy,
            "passkeys": await access.passkeys.of(who.number),
            "passkeys_here": access.passkeys.served_as(request.headers.get("host", "")),
            "recovery_left": await access.codes.recovery_left(who.number),
            "tokens": await access.tokens.of(who.number),
            "scopes": SCOPES,
            "titles": [ROLES[role] for role in ROLES if role in who.roles],
            "unit": load_units().unit(unit) if unit and load_units().knows(unit) else None,
            "needs_second": access.needs_second(who.roles),
            "least": least(who.roles),
            "reasons": (),
            "token_refused": "",
            "token_form": {},
            **values,
        }
        return paper.page(request, "access/me.html", status=status, **given)

    return shown


def me_routes(access: Access, doors: Doors, shown: Shown) -> list[ControllerRouterHandler]:
    """Return `/me`, and what changes the password."""

    @get(ME)
    async def me(request: AnyRequest) -> Response[str]:
        return await shown(request)

    @post("/me/password")
    async def change_password(request: AnyRequest) -> Response[Any]:
        session, visit = session_at(request), visit_at(request)
        form = await form_of(request)
        account = await access.accounts.get(session.who.number)
        if account.kept is not None:
            proved = await doors.prove(form.get("present", ""), session, visit)
            if isinstance(proved, Stopped):
                return await shown(request, 401, reasons=(WAIT if proved.wait_ms else WRONG_PASSWORD,))
        elif not session.freshly_proved(access.clock.now(), access.sessions.policy):
            return to_prove()
        try:
            await doors.new_password(chosen(form), session, visit)
        except PasswordRefused as refused:
            return await shown(request, 422, reasons=refused.reasons)
        return Redirect(ME, status_code=303)

    return [me, change_password]


def own_session_routes(access: Access) -> list[ControllerRouterHandler]:
    """Return what ends somebody's own sessions."""

    @post("/me/sessions/{session_id:uuid}/end")
    async def end_one(request: AnyRequest, session_id: FromPath[UUID]) -> Redirect:
        who = session_at(request).who
        own = {line.id for line in await access.sessions.of(who.number)}
        if session_id in own and await access.sessions.end(session_id, who.by):
            await access.acts.note("session_ended", who.number, who.by)
        return Redirect(ME, status_code=303)

    @post("/me/sessions/end")
    async def end_others(request: AnyRequest) -> Redirect:
        session = session_at(request)
        if await access.sessions.end_all(session.who.number, session.who.by, but=session.id):
            await access.acts.note("session_ended", session.who.number, session.who.by)
        return Redirect(ME, status_code=303)

    return [end_one, end_others]

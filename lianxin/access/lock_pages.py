"""The idle lock: a session that nobody uses asks for its owner again, and the page stays as it was.

What counts is what a person does: opening pages, sending forms, and typing, of which the
page's script tells once a minute. What a page fetches by itself does not count.
"""

from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from lianxin.access.doors import Doors, Entered, Stopped
from lianxin.access.onward import form_of, onward, wanted_by, with_way
from lianxin.access.pages import status_of
from lianxin.access.service import Access
from lianxin.access.visit import session_at, visit_at
from lianxin.access.ways import way_back
from lianxin.ground.web import Paper
from lianxin.ground.web.paper import AnyRequest

LOCKED: Final = {"waiting": ("locked",)}


def lock_routes(access: Access, doors: Doors, paper: Paper) -> list[ControllerRouterHandler]:
    """Return `/lock` and `/unlock`."""

    async def page(request: AnyRequest, status: int = 200, **values: Any) -> Response[str]:
        session = session_at(request)
        account = await access.accounts.get(session.who.number)
        given = {
            "next": "/",
            "stopped": None,
            "owner": session.who,
            "locked": visit_at(request).state == "locked",
            "demo_session": session.method == "demo",
            "has_password": account.kept is not None,
            "passkeys": account.passkeys > 0 and access.passkeys.served_as(request.headers.get("host", "")),
            "sign_on": access.sign_on,
            **values,
        }
        return paper.page(request, "access/unlock.html", status=status, **given)

    @get("/unlock", opt=LOCKED)
    async def ask(request: AnyRequest) -> Response[str]:
        return await page(request, next=wanted_by(request))

    @post("/unlock", opt=LOCKED)
    async def unlock(request: AnyRequest) -> Response[Any]:
        visit, session = visit_at(request), session_at(request)
        form = await form_of(request)
        wanted = way_back(form.get("next", "/"))
        came: Entered | Stopped
        if session.method == "demo":
            came = await doors.opened(session, visit)
        else:
            came = await doors.prove(form.get("password", ""), session, visit)
        if "text/html" not in request.headers.get("accept", ""):
            return _told(came)
        if isinstance(came, Stopped):
            return await page(request, status_of(came), next=wanted, stopped=came)
        return onward(came.waits, wanted)

    @post("/lock", opt=LOCKED)
    async def lock(request: AnyRequest) -> Redirect:
        form = await form_of(request)
        await access.sessions.lock(session_at(request))
        return Redirect(with_way("/unlock", way_back(form.get("next", "/"))), status_code=303)

    return [ask, unlock, lock]


def awake_routes(access: Access) -> list[ControllerRouterHandler]:
    """Return what the page's script asks: whether the session is locked, and that somebody is there."""

    @get("/session", opt=LOCKED)
    async def state(request: AnyRequest) -> Response[bytes]:
        visit, session = visit_at(request), session_at(request)
        left_ms = session.seen + access.sessions.policy.idle_ms - access.clock.now()
        said = {"locked": visit.state == "locked", "left_s": max(left_ms // 1000, 0)}
        return Response(msgspec.json.encode(said), media_type="application/json", headers={"Cache-Control": "no-store"})

    @post("/session/awake", status_code=204)
    async def awake(request: AnyRequest) -> None:
        """Nothing is to be done: that it was sent counts."""

    return [state, awake]


def _told(came: Entered | Stopped) -> Response[bytes]:
    said = {"ok": isinstance(came, Entered), "wait_s": came.wait_ms // 1000 if isinstance(came, Stopped) else 0}
    status = status_of(came) if isinstance(came, Stopped) else 200
    headers = {"Cache-Control": "no-store"}
    return Response(msgspec.json.encode(said), status_code=status, media_type="application/json", headers=headers)

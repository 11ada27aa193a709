"""What the browser's script asks for passkeys: questions and answers as JSON."""

from typing import Any, Final

import msgspec
from litestar import Response, post
from litestar.types import ControllerRouterHandler

from lianxin.access.doors import Doors, Stopped
from lianxin.access.onward import OPEN, json_of, with_way
from lianxin.access.passkeys import PasskeyRefused
from lianxin.access.refusals import STEPS
from lianxin.access.service import Access
from lianxin.access.visit import session_at, visit_at
from lianxin.access.ways import way_back
from lianxin.ground.web.paper import AnyRequest

LOCKED: Final = {"waiting": ("locked",)}
NO_STORE: Final = {"Cache-Control": "no-store"}


def passkey_routes(access: Access, doors: Doors) -> list[ControllerRouterHandler]:
    """Return what logs in and unlocks by passkey."""

    @post("/login/passkey/ask", opt=OPEN, status_code=200)
    async def ask(request: AnyRequest) -> Response[bytes]:
        visit = visit_at(request)
        session = visit.session
        number = session.who.number if session is not None and visit.state in ("second", "locked") else None
        return _json(await access.passkeys.asking(number, visit.forms_secret()))

    @post("/login/passkey", opt=OPEN, status_code=200)
    async def come_in(request: AnyRequest) -> Response[bytes]:
        sent = await json_of(request)
        came = await doors.by_passkey(_answer(sent), visit_at(request))
        if isinstance(came, Stopped):
            return _said({"ok": False}, 401)
        wanted = way_back(str(sent.get("next", "/")))
        return _said({"ok": True, "next": with_way(STEPS[came.waits], wanted) if came.waits else wanted})

    @post("/unlock/passkey", opt=LOCKED, status_code=200)
    async def unlock(request: AnyRequest) -> Response[bytes]:
        visit, session = visit_at(request), session_at(request)
        sent = await json_of(request)
        try:
            owner = await access.passkeys.owner(_answer(sent), visit.forms_secret())
        except PasskeyRefused:
            owner = ""
        if owner != session.who.number or isinstance(await doors.opened(session, visit), Stopped):
            return _said({"ok": False}, 401)
        return _said({"ok": True, "next": way_back(str(sent.get("next", "/")))})

    return [ask, come_in, unlock]


def _answer(sent: dict[str, Any]) -> dict[str, Any]:
    """Return the authenticator's answer in what the script sent; anything else is an empty one, which nothing takes."""
    answer = sent.get("credential")
    return answer if isinstance(answer, dict) else {}


def _said(what: dict[str, Any], status: int = 200) -> Response[bytes]:
    return Response(
        msgspec.json.encode(what), status_code=status, media_type="application/json", headers=dict(NO_STORE)
    )


def _json(text: str) -> Response[bytes]:
    return Response(text.encode(), media_type="application/json", headers=dict(NO_STORE))

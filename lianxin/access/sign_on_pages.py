"""The way to the city's own login and back: `/login/oidc`."""

from typing import Any

import structlog
from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from lianxin.access import cookies
from lianxin.access.doors import Doors, Stopped
from lianxin.access.onward import OPEN, onward, wanted_by
from lianxin.access.pages import DoorPage, status_of
from lianxin.access.service import Access
from lianxin.access.sign_on import BACK, LIFE_MS, SignOn, SignOnAway, SignOnRefused
from lianxin.access.visit import visit_at
from lianxin.ground.web.paper import AnyRequest

_log = structlog.get_logger("lianxin.access")


def sign_on_routes(access: Access, doors: Doors, page: DoorPage) -> list[ControllerRouterHandler]:
    """Return the two addresses; without `oidc.issuer` there is nothing at them."""

    @get("/login/oidc", opt=OPEN)
    async def go(request: AnyRequest) -> Response[Any]:
        visit = visit_at(request)
        try:
            address, kept = await _sign_on(access).ask(wanted_by(request))
        except SignOnAway as away:
            _log.warning("sign-on away", reason=str(away))
            return await page.shown(request, 502, next=wanted_by(request), sign_on_failed="away")
        visit.headers.append(cookies.set_cookie(cookies.SIGN_ON, kept, visit.secure, LIFE_MS // 1000))
        return Redirect(address, status_code=303)

    @get(BACK, opt=OPEN)
    async def back(request: AnyRequest) -> Response[Any]:
        visit = visit_at(request)
        kept = cookies.value_of(request.cookies, cookies.SIGN_ON, visit.secure)
        visit.headers.append(cookies.set_cookie(cookies.SIGN_ON, "", visit.secure, 0))
        try:
            found = await _sign_on(access).found(dict(request.query_params), kept)
        except (SignOnAway, SignOnRefused) as failed:
            why = "away" if isinstance(failed, SignOnAway) else "refused"
            _log.warning("sign-on failed", kind=why, reason=str(failed))
            return await page.shown(request, 502 if why == "away" else 401, sign_on_failed=why)
        came = await doors.by_sign_on(found.number, found.second, visit)
        if isinstance(came, Stopped):
            return await page.shown(request, status_of(came), sign_on_failed="unknown")
        return onward(came.waits, found.next)

    return [go, back]


def _sign_on(access: Access) -> SignOn:
    if access.sign_on is None:
        raise NotFoundException
    return access.sign_on

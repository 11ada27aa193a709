"""`/wall`: the counts of the book on a screen that hangs in the hall (大屏).

A session would be locked after a quarter of an hour, and open to whoever stands before the screen. So the screen has no
session: it keeps a token of the scope `wall`, which opens this page alone. The page shows counts and no order; its
links lead to the login. It ends when the token is revoked or expires, or its owner leaves.
"""

from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from lianxin.access import cookies
from lianxin.access.onward import form_of
from lianxin.access.service import Access
from lianxin.access.tokens import DAYS_MAX
from lianxin.access.visit import visit_at
from lianxin.desks.city import Map
from lianxin.desks.drawing import drawing_of
from lianxin.desks.reading import BookReader
from lianxin.ground.clock import DAY_MS
from lianxin.ground.web import Paper
from lianxin.ground.web.paper import AnyRequest

SCOPE: Final = "wall"
OPEN: Final = {"public": True}
_KEPT_S: Final = DAYS_MAX * DAY_MS // 1000


def wall_routes(
    reader: BookReader, access: Access, paper: Paper, city_map: Map | None
) -> list[ControllerRouterHandler]:
    """Return `/wall`: the page of counts, and where a screen is given its token."""

    async def holds(request: AnyRequest, secret: str) -> bool:
        who = await access.tokens.who(secret, visit_at(request).address)
        return who is not None and SCOPE in (who.scopes or ())

    def asking(request: AnyRequest, status: int, refused: bool = False) -> Response[str]:
        return paper.page(request, "desks/wall_token.html", status=status, refused=refused)

    @get("/wall", opt=OPEN)
    async def wall(request: AnyRequest) -> Response[str]:
        secret = cookies.value_of(request.cookies, cookies.WALL, visit_at(request).secure)
        if not await holds(request, secret):
            return asking(request, 200, refused=bool(secret))
        book = msgspec.structs.replace(await reader.counts(), handovers=())
        values: dict[str, Any] = {"book": book, "drawing": drawing_of(book), "city_map": city_map, "wall": True}
        return paper.page(request, "desks/wall.html", **values)

    @post("/wall", opt=OPEN)
    async def begin(request: AnyRequest) -> Response[str] | Redirect:
        secret, visit = (await form_of(request)).get("token", "").strip(), visit_at(request)
        if not await holds(request, secret):
            return asking(request, 422, refused=True)
        visit.headers.append(cookies.set_cookie(cookies.WALL, secret, visit.secure, _KEPT_S))
        return Redirect("/wall", status_code=303)

    return [wall, begin]

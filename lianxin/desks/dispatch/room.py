"""The wiring of the dispatchers' desk: its trays, and the news of the orders one follows above them."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Request, post
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from lianxin.access import Who
from lianxin.desks.dispatch.trays import DESK
from lianxin.desks.trays import Trays
from lianxin.desks.trays.desk import desk_routes
from lianxin.ground.web import Present, marked
from lianxin.ground.web.wiring import Tab, Wiring
from lianxin.orders.news import see, unseen

NAV = (Tab(DESK.path, marked("Dispatch"), "hand-over", DESK.roles),)
NEWS_MAX = 20
_ONLY = {"roles": tuple(sorted(DESK.roles))}


def routes(wiring: Wiring) -> Sequence[ControllerRouterHandler]:
    """Return the pages of the desk."""

    async def news(who: Who, _: Present) -> Mapping[str, Any]:
        return {"news": await unseen(wiring.pool, who.number, who.by, NEWS_MAX)}

    @post("/dispatch/seen", opt=_ONLY)
    async def seen(request: Request[Who, Any, Any]) -> Redirect:
        """Take the news as seen that stood on the page; what came after it stays."""
        now, who = (await wiring.present()).now, request.user
        shown = {one for one in (await request.form()).getall("seen", []) if isinstance(one, str)}
        for one in await unseen(wiring.pool, who.number, who.by):
            if f"{one.order_id}.{one.seq}" in shown:
                await see(wiring.pool, who.by, one.order_id, one.seq, now)
        return Redirect("/dispatch?tray=tracked", status_code=303)

    return [*desk_routes(DESK, Trays(wiring.pool), wiring.present, wiring.paper, news), seen]

"""The wiring of the leaders' desk: its trays, and what became of the instructions one wrote above them."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar.types import ControllerRouterHandler

from lianxin.access import Who
from lianxin.desks.leader.trays import DESK
from lianxin.desks.trays import Trays
from lianxin.desks.trays.desk import desk_routes
from lianxin.ground.web import Present, marked
from lianxin.ground.web.wiring import Tab, Wiring
from lianxin.orders.news import instructions_by

NAV = (Tab(DESK.path, marked("For leaders"), "people", DESK.roles),)
WRITTEN_MAX = 20


def routes(wiring: Wiring) -> Sequence[ControllerRouterHandler]:
    """Return the pages of the desk."""

    async def written(who: Who, _: Present) -> Mapping[str, Any]:
        return {"written": await instructions_by(wiring.pool, who.number, who.by, WRITTEN_MAX)}

    return desk_routes(DESK, Trays(wiring.pool), wiring.present, wiring.paper, written)

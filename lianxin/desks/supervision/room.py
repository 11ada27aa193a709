"""The wiring of this desk."""

from collections.abc import Sequence

from litestar.types import ControllerRouterHandler

from lianxin.desks.supervision.trays import DESK
from lianxin.desks.trays import Trays
from lianxin.desks.trays.desk import desk_routes
from lianxin.ground.web import marked
from lianxin.ground.web.wiring import Tab, Wiring

NAV = (Tab(DESK.path, marked("Supervision"), "urge", DESK.roles, rank=7),)


def routes(wiring: Wiring) -> Sequence[ControllerRouterHandler]:
    """Return the pages of the desk."""
    return desk_routes(DESK, Trays(wiring.pool), wiring.present, wiring.paper)

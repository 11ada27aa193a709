"""The wiring of the analyst's desk."""

from collections.abc import Sequence

from litestar.types import ControllerRouterHandler

from lianxin.access import Who
from lianxin.desks.analysis.pages import ROLES, analysis_routes
from lianxin.ground.web import marked
from lianxin.ground.web.wiring import Tab, Wiring
from lianxin.units import load_units

NAV = (Tab("/analysis", marked("Reports"), "category", ROLES, rank=15),)


def routes(wiring: Wiring) -> Sequence[ControllerRouterHandler]:
    """Return the pages of the desk."""

    async def noted(who: Who, subject: str, what: str) -> None:
        """Left to the access log where the house keeps one."""

    return analysis_routes(wiring.pool, load_units(), wiring.present, wiring.paper, noted)

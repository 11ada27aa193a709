"""The wiring of the quality inspectors' desk."""

from collections.abc import Sequence

from litestar.types import ControllerRouterHandler

from lianxin.desks.quality.pages import INSPECTORS, QualityDesk, quality_routes
from lianxin.ground.web import marked
from lianxin.ground.web.wiring import Tab, Wiring
from lianxin.quality.service import Inspection

NAV = (Tab("/quality", marked("Quality"), "star", INSPECTORS),)


def routes(wiring: Wiring) -> Sequence[ControllerRouterHandler]:
    """Return the pages of the desk."""
    return quality_routes(QualityDesk(wiring.pool, Inspection(wiring.pool), wiring.present, wiring.paper))

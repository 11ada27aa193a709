"""The wiring of this desk: its trays, and the knowledge tasks past their date above them."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar.types import ControllerRouterHandler

from lianxin.access import Who
from lianxin.desks.trays import Trays
from lianxin.desks.trays.desk import desk_routes
from lianxin.desks.unit.trays import DESK
from lianxin.ground.web import Present, marked
from lianxin.ground.web.wiring import Tab, Wiring
from lianxin.knowledge.reading import KnowledgeReader

NAV = (Tab(DESK.path, marked("Our orders"), "unit", DESK.roles),)


def routes(wiring: Wiring) -> Sequence[ControllerRouterHandler]:
    """Return the pages of the desk."""
    knowledge = wiring.get(KnowledgeReader)

    async def overdue(who: Who, moment: Present) -> Mapping[str, Any]:
        return {"kb_overdue": await knowledge.overdue(who.unit, moment.now)}

    return desk_routes(DESK, Trays(wiring.pool), wiring.present, wiring.paper, overdue)

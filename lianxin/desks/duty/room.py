"""The wiring of the duty manager's desk: its trays, and the alarms of the house above them."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar.types import ControllerRouterHandler

from lianxin.access import Who
from lianxin.desks.duty.trays import DESK
from lianxin.desks.trays import Trays
from lianxin.desks.trays.desk import desk_routes
from lianxin.ground.clock import from_datetime
from lianxin.ground.store import load_queries
from lianxin.ground.web import Present, marked
from lianxin.ground.web.wiring import Tab, Wiring

_QUERIES = load_queries("lianxin.desks.duty")
NAV = (Tab(DESK.path, marked("On duty"), "emergency", DESK.roles, rank=4),)


def routes(wiring: Wiring) -> Sequence[ControllerRouterHandler]:
    """Return the pages of the desk."""

    async def alarms(_: Who, __: Present) -> Mapping[str, Any]:
        rows = await wiring.pool.fetch(_QUERIES.open_alarms.sql)
        return {"alarms": [(row["kind"], row["subject"], from_datetime(row["opened_at"])) for row in rows]}

    return desk_routes(DESK, Trays(wiring.pool), wiring.present, wiring.paper, alarms)

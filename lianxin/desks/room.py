"""The wiring of the book of responsibility, and the way from the front door to one's own desk."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar.types import ControllerRouterHandler

from lianxin.access.service import Access
from lianxin.desks.city import draw_city
from lianxin.desks.pages import book_routes
from lianxin.desks.reading import BookReader
from lianxin.desks.terms import WORK_ON_ORDERS, terms
from lianxin.desks.wall import wall_routes
from lianxin.ground.web import marked
from lianxin.ground.web.wiring import Tab, Wiring
from lianxin.units import load_units

TERMS: Mapping[str, Any] = terms(load_units())
NAV = (
    Tab("/book", marked("Book of responsibility"), "chain", WORK_ON_ORDERS, rank=99),
    Tab("/orders", marked("Orders"), "evidence", WORK_ON_ORDERS, rank=99),
)


def routes(wiring: Wiring) -> Sequence[ControllerRouterHandler]:
    """Return the book and the front door."""
    reader = BookReader(wiring.pool, load_units(), wiring.present)
    city_map = draw_city()
    return [
        *book_routes(reader, wiring.paper, city_map, wiring.tabs),
        *wall_routes(reader, wiring.get(Access), wiring.paper, city_map),
    ]

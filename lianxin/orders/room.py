"""The wiring of the orders: what can be done with them, how they are read, and their pages."""

from collections.abc import Sequence

from litestar.types import ControllerRouterHandler

from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.web.wiring import Wiring
from lianxin.orders.numbering import Numbers
from lianxin.orders.pages import TERMS as TERMS
from lianxin.orders.pages import order_routes
from lianxin.orders.reading import OrderReader
from lianxin.orders.service import Services
from lianxin.people.rights import Rights
from lianxin.rules.adopted import AdoptedRules


def offer(wiring: Wiring) -> None:
    """Offer `Services`, `OrderReader` and `Numbers`."""
    wiring.offer(Services(PostgresLedger(wiring.pool), wiring.get(AdoptedRules), wiring.get(Rights)))
    wiring.offer(OrderReader(wiring.pool))
    wiring.offer(Numbers(wiring.pool, wiring.present))


def routes(wiring: Wiring) -> Sequence[ControllerRouterHandler]:
    """Return the lists and the page of one order."""
    return order_routes(wiring.get(OrderReader), wiring.get(AdoptedRules), wiring.present, wiring.paper)

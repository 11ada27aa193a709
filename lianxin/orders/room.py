"""The wiring of the orders: what can be done with them, how they are read, and their pages."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar.types import ControllerRouterHandler

from lianxin.ground.web.paper import AnyRequest
from lianxin.ground.web.wiring import Wiring
from lianxin.orders.acting import Acting
from lianxin.orders.acting_pages import acting_routes, confirmed
from lianxin.orders.draft_pages import draft_routes
from lianxin.orders.drafts import Drafts
from lianxin.orders.numbering import Numbers
from lianxin.orders.pages import TERMS as TERMS
from lianxin.orders.pages import order_routes
from lianxin.orders.reading import OrderReader
from lianxin.orders.service import Services
from lianxin.people import STAFF_KEY, holder_name
from lianxin.people.keys import KeyFolder
from lianxin.people.rights import Rights
from lianxin.privacy import KeptApart, Looks, Reveals
from lianxin.rules.adopted import AdoptedRules
from lianxin.units import load_units


def offer(wiring: Wiring) -> None:
    """Offer `Services`, `OrderReader`, `Numbers`, `Drafts` and `Acting`."""
    rules, rights = wiring.get(AdoptedRules), wiring.get(Rights)
    services = Services(wiring.get(KeptApart), rules, rights)
    reader = OrderReader(wiring.pool)
    drafts = Drafts(wiring.pool, KeyFolder(wiring.site.home).ring("drafts"))
    wiring.offer(services)
    wiring.offer(reader)
    wiring.offer(Numbers(wiring.pool, wiring.present))
    wiring.offer(drafts)
    wiring.offer(Acting(services, reader, drafts, rules, rights, load_units(), _names(rights)))
    wiring.extras.append(_of_every_page)


def routes(wiring: Wiring) -> Sequence[ControllerRouterHandler]:
    """Return the lists, the page of one order, the forms of its steps, and the drafts."""
    acting, rules = wiring.get(Acting), wiring.get(AdoptedRules)
    present, paper = wiring.present, wiring.paper
    return [
        *order_routes(wiring.get(OrderReader), acting, wiring.get(Looks), wiring.get(Reveals), rules, present, paper),
        *acting_routes(acting, present, paper),
        *draft_routes(wiring.get(Drafts), wiring.get(Services), present, paper),
    ]


def _of_every_page(request: AnyRequest) -> Mapping[str, Any]:
    return {"confirmed": confirmed(request)}


def _names(rights: Rights) -> Any:
    """Return how `staff:…`, `unit:…` and trays are called in sentences."""

    def name(key: str) -> str:
        if key.startswith(STAFF_KEY):
            number = key.removeprefix(STAFF_KEY)
            known = rights.name(number)
            return known if known != number else f"工号 {number}"
        if key.startswith("unit:"):
            return holder_name(":".join(key.split(":")[:2]))
        return {"citizen": "来电人", "system": "系统"}.get(key) or holder_name(key)

    return name

"""The wiring of the portal: the citizens' pages, over the same services as the desks."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from litestar import Litestar
from litestar.types import ControllerRouterHandler

from lianxin.attachments.service import Attachments
from lianxin.ground.web.app import Lifespan
from lianxin.ground.web.wiring import Wiring
from lianxin.orders.numbering import Numbers
from lianxin.orders.service import Services
from lianxin.people.identities import Identities
from lianxin.people.keys import load_house_keys
from lianxin.portal.acting import Acting
from lianxin.portal.acting_pages import Doing, adding_routes, withdrawing_routes
from lianxin.portal.boxes import Boxes
from lianxin.portal.filing_pages import Filing, file_routes
from lianxin.portal.following import Following
from lianxin.portal.following_pages import Watching, code_routes, following_routes
from lianxin.portal.judging_pages import rating_routes, reopening_routes
from lianxin.portal.limits import Gauge
from lianxin.portal.lodging import Lodging
from lianxin.portal.lost import LostCodes
from lianxin.portal.pages import Frame, front_routes, refusals
from lianxin.portal.writing_pages import Writing, receipt_routes, sending_routes, step_routes
from lianxin.receipts import Receipts
from lianxin.rules.adopted import AdoptedRules
from lianxin.units import load_units


def routes(wiring: Wiring) -> Sequence[ControllerRouterHandler]:
    """Return the citizens' pages."""
    pool, clock, present = wiring.pool, wiring.clock, wiring.present
    services, numbers, identities = wiring.get(Services), wiring.get(Numbers), wiring.get(Identities)
    units, boxes, receipts = load_units(), Boxes(pool, clock), Receipts(pool, services)
    frame = Frame(wiring.paper, present, clock, Gauge(pool, clock, load_house_keys(wiring.site.home).looks))
    following = Following(pool, boxes, receipts, wiring.get(AdoptedRules), units)
    lodging = Lodging(services, numbers, receipts, identities, boxes, units.places, present)
    lost = LostCodes(services, receipts, identities, present)
    wiring.lifespan.append(_settling(lost))
    wiring.refusals.update(refusals(frame))
    watching = Watching(frame, following, receipts, lost)
    doing = Doing(watching, Acting(services, numbers, following, present))
    files = Filing(doing, wiring.get(Attachments))
    writing = Writing(frame, lodging, following, units, files)
    return [
        *front_routes(frame),
        *step_routes(writing),
        *sending_routes(writing),
        *receipt_routes(writing),
        *following_routes(watching),
        *code_routes(watching),
        *adding_routes(doing),
        *withdrawing_routes(doing),
        *file_routes(files),
        *rating_routes(doing),
        *reopening_routes(doing),
    ]


def _settling(lost: LostCodes) -> Lifespan:
    @asynccontextmanager
    async def settling(_: Litestar) -> AsyncIterator[None]:
        yield
        await lost.settle()

    return settling

"""All routes of the interface, below `/api/v1`."""

from litestar import Response, Router, get
from litestar.di import Provide

from lianxin.exchange.api import contacts, files, house, orders
from lianxin.exchange.api.acting import step_routes
from lianxin.exchange.api.asking import BODY_BYTES_MAX, ApiRequest, guards
from lianxin.exchange.api.document import PATH, document
from lianxin.exchange.api.door import Door
from lianxin.exchange.api.rates import Rates
from lianxin.exchange.api.refusing import api_refusals

UNLIMITED = 1_000_000_000
"""Requests a minute where nobody is asked: the description is drawn from routes that are not served."""


def api_router(door: Door | None = None, rates: Rates | None = None) -> Router:
    """Return the routes; without a door they can be described but not called."""

    def the_door() -> Door:
        assert door is not None, "these routes are only for the description"
        return door

    return Router(
        PATH,
        route_handlers=[
            described,
            orders.list_orders,
            orders.get_order,
            orders.list_entries,
            orders.list_promises_of_order,
            orders.list_promises,
            contacts.add_contact,
            contacts.list_contacts,
            contacts.get_contact,
            files.list_attachments,
            files.get_attachment,
            files.add_attachment,
            house.who_am_i,
            house.audit_summary,
            house.get_receipt,
            house.verify_receipt,
            *step_routes(),
        ],
        dependencies={"door": Provide(the_door, use_cache=True, sync_to_thread=False)},
        request_class=ApiRequest,
        request_max_body_size=BODY_BYTES_MAX,
        guards=guards(rates or Rates(UNLIMITED)),
        exception_handlers=api_refusals(),
    )


@get("/openapi.json", include_in_schema=False, sync_to_thread=False, opt={"public": True})
def described() -> Response[bytes]:
    """Describe the interface."""
    return Response(document(), headers={"Content-Type": "application/json", "Cache-Control": "public, max-age=300"})

"""The wiring of access: the gate that every request passes, its guard, and the pages of coming in."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar.types import ControllerRouterHandler
from markupsafe import Markup

from lianxin.access import csrf
from lianxin.access.gate import Gate
from lianxin.access.guarding import guard
from lianxin.access.pages import DoorPage, demo_routes, leaving_routes, login_routes
from lianxin.access.refusals import gate_refusals
from lianxin.access.service import Access
from lianxin.access.sessions import ACCESS_CHANNEL
from lianxin.access.visit import visit_of
from lianxin.ground.web.paper import AnyRequest
from lianxin.ground.web.wiring import Wiring
from lianxin.people.rights import RIGHTS_CHANNEL


def offer(wiring: Wiring) -> None:
    """Offer `Access`, and hang the gate and its guard on every request."""
    access = Access(wiring.pool, wiring.clock)
    for channel in (ACCESS_CHANNEL, RIGHTS_CHANNEL):
        wiring.hearing.on(channel, access.sessions.forget)
    wiring.middleware.append(Gate(access.sessions))
    wiring.guards.append(guard)
    wiring.refusals.update(gate_refusals(wiring.paper))
    wiring.extras.append(values_of)
    wiring.offer(access)


def routes(wiring: Wiring) -> Sequence[ControllerRouterHandler]:
    """Return the pages of coming in and going out."""
    access, page = wiring.get(Access), DoorPage(wiring.present, wiring.paper)
    return [*login_routes(access, page), *demo_routes(access, page), *leaving_routes(access)]


def values_of(request: AnyRequest) -> Mapping[str, Any]:
    """Return what every page gets: `who` asks, and `csrf()` for its forms, `csrf_token()` for its scripts."""
    visit = visit_of(request)

    def csrf_token() -> str:
        return "" if visit is None else csrf.masked(visit.forms_secret())

    def field() -> Markup:
        return Markup('<input type="hidden" name="{}" value="{}">').format(csrf.FIELD, csrf_token())

    return {"who": None if visit is None else visit.who, "csrf": field, "csrf_token": csrf_token}

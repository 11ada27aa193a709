"""The wiring of access: the gate that every request passes, its doorkeeper, and the pages of coming in."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from litestar.types import ControllerRouterHandler
from markupsafe import Markup

from lianxin.access import csrf
from lianxin.access.browsers import browser_name
from lianxin.access.doorkeeper import let_pass
from lianxin.access.doors import Doors
from lianxin.access.factor_pages import FactorPages, app_routes, fewer_routes, passkey_making_routes
from lianxin.access.gate import Gate
from lianxin.access.lock_pages import awake_routes, lock_routes
from lianxin.access.me_pages import me_page, me_routes, own_session_routes
from lianxin.access.pages import DoorPage, demo_routes, leaving_routes, login_routes
from lianxin.access.passkey_pages import passkey_routes
from lianxin.access.refusals import gate_refusals
from lianxin.access.service import Access, make_access
from lianxin.access.sessions import ACCESS_CHANNEL
from lianxin.access.sign_on_pages import sign_on_routes
from lianxin.access.step_pages import password_routes, second_routes
from lianxin.access.token_pages import token_routes
from lianxin.access.visit import visit_of
from lianxin.ground.web.paper import AnyRequest
from lianxin.ground.web.wiring import Wiring
from lianxin.people.rights import RIGHTS_CHANNEL

TERMS: Mapping[str, Any] = {"browser_name": browser_name}


def offer(wiring: Wiring) -> None:
    """Offer `Access`, and hang the gate and its doorkeeper on every request."""
    access = make_access(wiring.pool, wiring.clock, wiring.site.home, wiring.site.settings)
    for channel in (ACCESS_CHANNEL, RIGHTS_CHANNEL):
        wiring.hearing.on(channel, access.forget)
        wiring.hearing.on(channel, wiring.live.look)
    wiring.still_in = access.still_in
    wiring.middleware.append(Gate(access.sessions, access.tokens))
    wiring.guards.append(let_pass)
    wiring.refusals.update(gate_refusals(wiring.paper))
    wiring.extras.append(values_of(access))
    wiring.offer(access)


def routes(wiring: Wiring) -> Sequence[ControllerRouterHandler]:
    """Return the pages of coming in and going out, and of what belongs to somebody's own login."""
    access, paper = wiring.get(Access), wiring.paper
    doors = Doors(access)
    page = DoorPage(access, wiring.present, paper, trial=wiring.site.settings.web.trial)
    shown, factors = me_page(access, paper), FactorPages(access, doors, paper)
    return [
        *login_routes(doors, page),
        *demo_routes(doors, page),
        *sign_on_routes(access, doors, page),
        *passkey_routes(access, doors),
        *second_routes(access, doors, paper),
        *password_routes(doors, paper),
        *lock_routes(access, doors, paper),
        *awake_routes(access),
        *me_routes(access, doors, shown),
        *own_session_routes(access),
        *app_routes(factors),
        *fewer_routes(factors),
        *passkey_making_routes(factors),
        *token_routes(access, shown, paper),
        *leaving_routes(access),
    ]


def values_of(access: Access) -> Callable[[AnyRequest], Mapping[str, Any]]:
    """Return what gives every page `who` asks, `csrf()` for its forms, and what its scripts need."""

    def values(request: AnyRequest) -> Mapping[str, Any]:
        visit = visit_of(request)

        @cache
        def csrf_token() -> str:
            return "" if visit is None else csrf.masked(visit.forms_secret())

        def field() -> Markup:
            return Markup('<input type="hidden" name="{}" value="{}">').format(csrf.FIELD, csrf_token())

        return {
            "who": None if visit is None else visit.who,
            "csrf": field,
            "csrf_token": csrf_token,
            "idle_s": access.sessions.policy.idle_ms // 1000,
            "demo_session": visit is not None and visit.session is not None and visit.session.method == "demo",
        }

    return values

"""The wiring of the rule administrator's desk."""

from collections.abc import Sequence

from litestar.types import ControllerRouterHandler

from lianxin.desks.rulebook.pages import ROLES, rulebook_routes
from lianxin.desks.rulebook.refusing import none_in_force
from lianxin.ground.web import marked
from lianxin.ground.web.wiring import Tab, Wiring
from lianxin.rules import NoneInForce
from lianxin.rules.service import RuleBook

NAV = (Tab("/rules", marked("Rules"), "seal", ROLES),)


def offer(wiring: Wiring) -> None:
    """Answer who wants something taken in while no rules are in force."""
    wiring.refusals[NoneInForce] = none_in_force(wiring.paper)


def routes(wiring: Wiring) -> Sequence[ControllerRouterHandler]:
    """Return the pages of the desk."""
    return rulebook_routes(RuleBook(wiring.pool), wiring.present, wiring.paper)

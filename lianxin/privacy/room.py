"""The wiring of privacy: the access log, the box of the person, the search by number, the auditor's page."""

from collections.abc import Sequence
from typing import Any, Final

from litestar.types import ControllerRouterHandler

from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.web.language import marked
from lianxin.ground.web.wiring import Tab, Wiring
from lianxin.people.identities import Identities
from lianxin.people.keys import load_house_keys
from lianxin.people.rights import Rights
from lianxin.privacy import pages
from lianxin.privacy.apart import KeptApart
from lianxin.privacy.audit_pages import ABOUT_WORDS, WHAT_WORDS, audit_routes
from lianxin.privacy.looks import Looks
from lianxin.privacy.pages import reveal_routes, search_routes
from lianxin.privacy.refusing import privacy_refusals
from lianxin.privacy.reveals import Reveals
from lianxin.privacy.searching import SEARCHERS, PeopleSearch
from lianxin.privacy.whence import Marks, Whence

TERMS: Final[dict[str, Any]] = {**pages.TERMS, "look_words": WHAT_WORDS, "look_about": ABOUT_WORDS}
NAV: Final = (
    Tab("/people/search", marked("By number"), "search", frozenset(SEARCHERS), rank=95),
    Tab("/audit/looks", marked("Access log"), "seal", frozenset({"auditadmin"})),
)


def offer(wiring: Wiring) -> None:
    """Offer `Looks`, `Reveals`, `PeopleSearch`, and `KeptApart`, the store through which a site writes orders."""
    looks = Looks(wiring.pool, wiring.site.home, Marks(load_house_keys(wiring.site.home).looks))
    both = wiring.get(Identities)
    wiring.middleware.append(Whence())
    wiring.lifespan.append(looks.running)
    wiring.refusals.update(privacy_refusals(wiring.paper))
    wiring.offer(looks)
    wiring.offer(KeptApart(PostgresLedger(wiring.pool), wiring.pool, both))
    wiring.offer(Reveals(wiring.pool, both, looks, wiring.clock))
    wiring.offer(PeopleSearch(wiring.pool, both, looks))


def routes(wiring: Wiring) -> Sequence[ControllerRouterHandler]:
    """Return the pages of privacy."""
    present, paper = wiring.present, wiring.paper
    return [
        *reveal_routes(wiring.get(Reveals), present, paper),
        *search_routes(wiring.get(PeopleSearch), present, paper),
        *audit_routes(wiring.pool, wiring.get(Looks), wiring.get(Rights), present, paper),
    ]

"""`/audit/…`: the audit administrator reads who tried to come in, and what was done to logins; and changes nothing."""

from typing import Any, Final

from litestar import Response, get
from litestar.types import ControllerRouterHandler

from lianxin.access.acts import ACT_WORDS
from lianxin.access.attempts import KIND_WORDS, OUTCOME_WORDS
from lianxin.access.service import Access
from lianxin.desks.system.listing import Listing
from lianxin.ground.web import Paper
from lianxin.ground.web.paper import AnyRequest

ONLY: Final = {"roles": ("auditadmin",)}
PAGE: Final = 100


def audit_routes(access: Access, paper: Paper) -> list[ControllerRouterHandler]:
    """Return `/audit/attempts` and `/audit/logins`."""

    @get("/audit/attempts", opt=ONLY)
    async def attempts(request: AnyRequest) -> Response[str]:
        listing = Listing.of(request, PAGE, "outcome")
        outcome = listing.further.get("outcome", "")
        outcome = outcome if outcome in OUTCOME_WORDS else ""
        lines = await access.attempts.lines(PAGE + 1, listing.before, listing.words or None, outcome or None)
        values: dict[str, Any] = {
            "listing": listing,
            "lines": listing.shown(lines),
            "outcome": outcome,
            "kind_words": KIND_WORDS,
            "outcome_words": OUTCOME_WORDS,
            "now": access.clock.now(),
        }
        return paper.page(request, "desks.system/attempts.html", **values)

    @get("/audit/logins", opt=ONLY)
    async def logins(request: AnyRequest) -> Response[str]:
        listing = Listing.of(request, PAGE)
        lines = await access.acts.lines(PAGE + 1, listing.before, listing.words or None)
        values: dict[str, Any] = {
            "listing": listing,
            "lines": listing.shown(lines),
            "act_words": ACT_WORDS,
            "now": access.clock.now(),
        }
        return paper.page(request, "desks.system/logins.html", **values)

    return [attempts, logins]

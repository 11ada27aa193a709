"""The wiring of the three administrators' pages."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar.types import ControllerRouterHandler

from lianxin.access.acts import ACT_WORDS
from lianxin.access.service import Access
from lianxin.desks.system.accounts_pages import (
    AccountPages,
    making_routes,
    reading_routes,
    resetting_routes,
    roll_routes,
)
from lianxin.desks.system.audit_pages import audit_routes
from lianxin.desks.system.keeping import Keeping
from lianxin.desks.system.security_pages import roles_routes, sessions_routes
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.web import marked
from lianxin.ground.web.wiring import Tab, Wiring
from lianxin.people.rights import Rights
from lianxin.personnel import Personnel, orders_in_postgres
from lianxin.rules.adopted import AdoptedRules

TERMS: Mapping[str, Any] = {"act_words": ACT_WORDS}
_SYSTEM, _SECURITY, _AUDIT = frozenset({"sysadmin"}), frozenset({"secadmin"}), frozenset({"auditadmin"})
NAV = (
    Tab("/system/accounts", marked("Accounts"), "people", _SYSTEM),
    Tab("/security/roles", marked("Roles"), "people", _SECURITY),
    Tab("/security/sessions", marked("Sessions and tokens"), "lock", _SECURITY),
    Tab("/audit/attempts", marked("Login attempts"), "search", _AUDIT),
    Tab("/audit/logins", marked("Changes to logins"), "lock", _AUDIT),
)


def routes(wiring: Wiring) -> Sequence[ControllerRouterHandler]:
    """Return the pages of the three administrators."""
    access, paper = wiring.get(Access), wiring.paper
    personnel = Personnel(
        PostgresLedger(wiring.pool), orders_in_postgres(wiring.pool), wiring.get(AdoptedRules), wiring.get(Rights)
    )
    keeping = Keeping(personnel, access, wiring.now)
    pages = AccountPages(access, keeping, paper)
    return [
        *reading_routes(pages),
        *making_routes(pages),
        *resetting_routes(pages),
        *roll_routes(pages),
        *roles_routes(access, keeping, paper),
        *sessions_routes(access, paper),
        *audit_routes(access, paper),
    ]

"""Nobody is shown what is not theirs: every address of the site as every role, against the oracle.

An address that is not in `WALK` fails the test: whoever adds one says here what it may show.
"""

import re
from collections.abc import AsyncIterator, Iterable
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg
import httpx
import pytest
from made import oracle
from made.entry import entered, outside
from made.leaky_city import LeakyCity, leaky_city
from made.site import open_site

from lianxin.ground.store import Database
from lianxin.orders.acting import ON_THE_PAGE
from lianxin.orders.forms import FORMS
from lianxin.people import ROLES, load_staff

ABOUT_ORDERS = "about orders"
"""Shows orders: only those that the reader may see."""
NO_ORDERS = "no orders"
"""Shows no order to anybody."""
STREAM = "stream"
"""Never ends and says only that something moved: not asked here."""
NUMBERS = "numbers"
"""Who looked at which order: the auditor reads its number, and nothing of what is in it."""

WALK: dict[str, str] = {
    **dict.fromkeys(
        (
            "/orders",
            "/orders/{number}",
            "/book",
            "/book/now",
            "/desk",
            "/analysis",
            "/analysis/report.csv",
            "/analysis/orders",
            "/quality",
            "/quality/mine",
            "/quality/draw",
            "/quality/ask",
            "/quality/{sample_id}",
            "/quality/{sample_id}/score",
            "/quality/{sample_id}/appeal",
            "/quality/{sample_id}/answer",
            "/quality/{sample_id}/decide",
            "/dispatch/seen",
            "/orders/holders",
            "/dispatch/seen",
            "/orders/holders",
            "/orders/{number}/actions",
            "/orders/{number}/attachments",
            "/orders/{number}/do/{step}",
            "/orders/{number}/person",
            "/orders/{number}/reveal",
            "/orders/{number}/words",
            "/attachments/{attachment}",
            "/attachments/{attachment}/small",
            "/drafts",
            "/drafts/{subject}/{form}",
            "/drafts/{subject}/{form}/discard",
            "/people/search",
            "/intake/new",
            *(f"/intake/{{number}}{more}" for more in ("", "/caller", "/end", "/join", "/order", "/outcome", "/take")),
            "/silent",
            "/silent/{number}/wake",
            "/webhooks",
            "/webhooks/{hook_id}",
            "/webhooks/{hook_id}/deliveries/{delivery_id}/again",
            "/webhooks/{hook_id}/{what}",
            "/api/v1/attachments/{attachment}",
            "/api/v1/contacts",
            "/api/v1/contacts/{number}",
            "/api/v1/orders/{number}/attachments",
            *(
                f"/api/v1/orders/{{number}}/commands/{slug}"
                for slug, form in FORMS.items()
                if form.given <= ON_THE_PAGE
            ),
            "/api/v1/orders",
            "/api/v1/orders/{number}",
            "/api/v1/orders/{number}/entries",
            "/api/v1/orders/{number}/promises",
            "/api/v1/orders/{number}/receipt",
            "/api/v1/promises",
            *(
                f"/{desk}{more}"
                for desk, more in product(
                    (
                        "intake",
                        "review",
                        "dispatch",
                        "unit",
                        "objections",
                        "supervision",
                        "followup",
                        "county",
                        "leader",
                        "duty",
                    ),
                    ("", "/rows"),
                )
            ),
        ),
        ABOUT_ORDERS,
    ),
    **dict.fromkeys(
        (
            "/",
            "/login",
            "/login/demo",
            "/logout",
            "/new",
            "/new/you",
            "/new/check",
            "/new/done",
            "/new/receipt",
            "/new/receipt.json",
            "/follow",
            "/follow/leave",
            "/follow/verify",
            "/follow/lost",
            "/follow/add",
            "/follow/withdraw",
            "/follow/file",
            "/follow/file/{n}",
            "/follow/rate",
            "/follow/reopen",
            "/audit/attempts",
            "/audit/logins",
            "/gateway/sms",
            "/knowledge",
            "/knowledge/ask",
            "/knowledge/new",
            "/knowledge/public",
            "/knowledge/review",
            "/knowledge/search",
            "/knowledge/tasks",
            "/knowledge/{name}",
            "/knowledge/{name}/do/{what}",
            "/knowledge/{name}/edit",
            "/lock",
            "/login/enrol",
            "/login/oidc",
            "/login/oidc/back",
            "/login/passkey",
            "/login/passkey/ask",
            "/login/password",
            "/login/second",
            "/me",
            "/me/factors",
            "/me/factors/remove",
            "/me/passkeys",
            "/me/passkeys/ask",
            "/me/passkeys/{credential}/remove",
            "/me/password",
            "/me/recovery",
            "/me/sessions/end",
            "/me/sessions/{session_id}/end",
            "/me/tokens",
            "/me/tokens/{token_id}/revoke",
            "/security/roles",
            "/security/roles/{number}",
            "/security/sessions",
            "/security/sessions/{session_id}/end",
            "/security/tokens/{token_id}/revoke",
            "/session",
            "/session/awake",
            "/system/accounts",
            *(
                f"/system/accounts/{{number}}{more}"
                for more in ("", "/again", "/close", "/deputy", "/leave", "/password", "/place", "/second")
            ),
            "/unlock",
            "/unlock/passkey",
            "/rules",
            "/rules/text/{ref}",
            "/rules/propose",
            "/rules/draft/{draft_id}",
            "/rules/draft/{draft_id}/agree",
            "/rules/draft/{draft_id}/refuse",
            "/api/v1/openapi.json",
            "/api/v1/me",
            "/api/v1/audit/summary",
            "/api/v1/receipts/verify",
            "/healthz",
            "/readyz",
            "/metrics",
            "/wall",
        ),
        NO_ORDERS,
    ),
    **dict.fromkeys(("/audit/looks", "/audit/looks/export"), NUMBERS),
    "/events": STREAM,
}
QUERIES: dict[str, tuple[str, ...]] = {
    "/orders": ("", "?q=独一无二", "?holder=tray:review", "?holder=unit:zjj", "?holder=unit:cgj", "?q={number}"),
    "/api/v1/orders": ("", "?text=独一无二", "?state=in_progress", "?unit=zjj", "?holder=unit:cgj"),
    "/api/v1/contacts": ("", "?limit=200&channel=call", "?limit=200&disposition=opened", "?disposition=pending"),
    **{f"/{desk}": ("", "?tray=") for desk in ("review",)},
}
_ACCEPTED = {"Accept": "application/json"}
REFUSED = (400, 401, 403, 404, 405, 415)
EXACT = ("/orders/{number}", "/orders/{number}/words", "/api/v1/orders/{number}", "/api/v1/orders/{number}/entries")
"""Answered to everybody who may see the order, and to nobody else."""
NOBODYS = "00000000-0000-4000-8000-000000000000"
FILLED = {
    **dict.fromkeys(("sample_id", "draft_id", "attachment", "hook_id", "delivery_id"), NOBODYS),
    **dict.fromkeys(("session_id", "token_id"), NOBODYS),
    "ref": "sd-binzhou@2026.1",
    "n": "1",
    "step": "note",
    "subject": "contact-1",
    "form": "submit",
    "name": "K1",
    "what": "report",
    "credential": "x",
}
"""What stands in an address in place of a parameter that is no order."""
ABOUT_PEOPLE = ("/system/", "/security/")
"""Here a number is somebody's work number."""


class Route(NamedTuple):
    """An address of the site and the methods it answers to."""

    path: str
    methods: frozenset[str]


def routes_of(app: Any) -> list[Route]:
    """Every address of the site, but the files that are the same for everybody."""
    found: dict[str, set[str]] = {}
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            found.setdefault(route.path_format, set()).update(handler.http_methods)
    return [
        Route(path, frozenset(methods - {"OPTIONS", "HEAD"}))
        for path, methods in sorted(found.items())
        if not path.startswith("/static/")
    ]


def readers() -> dict[str, str]:
    """One person for each role, who took no part in any of the orders, and officers of the units in play."""
    staff = load_staff()
    people = {role: staff.by_role(role)[-1].id for role in ROLES if staff.by_role(role)}
    return {**people, **{f"of {unit}": f"{unit}:contact" for unit in ("zjj", "cgj", "bc", "bc-zjj")}}


@pytest.fixture
async def city(pool: "asyncpg.Pool[asyncpg.Record]") -> LeakyCity:
    """The city in which nobody may see everything."""
    return await leaky_city(pool)


@pytest.fixture
async def site(database: Database, pool: Any, tmp_path: Path, city: LeakyCity) -> AsyncIterator[Any]:
    """Its site."""
    assert city
    async with open_site(pool, database.app_url, tmp_path) as opened:
        yield opened


def test_the_oracle_lets_nobody_see_everything_and_everybody_at_their_place_something(city: LeakyCity) -> None:
    seen = {who: city.seen_by(number) for who, number in readers().items()}
    for who, number in readers().items():
        if oracle.SEES_SECRET_ALWAYS.isdisjoint(city.people[number]["roles"]):
            assert len(seen[who]) < len(city.orders), who
    for who in ("sysadmin", "secadmin", "auditadmin", "kb_editor", "rule_admin"):
        assert seen[who] == set(), who
    for who in ("of zjj", "of cgj", "of bc", "media_editor", "agent", "reviewer"):
        assert seen[who], who


def test_every_address_is_walked(site: Any) -> None:
    unknown = [route.path for route in routes_of(site) if route.path not in WALK]
    assert unknown == [], "say in WALK what these may show"
    gone = set(WALK) - {route.path for route in routes_of(site)}
    assert gone == set(), "these are no addresses of the site any more"


async def test_no_page_list_search_export_or_call_shows_what_is_not_the_readers(
    site: Any, pool: Any, city: LeakyCity
) -> None:
    leaks: list[str] = []
    for who, number in readers().items():
        async with await entered(site, pool, number) as client:
            leaks += [f"{who}: {leak}" async for leak in _walked(client, site, city, number)]
    assert leaks == []


async def test_a_stranger_is_shown_nothing(site: Any, city: LeakyCity) -> None:
    async with outside(site) as client:
        assert [leak async for leak in _walked(client, site, city, "nobody")] == []


async def test_what_one_may_not_see_one_cannot_change_either(site: Any, pool: Any, city: LeakyCity) -> None:
    before = await pool.fetchval("SELECT count(*) FROM entries")
    wrong = []
    for who, reader in readers().items():
        hidden = sorted(set(city.orders) - city.seen_by(reader))
        async with await entered(site, pool, reader) as client:
            for route in routes_of(site):
                about_an_order = "{number}" in route.path and not route.path.startswith(ABOUT_PEOPLE)
                for method in sorted(route.methods - {"GET"}):
                    for path in _paths(route.path, hidden[:1]) if about_an_order else ():
                        answer = await client.request(method, path, data={"next": "/"})
                        if answer.status_code not in REFUSED:
                            wrong.append(f"{who} {method} {path}: {answer.status_code}")
    assert wrong == []
    assert await pool.fetchval("SELECT count(*) FROM entries") == before


async def _walked(client: httpx.AsyncClient, site: Any, city: LeakyCity, reader: str) -> AsyncIterator[str]:
    """Yield what somebody is shown that they may not see, or not shown that they may."""
    allowed = city.seen_by(reader)
    for route in routes_of(site):
        if "GET" not in route.methods or WALK.get(route.path) == STREAM:
            continue
        some = [*sorted(set(city.orders) - allowed)[:3], *sorted(allowed)[:2]]
        for path in _paths(route.path, city.orders if route.path in EXACT else some):
            asked = set(re.findall(r"20260309-\d{6}", path))
            answer = await client.get(path, headers=_ACCEPTED if path.startswith("/api/") else {})
            if answer.status_code >= 500:
                yield f"{path}: {answer.status_code}"
            kind = WALK.get(route.path)
            text = _without(answer.text, set(city.orders) if kind == NUMBERS else asked)
            if shown := city.shown_in(text) - (allowed if kind == ABOUT_ORDERS else set()):
                yield f"{path} shows {sorted(shown)}"
            if route.path in EXACT and (answer.status_code == 200) != (asked <= allowed):
                yield f"{path} answers {answer.status_code}"


def _paths(template: str, numbers: Iterable[str]) -> list[str]:
    """The addresses of a template, with each order and each query."""
    if template.startswith(ABOUT_PEOPLE):
        template = template.replace("{number}", "1001")
    filled = re.sub(r"\{(\w+)\}", lambda name: name[0] if name[1] == "number" else FILLED[name[1]], template)
    bases = [filled.replace("{number}", number) for number in numbers] if "{number}" in filled else [filled]
    first = next(iter(numbers), "")
    return [base + query.replace("{number}", first) for base in bases for query in QUERIES.get(template, ("",))]


def _without(text: str, asked: set[str]) -> str:
    """The text without the numbers that the reader named: to be told one's own question gives nothing away."""
    for number in asked:
        text = text.replace(number, "")
    return text

"""The interface keeps to its own description, whatever is sent: no fault, no answer that is not described.

Schemathesis makes requests from the description, fitting and not, and sends them to a served site over a city of its
own; each operation is asked in the name of somebody who may. What it sends follows from a fixed seed.
"""

import asyncio
import json
from collections.abc import Iterator
from typing import Any, NamedTuple
from zlib import crc32

import httpx
import pytest
import schemathesis
from conftest import ALL_SCOPES, played
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from lianxin.access.tokens import Tokens
from lianxin.bench.http_server import served
from lianxin.exchange.api.bodies import API_FORMS
from lianxin.exchange.api.document import document
from lianxin.ground.clock import RealClock
from lianxin.ground.store import Database, EmbeddedServer, open_pool, temporary_database

EXAMPLES = 12
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.missing_required_header,
    checks.unsupported_method,
    checks.ignored_auth,
]
MANAGER = "1023"
HANDS = {
    "agent": "1001",
    "reviewer": "1024",
    "dispatcher": "1026",
    "followup_caller": "1028",
    "objection_reviewer": "2001",
    "supervisor": "2001",
    "unit_contact": "zjj:contact",
    "unit_leader": "zjj:leader",
}
"""Role -> somebody who has it; the duty manager for everything else."""
schema = schemathesis.openapi.from_dict(json.loads(document()))


REAL: dict[str, Any] = {
    "category": "0401",
    "region": "371602",
    "unit": "zjj",
    "units": ["cgj"],
    "taker": "unit:cgj",
    "staff": "staff:1026",
    "part": 1,
    "instruction": 1,
    "moment": "2026-03-27T10:00:00+08:00",
}
"""Kind of a field -> what somebody who knows the house would send; the description can only say that it is a text."""


class Site(NamedTuple):
    """A served site.

    tokens  person -> token
    seen    person -> numbers of orders that they see
    ready   step -> numbers of orders on which its hand may take it, when the site was opened
    """

    url: str
    tokens: dict[str, str]
    seen: dict[str, list[str]]
    ready: dict[str, list[str]]


@pytest.fixture(scope="module")
def site(database_server: EmbeddedServer) -> Iterator[Site]:
    """`lianxin web` over a city of its own, in a process of its own."""
    with temporary_database(database_server, template=True) as database:
        tokens = asyncio.run(_filled(database))
        with served(database.app_url, 1, LIANXIN_WEB_TRIAL="true") as port:
            yield _looked_at(f"http://localhost:{port}", tokens)


async def _filled(database: Database) -> dict[str, str]:
    await played(database)
    pool = await open_pool(database.app_url)
    try:
        tokens = Tokens(pool, RealClock())
        return {who: (await tokens.make(who, "a test", ALL_SCOPES, 1))[0] for who in {*HANDS.values(), MANAGER}}
    finally:
        await pool.close()


def _looked_at(url: str, tokens: dict[str, str]) -> Site:
    site = Site(url, tokens, {}, {})
    for who in sorted(tokens):
        headers = {"Authorization": f"Bearer {tokens[who]}"}
        with httpx.Client(base_url=f"{url}/api/v1", headers=headers) as client:
            lines = client.get("/orders", params={"open": False, "limit": 200}).json()["items"]
            site.seen[who] = [line["number"] for line in lines]
            for number in site.seen[who]:
                for step in client.get(f"/orders/{number}").json()["allowed"]:
                    if hand_of(step) == who:
                        site.ready.setdefault(step, []).append(number)
    return site


def hand_of(step: str) -> str:
    """Who takes this step."""
    return next((HANDS[role] for role in API_FORMS[step].step.who if role in HANDS), MANAGER)


def step_of(path: str) -> str | None:
    """The step that this path is of."""
    slug = path.rpartition("/")[2]
    return slug if "/commands/" in path else None


def hand_for(path: str) -> str:
    """Who may take the step of this path, or read everything else."""
    step = step_of(path)
    if step is not None:
        return hand_of(step)
    return HANDS["agent"] if path.endswith("/contacts") else MANAGER


def led_somewhere(case: schemathesis.Case, site: Site) -> None:
    """Let a fitting request be about something that is there: an id that is only well written leads nowhere.

    What is chosen follows from the request; every other one means the order in whichever version it is.
    """
    chosen = crc32(repr((case.path_parameters, case.query, case.body)).encode())
    step = step_of(case.path)
    numbers = site.ready.get(step or "") or site.seen[hand_for(case.path)]
    if "number" in case.path_parameters:
        case.path_parameters["number"] = numbers[chosen % len(numbers)]
    if step is None or not isinstance(case.body, dict):
        return
    if chosen % 2:
        case.headers.pop("If-Match", None)
    for field in API_FORMS[step].fields:
        if case.body.get(field.name) is not None and field.kind in REAL:
            case.body[field.name] = REAL[field.kind]
        elif field.kind in ("order", "contact", "citizen") and field.name in case.body:
            case.body[field.name] = numbers[chosen // 2 % len(numbers)]


def test_there_is_something_to_be_done_for_those_who_ask(site):
    assert {"reply", "record-followup", "ask-extension", "register-long-run", "reopen"} <= site.ready.keys()
    assert all(site.seen.values())


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],  # explicit: every limit of the description, one by one
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_one_that_is_described(case, site):
    if case.meta.generation.mode.is_positive:
        led_somewhere(case, site)
    headers = {"Authorization": f"Bearer {site.tokens[hand_for(case.path)]}"}
    case.call_and_validate(base_url=site.url, headers=headers, checks=CHECKS)

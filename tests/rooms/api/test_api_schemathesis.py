"""The interface keeps to its own description, whatever is sent: no fault, no answer that is not described.

Schemathesis makes requests from the description, fitting and not, and sends them to a served site over a city of its
own; each operation is asked in the name of somebody who may. What it sends follows from a fixed seed.
"""

import asyncio
import json
from collections.abc import Iterator
from typing import NamedTuple

import psycopg
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


class Site(NamedTuple):
    """A served site: its address, a token for each person, numbers of its orders."""

    url: str
    tokens: dict[str, str]
    numbers: list[str]


@pytest.fixture(scope="module")
def site(database_server: EmbeddedServer) -> Iterator[Site]:
    """`lianxin web` over a city of its own, in a process of its own."""
    with temporary_database(database_server, template=True) as database:
        tokens = asyncio.run(_filled(database))
        with psycopg.connect(database.app_url) as connection:
            rows = connection.execute("SELECT number FROM orders ORDER BY md5(number) LIMIT 40").fetchall()
        with served(database.app_url, 1, LIANXIN_WEB_TRIAL="true") as port:
            yield Site(f"http://localhost:{port}", tokens, [row[0] for row in rows])


async def _filled(database: Database) -> dict[str, str]:
    await played(database)
    pool = await open_pool(database.app_url)
    try:
        tokens = Tokens(pool, RealClock())
        return {who: (await tokens.make(who, "a test", ALL_SCOPES, 1))[0] for who in {*HANDS.values(), MANAGER}}
    finally:
        await pool.close()


def hand_for(path: str) -> str:
    """Who may take the step of this path, or read everything else."""
    form = API_FORMS.get(path.rpartition("/")[2])
    roles = () if form is None else form.step.who
    if path.endswith("/contacts"):
        roles = ("agent",)
    return next((HANDS[role] for role in roles if role in HANDS), MANAGER)


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_one_that_is_described(case, site):
    if "number" in case.path_parameters and case.meta.generation.mode.is_positive:
        # A number that the description allows and nobody has leads nowhere; most requests should lead somewhere.
        chosen = sum(map(ord, repr(case.body))) + len(repr(case.headers))
        case.path_parameters["number"] = site.numbers[chosen % len(site.numbers)]
    headers = {"Authorization": f"Bearer {site.tokens[hand_for(case.path)]}"}
    case.call_and_validate(base_url=site.url, headers=headers, checks=CHECKS)

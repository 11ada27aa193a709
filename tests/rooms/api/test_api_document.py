"""The description of the interface: valid, complete, and the one that lies in the manual."""

import json

import jsonschema_rs
import pytest
import typer
from typer.testing import CliRunner

from lianxin.exchange import commands
from lianxin.exchange.api.bodies import API_FORMS
from lianxin.exchange.api.document import document
from lianxin.ground.web.problem import KINDS

TOLD = json.loads(document())
OPERATIONS = [(path, method, one) for path, methods in TOLD["paths"].items() for method, one in methods.items()]


@pytest.mark.asyncio(loop_scope="session")
async def test_the_site_serves_it_to_everybody(reading_site):
    import httpx

    transport = httpx.ASGITransport(app=reading_site)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:12345") as client:
        answer = await client.get("/api/v1/openapi.json")
    assert (answer.status_code, answer.content) == (200, document())


def test_every_schema_is_one():
    for name, schema in TOLD["components"]["schemas"].items():
        jsonschema_rs.meta.validate({**schema, "$defs": {}, "$schema": "https://json-schema.org/draft/2020-12/schema"})
        assert schema["type"] == "object", name


@pytest.mark.parametrize("path, method, operation", OPERATIONS, ids=[f"{one[1]} {one[0]}" for one in OPERATIONS])
def test_every_operation_says_what_it_needs_and_what_it_may_answer(path, method, operation):
    assert operation["summary"] and operation["operationId"] and operation["tags"]
    assert {"401", "403", "422", "429", "500", "503"} <= operation["responses"].keys()
    assert [one for one in operation["responses"] if one.startswith("2")]
    if method == "post":
        assert operation["security"] and all("session" not in way for way in operation["security"])
        assert {"413", "415"} <= operation["responses"].keys()
    names = {parameter["name"] for parameter in operation.get("parameters", ())}
    assert all(f"{{{name}}}" in path for name in names if name in ("number", "attachment"))
    assert ("Idempotency-Key" in names) == (method == "post" and not path.endswith("/verify"))


def test_every_form_of_the_house_that_needs_only_the_order_is_a_step():
    paths = {path for path, _, _ in OPERATIONS}
    assert {f"/api/v1/orders/{{number}}/commands/{slug}" for slug in API_FORMS} <= paths
    assert {"sign", "reply", "approve", "dispatch", "record-followup"} <= API_FORMS.keys()


def test_every_problem_that_is_referred_to_is_described():
    text = document().decode()
    for status in KINDS:
        if f"#/components/responses/Problem{status}" in text:
            assert f"Problem{status}" in TOLD["components"]["responses"]


def test_bodies_take_no_field_that_they_do_not_know():
    schemas = TOLD["components"]["schemas"]
    bodies = ["ContactIn", "CitizenIn", "Receipt", "ReplyStep", "SendBackStep", "SendBackStepRemarks"]
    assert [name for name in bodies if schemas[name].get("additionalProperties") is not False] == []


def test_the_command_writes_it_and_says_when_it_cannot(tmp_path):
    app = typer.Typer()
    commands.register(app)
    assert CliRunner().invoke(app, ["api", "openapi"]).stdout.encode() == document()
    assert CliRunner().invoke(app, ["api", "openapi", "--file", str(tmp_path / "told.json")]).exit_code == 0
    assert (tmp_path / "told.json").read_bytes() == document()
    refused = CliRunner().invoke(app, ["api", "openapi", "--file", str(tmp_path / "no" / "told.json")])
    assert refused.exit_code == 2 and "Nothing was changed" in refused.stderr

"""Every request that docs/api.md shows is made against a site, in its order, and answered as the page says."""

import json
import re
import shlex
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import ALL_SCOPES
from made.entry import HERE
from PIL import Image

from lianxin.access.tokens import Tokens
from lianxin.exchange.api.bodies import API_FORMS
from lianxin.exchange.api.document import document
from lianxin.ground.clock import RealClock

pytestmark = pytest.mark.asyncio(loop_scope="session")
PAGE = (Path(__file__).parents[3] / "docs/api.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```sh\n(.+?)```\n```json\n(.+?)```", PAGE, re.DOTALL)
PEOPLE = {"TOKEN": "zjj:contact", "PROVINCE": "1001", "MANAGER": "1023"}
TOLD = ("state", "status", "type", "code", "channel", "disposition", "stage", "purpose", "media", "acts_as", "kind")
"""What a program looks at, and so must stand on the page as it is answered."""


def request_of(command: str, known: dict[str, str]) -> httpx.Request:
    """The request that curl makes of a command."""
    words = iter(shlex.split(re.sub(r"\$([A-Z]+)", lambda name: known[name[1]], command.replace("\\\n", ""))))
    assert next(words) == "curl"
    method, url, headers, body, files, fields = "", "", {}, None, {}, {}
    for word in words:
        if word == "-X":
            method = next(words)
        elif word == "-H":
            name, _, value = next(words).partition(": ")
            headers[name] = value
        elif word == "-d":
            body = next(words).encode()
        elif word == "-F":
            name, _, value = next(words).partition("=")
            if value.startswith("@"):
                files[name] = (value[1:], picture())
            else:
                fields[name] = value
        elif word != "-i":
            assert not url, word
            url = word
    method = method or ("POST" if files else "GET")
    return httpx.Request(method, url, headers=headers, content=body, files=files or None, data=fields or None)


def picture() -> bytes:
    made = BytesIO()
    Image.new("RGB", (40, 30), "green").save(made, "PNG")
    return made.getvalue()


def fits(shown: Any, told: Any, place: str = "") -> None:
    """What the page shows is in the answer, of its type; what programs look at is the same."""
    if isinstance(shown, dict):
        assert isinstance(told, dict), place
        assert shown.keys() <= told.keys(), (place, shown.keys() - told.keys())
        for name, value in shown.items():
            fits(value, told[name], f"{place}/{name}")
            assert name not in TOLD or isinstance(value, dict | list) or value == told[name], (place, name, told[name])
    elif isinstance(shown, list):
        assert isinstance(told, list) and (told or not shown), place
        if shown and isinstance(shown[0], dict):
            named = [name for name in ("seq", "kind") if name in shown[0]]
            told = [line for line in told if all(line[name] == shown[0][name] for name in named)]
            assert told, (place, shown[0])
            fits(shown[0], told[0], f"{place}/0")
        else:
            assert set(shown) <= set(told), (place, told)
    elif shown is not None and told is not None:
        assert type(shown) is type(told), (place, told)


async def test_the_requests_of_the_page_are_answered_as_it_says(site, books, hotline):
    number = await hotline.dispatched("zjj")
    known = {"HOTLINE": HERE, "NUMBER": number}
    for name, who in PEOPLE.items():
        known[name], _ = await Tokens(books, RealClock()).make(who, "the page", ALL_SCOPES, 1)
    transport = httpx.ASGITransport(app=site, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=HERE) as client:
        for command, shown in EXAMPLES:
            answer = await client.send(request_of(command, known))
            told, expected = answer.json(), json.loads(shown)
            assert answer.status_code == expected.get("status", answer.status_code), (command, answer.text)
            assert "status" in expected or answer.is_success, (command, answer.text)
            fits(expected, told)
            known["ETAG"] = json.dumps(answer.headers.get("etag", ""))[1:-1] or known.get("ETAG", "")
            if "/contacts" in command and "received" in told:
                known["CONTACT"] = told["number"]
    assert await books.fetchval("SELECT state FROM orders WHERE number = $1", number) == "replied"
    assert len(EXAMPLES) == PAGE.count("curl ")


async def test_what_the_page_names_is_what_the_description_has():
    described = json.loads(document())
    filters = set(re.findall(r"^\| `(\w+)=", PAGE, re.MULTILINE))
    parameters = {one["name"] for one in described["paths"]["/api/v1/orders"]["get"]["parameters"]}
    assert filters == parameters - {"after", "limit"}
    of_contacts = {one["name"] for one in described["paths"]["/api/v1/contacts"]["get"]["parameters"]}
    assert all(f"`{name}`" in PAGE.partition("## What came in")[2] for name in of_contacts - {"after", "limit"})
    steps = set(re.findall(r"`([a-z-]+)`", PAGE.partition("A unit's are")[2].partition("\n\n")[0]))
    assert steps == {slug for slug, form in API_FORMS.items() if {"unit_contact", "unit_leader"} & set(form.step.who)}
    channels = described["components"]["schemas"]["ContactIn"]["properties"]["channel"]["enum"]
    assert all(f"`{channel}`" in PAGE for channel in channels)

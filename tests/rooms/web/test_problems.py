"""What a machine reads when its request is refused, whoever refused it (RFC 9457)."""

import asyncpg
import pytest
from litestar import get, post
from litestar.params import FromPath, JSONBody
from litestar.testing import TestClient

from lianxin.ground.site.settings import WebSettings
from lianxin.ground.web import Live, Paper, Shelf, create_app
from lianxin.ground.web.language import preferred
from lianxin.ground.web.problem import KINDS, MEDIA_TYPE


@get("/api/broken")
async def broken() -> None:
    raise ZeroDivisionError("secret words of a citizen")


@get("/api/gone")
async def gone() -> None:
    raise asyncpg.InterfaceError("closed")


@get("/api/number/{n:int}")
async def number(n: FromPath[int]) -> int:
    return n


@post("/api/large", request_max_body_size=10)
async def large(data: JSONBody[list[int]]) -> list[int]:
    return data


@pytest.fixture
def client(tmp_path):
    async def probe() -> str | None:
        return None

    app = create_app(
        [broken, gone, number, large], WebSettings(), paper=Paper({}, Shelf(tmp_path)), live=Live(), probe=probe
    )
    with TestClient(app, base_url="http://127.0.0.1:12345", raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize(
    "method, path, status, kind",
    [
        ("GET", "/api/nowhere", 404, "not-found"),
        ("GET", "/api/number/many", 404, "not-found"),
        ("DELETE", "/api/broken", 405, "method-not-allowed"),
        ("BREW", "/api/broken", 405, "method-not-allowed"),
        ("GET", "/api/broken", 500, "broken"),
        ("GET", "/api/gone", 503, "away"),
    ],
)
def test_every_refusal_below_api_is_a_problem(client, method, path, status, kind):
    answer = client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == MEDIA_TYPE
    told = answer.json()
    assert told["type"] == f"urn:lianxin:problem:{kind}" and told["status"] == status
    assert told["title"] and told["detail"] and told["instance"].startswith("urn:uuid:")
    assert "secret" not in answer.text


def test_what_the_framework_adds_stays(client):
    assert "GET" in client.delete("/api/broken").headers["allow"]
    assert client.get("/api/gone").headers["retry-after"] == "5"


def test_a_body_that_is_too_large_is_refused_as_such(client):
    assert client.post("/api/large", content=b"[" + b"1," * 40 + b"1]").json()["type"].endswith("too-large")


def test_two_answers_have_two_names(client):
    assert client.get("/api/nowhere").json()["instance"] != client.get("/api/nowhere").json()["instance"]


def test_a_problem_speaks_the_language_that_was_asked_for(client):
    chinese = client.get("/api/nowhere")
    english = client.get("/api/nowhere", headers={"Accept-Language": "en-GB,en;q=0.9"})
    assert (chinese.json()["title"], chinese.headers["content-language"]) == ("这里没有内容", "zh-CN")
    assert (english.json()["title"], english.headers["content-language"]) == ("There is nothing here", "en")


def test_outside_of_api_a_reader_sees_a_page(client):
    assert client.get("/nowhere").headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    "header, language",
    [
        ("", "zh"),
        ("en", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("fr,en;q=0.3,zh;q=0.2", "en"),
        ("en;q=0", "zh"),
        ("EN-us", "en"),
        ("en;q=lots", "zh"),
        ("de", "zh"),
        (",;;==,q", "zh"),
        ("en;q=9e999", "zh"),
    ],
)
def test_the_preferred_language(header, language):
    assert preferred(header) == language


def test_no_two_kinds_have_one_name():
    names = [kind for kind, _, _ in KINDS.values()]
    assert len(names) == len(set(names))

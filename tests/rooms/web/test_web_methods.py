"""Every page knows HEAD, and says which methods it has when it is asked by another."""

import asyncio
from itertools import count

import pytest
from litestar import Response, get, post
from litestar.response import Stream
from litestar.testing import TestClient

from lianxin.ground.site.settings import WebSettings
from lianxin.ground.web import Live, Paper, Shelf, create_app

SOON_S = 5.0  # a guard, not a measure


@get("/page")
async def page() -> Response[str]:
    return Response("words", headers={"X-Mine": "1"})


@post("/do")
async def do() -> Response[str]:
    return Response("done")


@get("/endless")
async def endless() -> Stream:
    async def forever():
        for n in count():
            yield f"{n}\n"
            await asyncio.sleep(0)

    return Stream(forever())


@pytest.fixture
def app(tmp_path):
    async def probe() -> str | None:
        return None

    return create_app([page, do, endless], WebSettings(), paper=Paper({}, Shelf(tmp_path)), live=Live(), probe=probe)


@pytest.fixture
def client(app):
    with TestClient(app, base_url="http://localhost:12345") as client:
        yield client


def test_head_is_get_without_its_body(client):
    asked, headed = client.get("/page"), client.head("/page")
    assert (headed.status_code, headed.content) == (200, b"")
    assert headed.headers["content-length"] == asked.headers["content-length"] == "5"
    assert headed.headers["x-mine"] == "1" and "content-security-policy" in headed.headers


def test_head_of_nothing_is_404_without_a_body(client):
    answer = client.head("/nowhere")
    assert (answer.status_code, answer.content) == (404, b"")


@pytest.mark.parametrize(("method", "path", "allowed"), [("DELETE", "/page", "GET"), ("GET", "/do", "POST")])
def test_another_method_is_told_which_there_are(client, method, path, allowed):
    answer = client.request(method, path)
    assert answer.status_code == 405
    assert allowed in answer.headers["allow"].split(", ")
    assert "这个页面" in answer.text or ("这次没有办成" in answer.text and "请返回上一页" in answer.text)


async def test_head_of_an_endless_answer_ends(app):
    sent: list[str] = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message["type"])

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "HEAD",
        "scheme": "http",
        "path": "/endless",
        "raw_path": b"/endless",
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"localhost")],
        "client": ("127.0.0.1", 1),
        "server": ("localhost", 12345),
    }
    async with asyncio.timeout(SOON_S):
        await app(scope, receive, send)
    assert sent == ["http.response.start", "http.response.body"]

"""Behind a proxy: only the proxy is believed about who asks and how, and nothing is done over plain HTTP."""

import ipaddress

import httpx
import pytest
from litestar import Response, get, post

from lianxin.ground.site.settings import WebSettings
from lianxin.ground.web import Live, Paper, Shelf, create_app
from lianxin.ground.web.forwarded import asking
from lianxin.ground.web.paper import AnyRequest

PROXY, STRANGER = "10.0.0.5", "198.51.100.7"
BEHIND = WebSettings(public_url="https://12345.example.gov.cn", behind_proxy=True, proxies=(PROXY, "10.1.0.0/24"))
NETWORKS = (ipaddress.ip_network("10.0.0.5"), ipaddress.ip_network("10.1.0.0/24"))


@get("/who")
async def who(request: AnyRequest) -> Response[str]:
    assert request.client is not None
    return Response(f"{request.scope['scheme']} {request.client.host}")


@post("/do")
async def do() -> Response[str]:
    return Response("done")


def client(tmp_path, settings: WebSettings, peer: str) -> httpx.AsyncClient:
    async def probe() -> str | None:
        return None

    app = create_app([who, do], settings, paper=Paper({}, Shelf(tmp_path)), live=Live(), probe=probe)
    transport = httpx.ASGITransport(app=app, client=(peer, 50_000))
    return httpx.AsyncClient(transport=transport, base_url="http://12345.example.gov.cn")


async def test_the_proxy_is_believed(tmp_path):
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
    async with client(tmp_path, BEHIND, PROXY) as through:
        answer = await through.get("/who", headers=headers)
    assert answer.text == "https 203.0.113.9"
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


async def test_a_stranger_is_not(tmp_path):
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
    async with client(tmp_path, BEHIND, STRANGER) as past:
        answer = await past.get("/who", headers=headers)
    assert (answer.status_code, answer.headers["location"]) == (308, "https://12345.example.gov.cn/")


async def test_nothing_is_done_over_plain_http(tmp_path):
    async with client(tmp_path, BEHIND, PROXY) as through:
        answer = await through.post("/do", headers={"X-Forwarded-Proto": "http"})
    assert (answer.status_code, answer.headers["location"]) == (303, "https://12345.example.gov.cn/")
    assert "done" not in answer.text and "strict-transport-security" not in answer.headers


async def test_machines_beside_it_still_ask_for_its_health(tmp_path):
    async with client(tmp_path, BEHIND, PROXY) as beside:
        assert (await beside.get("/healthz")).status_code == 200


async def test_without_a_proxy_nobody_is_believed(tmp_path):
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9", "Host": "localhost"}
    async with client(tmp_path, WebSettings(), "127.0.0.1") as plain:
        assert (await plain.get("/who", headers=headers)).text == "http 127.0.0.1"


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("1.2.3.4, 203.0.113.9", "203.0.113.9"),  # the left one is what the client itself wrote
        ("203.0.113.9, 10.1.0.7", "203.0.113.9"),  # two proxies of ours
        ("2001:db8::1", "2001:db8::1"),
        ("", ""),
        ("10.1.0.7", ""),
        ("203.0.113.9, unknown", ""),
        ("203.0.113.9\r\nX-Evil: 1", ""),
    ],
)
def test_who_asks_is_the_last_that_is_no_proxy(forwarded, address):
    assert asking(forwarded, NETWORKS) == address

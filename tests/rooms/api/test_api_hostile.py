"""Bad requests of every kind: each is refused with a problem, nothing is stored, and nothing breaks."""

import asyncio
import json
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from conftest import ALL_SCOPES, NOW, system
from made.entry import HERE
from made.site import open_site

from lianxin.access.tokens import Tokens
from lianxin.exchange import room
from lianxin.exchange.api import asking
from lianxin.exchange.api.rates import Rates
from lianxin.ground.clock import DAY_MS, VirtualClock

pytestmark = pytest.mark.asyncio(loop_scope="session")
ANY = "/orders/20260319-000019"
GUARD_S = 30.0  # a guard, not a measure
JSON = {"Content-Type": "application/json"}


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


@pytest_asyncio.fixture(loop_scope="session")
async def reviewer(reading_site, city_pool):
    async with await system(reading_site, city_pool, "1024") as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def nothing_is_stored(city_pool):
    """The books are as they were when the test is over."""
    tables = ("entries", "commands", "texts", "messages_in", "attachments", "outbox")
    counts = [await city_pool.fetchval(f"SELECT count(*) FROM {table}") for table in tables]
    yield
    assert [await city_pool.fetchval(f"SELECT count(*) FROM {table}") for table in tables] == counts


def is_problem(answer: httpx.Response, *statuses: int) -> dict[str, object]:
    assert answer.status_code in statuses, (answer.status_code, answer.text[:300])
    assert answer.headers["content-type"] == "application/problem+json"
    told: dict[str, object] = answer.json()
    assert told["status"] == answer.status_code and told["detail"] and told["title"]
    return told


BODIES = {
    "nothing": (b"", 422),
    "null": (b"null", 422),
    "a list": (b"[]", 422),
    "a number": (b"1e999", 422),
    "half of one": (b'{"category": "04', 400),
    "two": (b'{"category": "0401", "region": "371602", "urgency": "normal"}{}', 400),
    "single quotes": (b"{'category': '0401'}", 400),
    "comment": (b"{/* */}", 400),
    "not a number": (b'{"category": NaN}', 400),
    "a hundred thousand brackets": (b"[" * 100_000, 422),
    "deep in a field": (b'{"category": ' + b"[" * 50_000 + b"]" * 50_000 + b"}", 422),
    "deep in an unknown field": (b'{"x": ' + b'{"x": ' * 50_000 + b"1" + b"}" * 50_001, 422),
    "huge number": (b'{"category": ' + b"9" * 100_000 + b"}", 422),
    "invalid utf-8": (b'{"category": "\xff\xfe"}', 400),
    "utf-16": ('{"category": "0401"}'.encode("utf-16"), 400),
    "half of a pair": (rb'{"category": "\ud800", "region": "371602", "urgency": "normal"}', 400),
    "a nul": (rb'{"category": "04\u0000", "region": "371602", "urgency": "normal"}', 400),
    "a nul as a name": (rb'{"\u0000": 1}', 400),
    "a field that is unknown": (b'{"category": "0401", "region": "371602", "urgency": "normal", "admin": true}', 422),
    "of a prototype": (b'{"__proto__": {"admin": true}, "constructor": 1}', 422),
    "a type that is near": (b'{"category": 401, "region": "371602", "urgency": "normal"}', 422),
    "words of a database": (b'{"category": "\'; DROP TABLE orders; --", "region": "371602", "urgency": "normal"}', 422),
}


@pytest.mark.parametrize("body, status", BODIES.values(), ids=BODIES.keys())
async def test_a_body_that_is_not_what_is_asked_for(reviewer, nothing_is_stored, body, status):
    number = (await reviewer.get("/orders")).json()["items"][0]["number"]
    answer = await reviewer.post(f"/orders/{number}/commands/approve", content=body, headers={**key(), **JSON})
    is_problem(answer, status)


@pytest.mark.parametrize(
    "kind",
    [None, "", "text/plain", "text/json", "application/x-www-form-urlencoded", "multipart/form-data", "json", "a/b/c"],
)
async def test_a_body_that_is_not_said_to_be_json(reviewer, nothing_is_stored, kind):
    headers = key() if kind is None else {**key(), "Content-Type": kind}
    answer = await reviewer.post(f"{ANY}/commands/approve", content=b"{}", headers=headers)
    is_problem(answer, 415)


@pytest.mark.parametrize("size", [1_000_001, 10_000_000])
async def test_a_body_that_is_too_large(reviewer, nothing_is_stored, size):
    body = json.dumps({"answer": "长" * (size // 6)}).encode().ljust(size)
    answer = await reviewer.post(f"{ANY}/commands/reply", content=body, headers={**key(), **JSON})
    is_problem(answer, 413)


async def test_a_body_that_says_too_little_of_itself_is_too_large_all_the_same(reviewer, nothing_is_stored):
    async def endless():
        for _ in range(2_000):
            yield b" " * 1_000

    answer = await reviewer.post(f"{ANY}/commands/reply", content=endless(), headers={**key(), **JSON})
    is_problem(answer, 413)


async def test_a_body_that_does_not_come_is_not_waited_for(reviewer, nothing_is_stored, monkeypatch):
    monkeypatch.setattr(asking, "PATIENCE_S", 0.01)

    async def silent():
        yield b"{"
        await asyncio.Event().wait()

    answer = await reviewer.post(f"{ANY}/commands/reply", content=silent(), headers={**key(), **JSON})
    is_problem(answer, 408)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "BREW"])
async def test_an_address_says_which_methods_it_knows(reviewer, nothing_is_stored, method):
    answer = await reviewer.request(method, "/orders")
    is_problem(answer, 405)
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/orders/20260319-000018/",
        "/orders/12",
        "/orders/20260319-000011",  # the check digit is another
        "/orders/20260319%2D000019%00",
        "/orders/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "/orders/..%5c..%5cwindows",
        "/orders/' OR '1'='1",
        "/orders/%ff%fe",
        "/orders/" + "1" * 5_000,
        "/orders/２０２６０３１９/entries/x",
        "/contacts/-1",
        "/orders/20260319-000019/commands/become-admin",
        "/orders/20260319-000019/commands/submit",
    ],
)
async def test_an_address_that_leads_nowhere(reviewer, path):
    is_problem(await reviewer.get(path), 404, 405)
    is_problem(await reviewer.post(path, json={}, headers=key()), 404, 405)


@pytest.mark.parametrize(
    "query, pointer",
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=-1", "limit"),
        ("limit=ten", "limit"),
        ("limit=" + "9" * 400, "limit"),
        ("limit=", "limit"),
        ("limit=1&limit=2", "limit"),
        ("limits=1", "limits"),
        ("Limit=1", "Limit"),
        ("limit[]=1", "limit[]"),
        ("open=perhaps", "open"),
        ("zone=attic", "zone"),
        ("state=in progress", "state"),
        ("state=IN_PROGRESS", "state"),
        ("holder=" + "x" * 81, "holder"),
        ("unit=%00", "unit"),
        ("text=a%00b", "text"),
        ("text=" + "字" * 65, "text"),
        ("after=o1'", "after"),
        ("after=p1.1.1", "after"),
        ("after=o99999999999999999999", "after"),
        ("due_before=tomorrow", "due_before"),
        ("due_before=2026-03-09T10:00:00", "due_before"),  # without an offset it names no instant
        ("due_before=0001-01-01T00:00:00Z", "due_before"),
        ("due_before=9999-12-31T23:59:59Z", "due_before"),
        ("updated_since=2026-02-30T00:00:00Z", "updated_since"),
        ("updated_since=1e10", "updated_since"),
        ("updated_since=1700000000", "updated_since"),  # seconds of 1970 are not how an instant is written here
        ("updated_since=null", "updated_since"),
        ("due_before=NULL", "due_before"),
        ("state=null", "state"),
        ("limit=null", "limit"),
        ("open=null", "open"),
    ],
)
async def test_a_parameter_that_is_wrong_is_named(reviewer, query, pointer):
    told = is_problem(await reviewer.get(f"/orders?{query}"), 422)
    assert pointer in {error["pointer"] for error in told["errors"]}, told


@pytest.mark.parametrize("text", ["%ff", "%c0%80", "%ed%a0%80", "%F0%9F%8F%A0", "%25", "_", "%5C", quote("'; --")])
async def test_any_bytes_may_be_searched_for(reviewer, text):
    answer = await reviewer.get(f"/orders?text={text}")
    assert answer.status_code == 200 and isinstance(answer.json()["items"], list)


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/png;q=1", "nonsense"])
async def test_only_json_is_answered(reviewer, accept):
    is_problem(await reviewer.get("/orders", headers={"Accept": accept}), 406)


@pytest.mark.parametrize(
    "accept", ["*/*", "application/json", "text/html, application/json;q=0.1", "application/*", ""]
)
async def test_who_takes_json_gets_it(reviewer, accept):
    assert (await reviewer.get("/orders", headers={"Accept": accept})).status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer nonsense",
        "Bearer lx_" + "A" * 43,
        "Bearer lx_" + "A" * 10_000,
        "Basic dXNlcjpwYXNz",
        "bearer lx_x y",
        "Bearer lx_\u00e9".encode(),
    ],
)
async def test_without_a_token_that_is_known_nobody_is_let_in(reading_site, nothing_is_stored, header):
    transport = httpx.ASGITransport(app=reading_site, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=f"{HERE}/api/v1") as client:
        headers = {} if header is None else {"Authorization": header}
        for answer in (
            await client.get("/orders", headers=headers),
            await client.post(f"{ANY}/commands/approve", json={}, headers={**headers, **key()}),
        ):
            is_problem(answer, 401)
            assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_token_that_is_over_or_revoked_opens_nothing(reading_site, city_pool):
    past = Tokens(city_pool, VirtualClock(NOW))  # the machine's clock is months ahead of the city's
    secret, _ = await past.make("1024", "old", ALL_SCOPES, 1)
    fresh = Tokens(city_pool, VirtualClock(NOW + 5_000 * DAY_MS))
    revoked, token = await fresh.make("1024", "revoked", ALL_SCOPES, 1)
    transport = httpx.ASGITransport(app=reading_site, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=f"{HERE}/api/v1") as client:
        assert (await client.get("/me", headers={"Authorization": f"Bearer {revoked}"})).status_code == 200
        await fresh.revoke(token.id, "1024")
        async with asyncio.timeout(GUARD_S):  # it was revoked elsewhere, and the site is told of it
            while (await client.get("/me", headers={"Authorization": f"Bearer {revoked}"})).status_code == 200:
                await asyncio.sleep(0.001)
        for gone in (secret, revoked):
            is_problem(await client.get("/me", headers={"Authorization": f"Bearer {gone}"}), 401)


@pytest.mark.parametrize(
    "scope, allowed", [("orders:read", {"/orders", "/promises", "/me"}), ("contacts:read", {"/me"})]
)
async def test_each_scope_opens_what_it_is_for_and_nothing_else(reading_site, city_pool, scope, allowed):
    async with await system(reading_site, city_pool, "1023", scope) as client:
        for path in ("/orders", "/promises", "/me", "/audit/summary"):
            answer = await client.get(path)
            assert (answer.status_code == 200) is (path in allowed), (path, answer.text)
            if path not in allowed:
                is_problem(answer, 403)


async def test_the_audit_is_told_to_those_who_are_to_know(reading_site, city_pool, reviewer):
    is_problem(await reviewer.get("/audit/summary"), 403)
    async with await system(reading_site, city_pool, "1023") as manager:
        told = (await manager.get("/audit/summary")).json()
    count = await city_pool.fetchval("SELECT count(*) FROM orders WHERE closed_at IS NULL")
    assert (told["audit"], told["open_orders"]) == (None, count)


async def test_what_was_asked_how_often_is_told_and_too_often_is_refused(city, city_pool, paper, tmp_path, monkeypatch):
    monkeypatch.setattr(room, "Rates", lambda _: Rates(5))
    async with (
        open_site(city_pool, city.app_url, tmp_path, paper=paper) as app,
        await system(app, city_pool, "1023") as client,
        await system(app, city_pool, "1026") as other,
    ):
        answers = [
            await client.get(path) for path in ("/me", "/nowhere", "/orders?limit=x", "/me", "/me", "/me", "/me")
        ]
        told = [(answer.status_code, answer.headers.get("ratelimit-remaining")) for answer in answers]
        assert told[:5] == [(200, "4"), (404, None), (422, "3"), (200, "2"), (200, "1")]
        assert (answers[0].headers["ratelimit-limit"], answers[0].headers["ratelimit-reset"]) == ("5", "12")
        assert (await client.get("/me")).status_code == 429
        refused = await client.post(f"{ANY}/commands/sign", json={}, headers=key())
        is_problem(refused, 429)
        assert 1 <= int(refused.headers["retry-after"]) <= 12
        assert (await other.get("/me")).status_code == 200


async def test_a_header_cannot_be_smuggled_in(reviewer, nothing_is_stored):
    for name in ("Idempotency-Key", "If-Match", "If-None-Match", "Accept-Language"):
        for value in ("x" * 8_000, '"', ",,,,", "W/", '"a", "b', "en;q=" + "9" * 500, "\x7f" * 9):
            answer = await reviewer.post(f"{ANY}/commands/approve", json={}, headers={**key(), name: value})
            is_problem(answer, 400, 404, 412, 422)
            assert (await reviewer.get("/orders", headers={name: value})).status_code == 200

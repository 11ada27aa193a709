"""Whoever attacks the house by its doors gets a clear refusal, leaves nothing behind and holds up nobody.

A walk along all links as each role, then every address and every form with all that an
attacker sends. What one room refuses in a way of its own is tested in that room.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import asyncpg
import httpx
import pytest
import pytest_asyncio
from litestar import Litestar
from made.attacking import BARE, FORM, SCRIPT, TEXTS, Target, attacker, bodies, filled, targets_of
from made.entry import begun_session, entered, outside
from made.hostile import Form, Visited, faults_of, is_page, walk
from made.leaky_city import LeakyCity, leaky_city
from made.served import served
from made.site import open_site

from lianxin.access import csrf
from lianxin.access.sessions import Sessions
from lianxin.desks.site import make_paper
from lianxin.ground.store import Database, EmbeddedServer, open_pool, temporary_database
from lianxin.ground.web import Paper, sent
from lianxin.people import ROLES, load_staff

pytestmark = pytest.mark.asyncio(loop_scope="module")
PAGES_MAX = 50
"""Pages that one person opens on a walk."""
FORMS_MAX = 25
"""Pages on which one person looks for forms."""
AT_ONCE = 4
AT_WORK = "1026"
"""A dispatcher."""
STORED = (
    *("entries", "commands", "orders", "contacts", "texts", "promises", "persons", "staff", "accounts", "sights"),
    *("attachments", "knowledge_items", "knowledge_tasks", "webhooks", "tokens", "passkeys", "pack_drafts", "packs"),
    *("messages_in", "replies", "instructions", "samples", "scores", "score_appeals", "informants", "portal_boxes"),
)
"""Tables of what people did. Not of them: drafts, attempts, sessions and logs, which keep what was refused too."""


@pytest.fixture(scope="module")
def books(database_server: EmbeddedServer) -> Iterator[Database]:
    """A database for the whole file: what one attack left there the next would meet."""
    with temporary_database(database_server, template=True) as database:
        yield database


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pool(books: Database) -> AsyncIterator[Any]:
    opened = await open_pool(books.app_url)
    yield opened
    await opened.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def city(pool: Any) -> LeakyCity:
    return await leaky_city(pool)


@pytest.fixture(scope="module")
def paper() -> Paper:
    """The templates, compiled once."""
    return make_paper()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(
    books: Database, pool: Any, city: LeakyCity, paper: Paper, tmp_path_factory: Any
) -> AsyncIterator[Litestar]:
    assert city.orders
    async with open_site(pool, books.app_url, tmp_path_factory.mktemp("home"), paper=paper) as opened:
        yield opened


@pytest.fixture(scope="module")
def targets(site: Litestar, city: LeakyCity) -> list[Target]:
    """Every address that changes something."""
    plain = (number for number, order in city.orders.items() if order["state"] == "dispatched" and not order["flags"])
    return targets_of(site, people(), next(plain))


@pytest_asyncio.fixture(loop_scope="module")
async def nothing_is_stored(books: Database, site: Litestar) -> AsyncIterator[None]:
    """Every table of what people did is as long as before when the test is over."""
    before = await _rows(books)
    yield
    assert await _rows(books) == before


async def _rows(books: Database) -> dict[str, int]:
    assert books.owner_url
    owner = await asyncpg.connect(books.owner_url)
    try:
        return {table: await owner.fetchval(f"SELECT count(*) FROM {table}") for table in STORED}
    finally:
        await owner.close()


def people() -> dict[str, str]:
    """Return one person for each role."""
    staff = load_staff()
    return {role: staff.by_role(role)[0].id for role in ROLES if staff.by_role(role)}


async def _each(targets: list[Target], attack: Any) -> list[str]:
    """Attack several addresses at a time; return what was found."""
    few = asyncio.Semaphore(AT_ONCE)

    async def one(target: Target) -> list[str]:
        async with few:
            return [f"{target.method} {target.path}: {fault}" async for fault in attack(target)]

    return [fault for found in await asyncio.gather(*map(one, targets)) for fault in found]


def unclear(answer: httpx.Response) -> list[str]:
    """Return what is wrong with an answer to an attack: its faults, and a refusal that says nothing."""
    faults = faults_of(answer)
    kind = answer.headers.get("content-type", "")
    if answer.status_code >= 400 and not (is_page(answer) and "<h1" in answer.text) and "json" not in kind:
        faults.append(f"{answer.status_code} without a word, {kind}")
    return faults


async def test_a_walk_as_each_role_finds_no_fault_and_no_link_that_leads_nowhere(site: Litestar, pool: Any) -> None:
    faults, opened = [], 0
    for number, role in {number: role for role, number in people().items()}.items():
        async with await entered(site, pool, number) as client:
            visited = await walk(client, "/desk", PAGES_MAX)
        opened += len(visited)
        faults += [f"{role} {page.address}: {fault}" for page in visited for fault in _faults(page)]
    assert faults == []
    assert opened > 20 * len(set(people().values()))


async def test_a_walk_of_a_stranger_finds_the_pages_for_everybody_alone(site: Litestar) -> None:
    async with outside(site) as client:
        visited = [page for start in ("/", "/new", "/follow", "/login") for page in await walk(client, start, 20)]
    assert [f"{page.address}: {fault}" for page in visited for fault in _faults(page)] == []
    paths = {page.address.split("?")[0] for page in visited if page.answer.status_code == 200}
    assert {"/", "/new", "/follow", "/login"} <= paths
    assert not [path for path in paths if re.match(r"/(orders|drafts|me|desk|book|system|security|audit)", path)]


def _faults(page: Visited) -> list[str]:
    found = [*faults_of(page.answer), *page.page.faults]
    return found if page.answer.status_code in (200, 302, 303) else [*found, str(page.answer.status_code)]


def _takes_anything(target: Target) -> bool:
    return target.path in BARE or target.path.endswith("/do/note")


async def test_whatever_is_sent_to_an_address_nothing_breaks_and_nothing_is_stored(
    site: Litestar, pool: Any, targets: list[Target], nothing_is_stored: None
) -> None:
    async def attack(target: Target) -> AsyncIterator[str]:
        async with await attacker(site, pool, target.who) as client:
            for name, (kind, body) in bodies(target.names, target.full).items():
                headers = {"Content-Type": kind.encode("latin-1")} if kind else {}
                answer = await client.request(target.method, target.path, content=body, headers=headers)
                for fault in unclear(answer):
                    yield f"{name}: {fault}"

    assert await _each([target for target in targets if not _takes_anything(target)], attack) == []


async def test_what_takes_no_more_than_a_click_does_not_break_either(
    site: Litestar, pool: Any, targets: list[Target]
) -> None:
    async def attack(target: Target) -> AsyncIterator[str]:
        for name, (kind, body) in bodies(target.names, True).items():
            async with await attacker(site, pool, target.who) as client:
                headers = {"Content-Type": kind.encode("latin-1")} if kind else {}
                for fault in unclear(await client.post(target.path, content=body, headers=headers)):
                    yield f"{name}: {fault}"

    bare = [target for target in targets if _takes_anything(target)]
    assert {target.path for target in bare} > set(BARE)
    assert await _each(bare, attack) == []


async def test_a_form_of_another_session_of_one_that_is_over_or_of_another_site_is_forged_everywhere(
    site: Litestar, pool: Any, targets: list[Target], nothing_is_stored: None
) -> None:
    over = await begun_session(pool, AT_WORK)
    await Sessions(pool).end(over.id, f"staff:{AT_WORK}")
    foreign = await begun_session(pool, "1001")
    tokens = {
        "none": "",
        "of somebody else": csrf.masked(foreign.csrf),
        "from before the logout": csrf.masked(over.csrf),
        "of a stranger": csrf.masked(csrf.visit_secret("another visit")),
        "no token": "../\x7f%00",
        "overlong": "A" * 10_000,
    }

    async def attack(target: Target) -> AsyncIterator[str]:
        async with await attacker(site, pool, target.who) as client:
            right = client.headers.pop(csrf.HEADER)
            for name, token in tokens.items():
                by_form = await client.request(target.method, target.path, data={csrf.FIELD: token, "number": "1001"})
                by_head = await client.request(target.method, target.path, headers={csrf.HEADER: token})
                for answer in (by_form, by_head):
                    if answer.status_code != 403 or unclear(answer):
                        yield f"{name}: {answer.status_code} {unclear(answer)}"
            crossing = {csrf.HEADER: right, "Sec-Fetch-Site": "cross-site"}
            if (answer := await client.request(target.method, target.path, headers=crossing)).status_code != 403:
                yield f"from another site: {answer.status_code}"

    assert await _each([target for target in targets if target.csrf], attack) == []


PLACES = (
    *("..%2f..%2f..%2fetc%2fpasswd", "..%5c..%5cwindows", "%2e%2e", "%00", "1%00", "%0d%0aSet-Cookie:%20a=b", "%ff%fe"),
    *("-1", "0", "1e9", "9" * 400, "x" * 5_000, "%F0%9F%92%A9", quote(TEXTS["statement"]), quote(SCRIPT)),
)
"""What stands in an address in place of every parameter, or of an order's number."""


async def test_an_address_with_anything_in_it_leads_nowhere_and_breaks_nothing(
    site: Litestar, pool: Any, nothing_is_stored: None
) -> None:
    templates = sorted({route.path_format for route in site.routes if "{" in route.path_format})
    templates = [path for path in templates if not path.startswith("/static/") and "/commands/" not in path]
    faults = []
    for who in (AT_WORK, people()["sysadmin"]):
        async with await attacker(site, pool, who) as client:
            for path in (filled(template, "", place) for template in templates for place in PLACES):
                for method in ("GET", "POST"):
                    answer = await client.request(method, path)
                    faults += [f"{method} {path[:80]}: {fault}" for fault in unclear(answer)]
                    if answer.status_code == 200 and "/etc/" in path:
                        faults.append(f"{method} {path}: a file")
    assert faults == []


ASKED = (
    *("q", "after", "before", "cursor", "limit", "tray", "shown", "holder", "lang", "next", "done", "opened", "by"),
    *("first", "last", "who", "order", "what", "outcome", "state", "category", "unit", "region", "number", "draft"),
)
"""Names that some address of the site asks for."""


async def test_a_question_with_anything_in_it_breaks_nothing(site: Litestar, pool: Any) -> None:
    texts = [quote(text[:200], safe="")[:250] for text in TEXTS.values()] + ["%ff%fe", "%", "%00"]
    roles = ("dispatcher", "auditadmin", "sysadmin", "")
    faults = []
    for who in [people().get(role, "") for role in roles]:
        async with await attacker(site, pool, who) as client:
            for path in _reading(site):
                for text in texts:
                    answer = await client.get(f"{path}?" + "&".join(f"{name}={text}" for name in ASKED))
                    faults += [f"{who} {path} {text[:30]}: {fault}" for fault in unclear(answer)]
    assert faults == []


def _reading(site: Litestar) -> list[str]:
    """Return every address that is read, without parameters and without end."""
    paths = {
        route.path_format
        for route in site.routes
        for handler in getattr(route, "route_handlers", ())
        if "GET" in handler.http_methods and "{" not in route.path_format
    }
    return sorted(path for path in paths if not path.startswith("/static/") and path != "/events")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND", "GET\x00", "x" * 300])
async def test_a_method_that_an_address_does_not_know_is_refused(
    site: Litestar, pool: Any, nothing_is_stored: None, method: str
) -> None:
    faults = []
    async with await attacker(site, pool, AT_WORK) as client:
        for path in sorted({filled(route.path_format, "20260309-000011") for route in site.routes}):
            answer = await client.request(method, path)
            if not 400 <= answer.status_code < 500 or unclear(answer):
                faults.append(f"{path}: {answer.status_code} {unclear(answer)}")
    assert [fault for fault in faults if not (method == "PUT" and fault.startswith("/drafts/"))] == []


HEADS: dict[str, dict[str, bytes]] = {
    "cookies that are none": {"Cookie": b"lianxin=\xff\xfe; lianxin-visit=%0d%0a; ;;=;lang=<script>; a" + b"=" * 500},
    "a long cookie": {"Cookie": b"lianxin=" + b"x" * 60_000},
    "languages": {"Accept-Language": b"zh;q=9e99, \xff, *;q=" + b"1" * 5_000},
    "a token that is none": {"Authorization": b"Bearer \xff\x00' OR 1=1 --"},
    "two kinds": {"Content-Type": b"multipart/form-data; boundary=\xff, application/json", "Content-Length": b"-1"},
    "a length that is none": {"Content-Length": b"ten"},
    "conditions": {"If-None-Match": b'"\xff', "If-Modified-Since": b"never", "Range": b"bytes=9-1,-,x"},
    "a proxy that is none": {
        "X-Forwarded-For": b"127.0.0.1, evil",
        "X-Forwarded-Proto": b"https",
        "Forwarded": b"\xff",
    },
    "another address": {
        "X-Original-URL": b"/system/accounts",
        "X-Rewrite-URL": b"/me",
        "X-HTTP-Method-Override": b"PUT",
    },
    "of a script": {"HX-Request": b"true", "HX-Current-URL": b"javascript:lx2()", "Referer": b"https://evil.example/"},
    "a name": {"User-Agent": b"<script>lx2()</script>\xff" * 500},
}


@pytest.mark.parametrize("heads", HEADS.values(), ids=HEADS.keys())
async def test_headers_with_anything_in_them_break_nothing(
    site: Litestar, pool: Any, nothing_is_stored: None, heads: dict[str, bytes]
) -> None:
    faults = []
    async with await attacker(site, pool, AT_WORK) as client:
        for method, path in (
            *(("GET", path) for path in ("/", "/login", "/me", "/orders", "/api/v1/orders", "/new", "/nowhere")),
            *(("POST", path) for path in ("/login", "/me/tokens", "/follow", "/api/v1/contacts")),
        ):
            answer = await client.request(method, path, headers=heads)
            faults += [f"{method} {path}: {fault}" for fault in unclear(answer)]
    assert faults == []


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost:12345.evil.example", "", "localhost@evil.example", "x" * 300]
)
async def test_a_name_that_is_not_this_sites_is_not_answered(site: Litestar, host: str) -> None:
    async with outside(site) as client:
        answer = await client.get("/login", headers={"Host": host})
        assert answer.status_code == 400 and "evil" not in answer.text


async def test_scripts_in_every_text_of_every_form_are_shown_as_texts(site: Litestar, pool: Any) -> None:
    faults, taken, known = list[str](), 0, set[str]()
    everybody = sorted(set(people().values()))
    for number in everybody:
        async with await entered(site, pool, number) as client:
            for form in _forms(await walk(client, "/desk", FORMS_MAX), known):
                answer = await client.post(form.address, data=_written(form))
                taken += answer.status_code in (200, 303)
                faults += [f"{number} {form.address}: {fault}" for fault in faults_of(answer)]
    for number in everybody:
        async with await entered(site, pool, number) as client:
            visited = await walk(client, "/desk", FORMS_MAX)
        faults += [f"{number} {page.address}: {fault}" for page in visited for fault in faults_of(page.answer)]
    assert faults == []
    assert taken > 5, "what is refused everywhere is shown nowhere"


LEAVING = re.compile(r"/(logout|lock|unlock|login|me/sessions|system/accounts/.*/(leave|close)|security/sessions)\b")


def _forms(visited: list[Visited], known: set[str]) -> list[Form]:
    """Return each form that was not known, and know it; but those after which nobody could go on."""
    met = {}
    for page in visited:
        for form in page.page.forms:
            if form.method == "POST" and not LEAVING.match(form.address):
                met.setdefault(re.sub(r"\d+", "#", form.address.split("?")[0]), form)
    new = met.keys() - known
    known |= new
    return [met[place] for place in sorted(new)]


def _written(form: Form) -> dict[str, str]:
    """Fill a form in as it is offered, with a script in every field for a text."""
    written: dict[str, str] = {}
    for field in form.fields:
        if field.kind in ("hidden", "select"):
            written[field.name] = field.value
        elif field.kind in ("radio", "checkbox"):
            written.setdefault(field.name, field.value)
        elif field.kind != "file":
            written[field.name] = field.value if field.kind in ("date", "datetime-local", "number") else SCRIPT
    return written


class Stalled:
    """A request whose body never comes to its end."""

    def __init__(self, target: Target, headers: dict[str, str]) -> None:
        self.begun = asyncio.Event()
        self.status = 0
        path, _, query = target.path.partition("?")
        self._scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "scheme": "http",
            "method": target.method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "client": ("10.9.9.9", 4000),
            "server": ("localhost", 12345),
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        }

    async def __call__(self, app: Any) -> None:
        first = True

        async def receive() -> dict[str, Any]:
            nonlocal first
            if first:
                first = False
                return {"type": "http.request", "body": b"number=1", "more_body": True}
            self.begun.set()
            await asyncio.Event().wait()
            raise AssertionError("nothing more ever comes")

        async def send(message: dict[str, Any]) -> None:
            self.status = message.get("status", self.status)

        await app(self._scope, receive, send)


def _stalled(targets: list[Target], client: httpx.AsyncClient) -> list[Stalled]:
    """Return a stalled request to each address that reads a form before it looks at its token."""
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    headers = {"Host": "localhost:12345", "Cookie": cookie, "Content-Type": FORM, "Accept": "text/html"}
    return [
        Stalled(target, headers)
        for target in targets
        if target.csrf and target.who == AT_WORK and not target.path.startswith("/api/")
    ]


async def test_bodies_that_do_not_come_hold_up_nobody(
    site: Litestar, pool: Any, targets: list[Target], nothing_is_stored: None
) -> None:
    async with await attacker(site, pool, AT_WORK) as client:
        slow = _stalled(targets, client)
        assert len(slow) > 40, "more than there are connections to the database"
        waiting = [asyncio.create_task(one(site)) for one in slow]
        try:
            await asyncio.gather(*(one.begun.wait() for one in slow))
            for path in ("/orders", "/me", "/login", "/readyz"):
                assert (await client.get(path)).status_code in (200, 303), path
            assert [one.status for one in slow] == [0] * len(slow)
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)


async def test_a_body_that_does_not_come_is_not_waited_for_without_end(
    site: Litestar, pool: Any, targets: list[Target], nothing_is_stored: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sent, "PATIENCE_S", 0.01)
    async with await attacker(site, pool, AT_WORK) as client:
        slow = _stalled(targets, client)
        await asyncio.gather(*(one(site) for one in slow))
    assert {one.status for one in slow} == {408}


HALF = {
    "a head": b"POST /login HTTP/1.1\r\nHost: localhost:%d\r\nContent-",
    "a body": b"POST /login HTTP/1.1\r\nHost: localhost:%d\r\nContent-Type: %b\r\nContent-Length: 9999\r\n\r\nnumber=",
    "a piece": b"POST /new HTTP/1.1\r\nHost: localhost:%d\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\nx",
}
SLOW = 40


async def test_clients_that_send_half_of_it_and_wait_hold_up_nobody_at_the_server(
    books: Database, pool: Any, paper: Paper, tmp_path: Path
) -> None:
    async with served(pool, books.app_url, tmp_path, paper=paper) as address:
        port = int(address.rpartition(":")[2])
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(SLOW * len(HALF))]
        for (_, writer), half in zip(held, [*HALF.values()] * SLOW, strict=True):
            writer.write(half.replace(b"%d", str(port).encode()).replace(b"%b", FORM.encode()))
            await writer.drain()
        try:
            async with await entered(address, pool, AT_WORK) as client:
                for path in ("/login", "/orders", "/me", "/readyz"):
                    assert (await client.get(path)).status_code in (200, 303), path
        finally:
            for _, writer in held:
                writer.close()

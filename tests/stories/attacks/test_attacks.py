"""Whoever attacks the house by its doors gets a clear refusal, leaves nothing behind and holds up nobody.

A walk along all links as each role, then every address and every form with all that an
attacker sends. What one room refuses in a way of its own is tested in that room.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from litestar import Litestar
from made.attacking import AT_WORK, BARE, SCRIPT, TEXTS, Target, attacker, bodies, filled, people
from made.entry import begun_session, entered, outside
from made.hostile import Form, Visited, faults_of, is_page, walk

from lianxin.access import csrf
from lianxin.access.sessions import Sessions

pytestmark = pytest.mark.asyncio(loop_scope="module")
PAGES_MAX = 50
"""Pages that one person opens on a walk."""
FORMS_MAX = 25
"""Pages on which one person looks for forms."""
AT_ONCE = 4


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

"""A small site: the people, the way in, and a few pages to come to. For what happens at the door alone."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import msgspec
from litestar import Litestar, Response, get, post

import lianxin
from lianxin.access import room as access_room
from lianxin.access.acts import ACT_WORDS
from lianxin.access.service import Access
from lianxin.desks.terms import actor_name
from lianxin.ground.clock import Clock, at_iso
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.site import Settings, Site
from lianxin.ground.web import Live, Paper, Shelf, create_app
from lianxin.ground.web.hearing import Hearing
from lianxin.ground.web.paper import AnyRequest
from lianxin.ground.web.timekeeper import Timekeeper
from lianxin.ground.web.wiring import Wiring
from lianxin.people import holder_name, load_staff
from lianxin.people import room as people_room
from lianxin.personnel import enrol
from lianxin.rules import room as rules_room

NOW = at_iso("2026-11-24T09:00:00+08:00")
AGENT, MANAGER, REVIEWER = "1001", "1023", "1024"
PASSWORD = "晨光里的第一通电话铃声响了"
HOUSE = Path(lianxin.__file__).parent


@get("/page", sync_to_thread=False)
def page(request: AnyRequest) -> Response[str]:
    """A page of somebody who is logged in."""
    return Response(f"{request.user.number} {' '.join(sorted(request.user.roles))}")


@post("/done", sync_to_thread=False, status_code=200)
def done(request: AnyRequest) -> Response[str]:
    """Something that is changed."""
    return Response(f"done by {request.user.by}")


@get("/reviewers", opt={"roles": ("reviewer",)}, sync_to_thread=False)
def reviewers() -> Response[str]:
    """A page of one role."""
    return Response("reviewers only")


@get("/everybody", opt={"public": True}, sync_to_thread=False)
def everybody(request: AnyRequest) -> Response[str]:
    """A page that needs nobody to be logged in."""
    return Response(f"user {request.user}")


@post("/asked", opt={"public": True}, sync_to_thread=False, status_code=200)
def asked() -> Response[str]:
    """What somebody who is not logged in sends."""
    return Response("asked")


@post("/signed", opt={"public": True, "csrf": False}, sync_to_thread=False, status_code=200)
def signed() -> Response[str]:
    """What knows its sender by a signature of its own."""
    return Response("signed")


@get("/api/v1/things", opt={"scopes": ("orders:read",)}, sync_to_thread=False)
def things(request: AnyRequest) -> dict[str, Any]:
    """What other systems read."""
    return {"by": request.user.by, "scopes": sorted(request.user.scopes or ())}


@post("/api/v1/things", opt={"scopes": ("orders:read", "orders:act")}, sync_to_thread=False, status_code=200)
def act(request: AnyRequest) -> dict[str, Any]:
    """What other systems do."""
    return {"by": request.user.by}


class Entrance(msgspec.Struct, frozen=True):
    """The small site and what it is made of."""

    app: Litestar
    access: Access
    clock: Clock
    hearing: Hearing
    url: str


def made_paper(*rooms: str, libraries: Path = Path("/nowhere"), further: Mapping[str, Any] | None = None) -> Paper:
    """The templates of the way in, and of further rooms with the terms that their pages need."""
    folders = {room: HOUSE.joinpath(*room.split(".")) for room in ("access", *rooms)}
    terms = {
        **access_room.TERMS,
        "city_name": lambda language: "滨州" if language == "zh" else "Binzhou",
        "holder_name": holder_name,
        "actor_name": actor_name,
        "act_words": ACT_WORDS,
        **(further or {}),
    }
    shelf = Shelf(libraries, [folder / "static" for folder in folders.values()])
    return Paper({room: folder / "templates" for room, folder in folders.items()}, shelf, terms)


def made_entrance(
    pool: Any,
    url: str,
    home: Path,
    clock: Clock,
    paper: Paper,
    settings: Settings | None = None,
    rooms: tuple[Any, ...] = (),
) -> Entrance:
    """The small site over a test's own database.

    rooms  wirings of further rooms whose pages are served; rules and rights are there for them
    """
    settings = settings or Settings()
    paper.extras.clear()
    live, timekeeper, hearing = Live(), Timekeeper(pool, clock), Hearing()
    wiring = Wiring(pool, url, Site(home, settings), clock, timekeeper, paper, live, hearing)
    for offering in (people_room, access_room, *((rules_room,) if rooms else ())):
        offering.offer(wiring)

    async def probe() -> str | None:
        return None

    @get("/framed", sync_to_thread=False)
    def framed(request: AnyRequest) -> Response[str]:
        return paper.page(request, "web/missing.html", status=200)

    routes = [route for room in (access_room, *rooms) for route in room.routes(wiring)]
    app = create_app(
        [page, done, reviewers, everybody, asked, signed, things, act, framed, *routes],
        settings.web,
        paper=paper,
        live=live,
        probe=probe,
        middleware=wiring.middleware,
        guards=wiring.guards,
        before_send=wiring.before_send,
        refusals=wiring.refusals,
        still_in=wiring.still_in,
    )
    return Entrance(app, wiring.get(Access), clock, hearing, url)


@asynccontextmanager
async def listening(site: Entrance) -> AsyncIterator[Entrance]:
    """Let the site hear what the database says, as a served one does."""
    task = asyncio.create_task(site.hearing.listen(lambda: asyncpg.connect(site.url)))
    try:
        await site.hearing.ready.wait()
        yield site
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def moved_in(pool: Any, people: int = 0) -> None:
    """Let a few people of the demo city move in: those that the tests speak of, the administrators, and some more."""
    staff = load_staff()
    named = {AGENT, "1002", MANAGER, REVIEWER, "2037", "2038", "2039", "zjj:contact"}
    few = [person for n, person in enumerate(staff.people) if person.id in named or n < people]
    await enrol(PostgresLedger(pool), msgspec.structs.replace(staff, people=tuple(few)), NOW, packs=())


def browser(
    site: Entrance, *, peer: str = "127.0.0.1", https: bool = False, host: str = "localhost:12345"
) -> httpx.AsyncClient:
    """A browser in which nobody was ever logged in."""
    transport = httpx.ASGITransport(app=site.app, client=(peer, 40_000), raise_app_exceptions=False)  # type: ignore[arg-type]
    return httpx.AsyncClient(
        transport=transport,
        base_url=f"{'https' if https else 'http'}://{host}",
        headers={"Accept": "text/html,application/xhtml+xml", "User-Agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/130"},
    )


async def hired(site: Entrance, number: str, password: str = PASSWORD) -> None:
    """Give somebody of the roll a password of their own."""
    await site.access.accounts.ensure(number, "system")
    await site.access.accounts.change_password(await site.access.accounts.get(number), password, "system")


def token_in(page: httpx.Response) -> str:
    """The token of the forms on a page."""
    found = re.search(r'name="_csrf" value="([^"]+)"', page.text)
    assert found is not None, page.text[:500]
    return found[1]


async def log_in(client: httpx.AsyncClient, number: str, password: str = PASSWORD, **form: str) -> httpx.Response:
    """Fill in the login form as a person does."""
    token = token_in(await client.get("/login"))
    return await client.post("/login", data={"number": number, "password": password, "_csrf": token, **form})

"""The pages of coming in and going out: `/login`, the demo's doors, `/logout`."""

from collections.abc import Mapping
from typing import Any, Final

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from lianxin.access.demo import demo_doors
from lianxin.access.service import Access
from lianxin.access.visit import visit_at
from lianxin.access.ways import way_back
from lianxin.ground.web import Paper
from lianxin.ground.web.paper import AnyRequest
from lianxin.ground.web.present import ReadPresent

OPEN: Final[Mapping[str, Any]] = {"public": True, "session": True}
ANY_STEP: Final = ("over", "locked", "second", "password", "enrol")


class DoorPage:
    """Renders `/login`, with the demo's doors where the site is a demo."""

    def __init__(self, present: ReadPresent, paper: Paper) -> None:
        self.present = present
        self._paper = paper

    async def shown(self, request: AnyRequest, status: int = 200, **values: Any) -> Response[str]:
        """Return the page; `next`, `number` and `failed` as they are given."""
        doors = demo_doors() if (await self.present()).demo else ()
        given = {"next": "/", "number": "", "failed": False, "doors": doors, **values}
        return self._paper.page(request, "access/login.html", status=status, **given)


def login_routes(access: Access, page: DoorPage) -> list[ControllerRouterHandler]:
    """Return `/login`."""

    @get("/login", opt=OPEN)
    async def ask(request: AnyRequest) -> Response[Any]:
        wanted = way_back(request.query_params.get("next", "/"))
        if visit_at(request).who is not None:
            return Redirect(wanted, status_code=303)
        return await page.shown(request, next=wanted)

    @post("/login", opt=OPEN)
    async def come_in(request: AnyRequest) -> Response[Any]:
        form = await form_of(request)
        number, wanted = form.get("number", "").strip(), way_back(form.get("next", "/"))
        begun = await access.by_password(number, form.get("password", ""), visit_at(request))
        if begun is None:
            return await page.shown(request, 401, next=wanted, number=number, failed=True)
        return Redirect(wanted, status_code=303)

    return [ask, come_in]


def demo_routes(access: Access, page: DoorPage) -> list[ControllerRouterHandler]:
    """Return the demo's doors: only a demo has them."""

    @post("/login/demo", opt=OPEN)
    async def come_in_to_the_demo(request: AnyRequest) -> Response[Any]:
        if not (await page.present()).demo:
            raise NotFoundException
        form = await form_of(request)
        number, wanted = form.get("number", "").strip(), way_back(form.get("next", "/"))
        begun = await access.by_demo_door(number, visit_at(request))
        if begun is None:
            return await page.shown(request, 401, next=wanted, number=number, failed=True)
        return Redirect(wanted, status_code=303)

    return [come_in_to_the_demo]


def leaving_routes(access: Access) -> list[ControllerRouterHandler]:
    """Return `/logout`."""

    @post("/logout", opt={"waiting": ANY_STEP})
    async def go_out(request: AnyRequest) -> Redirect:
        visit = visit_at(request)
        if visit.session is not None:
            await access.sessions.end(visit.session.id, visit.session.who.by)
        visit.left()
        return Redirect("/login", status_code=303)

    return [go_out]


async def form_of(request: AnyRequest) -> dict[str, str]:
    """Return the texts of a form, the last of each name; files are left out."""
    form = await request.form()
    return {name: value for name, value in form.multi_items() if isinstance(value, str)}

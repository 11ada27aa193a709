"""The pages of coming in by password and going out: `/login`, the demo's doors, `/logout`."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from lianxin.access.demo import demo_doors
from lianxin.access.doors import Doors, Stopped
from lianxin.access.onward import OPEN, form_of, onward, wanted_by
from lianxin.access.service import Access
from lianxin.access.visit import visit_at
from lianxin.access.ways import way_back
from lianxin.ground.web import Paper
from lianxin.ground.web.paper import AnyRequest
from lianxin.ground.web.present import ReadPresent

ANY_STEP: Final = ("over", "locked", "second", "password", "enrol")


class DoorPage:
    """Renders `/login`: the form, the other doors there are, and the demo's where the site is one.

    trial  whether the site says that its people are made up
    """

    def __init__(self, access: Access, present: ReadPresent, paper: Paper, *, trial: bool) -> None:
        self._access = access
        self._present = present
        self._paper = paper
        self._trial = trial

    async def has_demo_doors(self) -> bool:
        """Whether people come in without a password here."""
        return self._trial or (await self._present()).demo

    async def shown(self, request: AnyRequest, status: int = 200, **values: Any) -> Response[str]:
        """Return the page.

        values  next: where they want to go; number: as typed; stopped: why they were not let in; sign_on_failed
        """
        given = {
            "next": "/",
            "number": "",
            "stopped": None,
            "sign_on_failed": "",
            "doors": demo_doors() if await self.has_demo_doors() else (),
            "sign_on": self._access.sign_on,
            "passkeys": self._access.passkeys.served_as(request.headers.get("host", "")),
            **values,
        }
        return self._paper.page(request, "access/login.html", status=status, **given)


def login_routes(doors: Doors, page: DoorPage) -> list[ControllerRouterHandler]:
    """Return `/login`."""

    @get("/login", opt=OPEN)
    async def ask(request: AnyRequest) -> Response[Any]:
        if visit_at(request).who is not None:
            return Redirect(wanted_by(request), status_code=303)
        return await page.shown(request, next=wanted_by(request))

    @post("/login", opt=OPEN)
    async def come_in(request: AnyRequest) -> Response[Any]:
        form = await form_of(request)
        number, wanted = form.get("number", ""), way_back(form.get("next", "/"))
        came = await doors.by_password(number, form.get("password", ""), visit_at(request))
        if isinstance(came, Stopped):
            return await page.shown(request, status_of(came), next=wanted, number=number, stopped=came)
        return onward(came.waits, wanted)

    return [ask, come_in]


def demo_routes(doors: Doors, page: DoorPage) -> list[ControllerRouterHandler]:
    """Return the demo's doors: only a demo has them."""

    @post("/login/demo", opt=OPEN)
    async def come_in_to_the_demo(request: AnyRequest) -> Response[Any]:
        if not await page.has_demo_doors():
            raise NotFoundException
        form = await form_of(request)
        number, wanted = form.get("number", ""), way_back(form.get("next", "/"))
        came = await doors.by_demo_door(number, visit_at(request))
        if isinstance(came, Stopped):
            return await page.shown(request, status_of(came), next=wanted, number=number, stopped=came)
        return onward(came.waits, wanted)

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


def status_of(stopped: Stopped) -> int:
    """Return the HTTP status of somebody not being let in."""
    return 429 if stopped.wait_ms else 401

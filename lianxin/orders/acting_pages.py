"""The pages of acting on an order: the form of a step, and what becomes of it when it is sent.

A step that was taken leads back to where its giver came from, with a line that says so. One
that was not leaves the form as it was, with the reason and what is possible instead.
"""

import re
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from litestar import Request, Response, get, post
from litestar.exceptions import HTTPException, NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from lianxin.access.ways import FRONT, way_back
from lianxin.access.who import Who
from lianxin.ground.text import NumberError, parse_number
from lianxin.ground.web import Paper, ReadPresent
from lianxin.ground.web.paper import AnyRequest
from lianxin.orders.acting import ON_THE_PAGE, Acting, NotTaken, Taken
from lianxin.orders.forms import FORMS, Form
from lianxin.orders.forms.parsing import Sent
from lianxin.orders.order import Order

BODY_MAX: Final = 128 * 1024
"""Largest form that is taken, in bytes; a text of 4,000 characters needs 36,000 of them."""
_FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")
_DONE: Final = re.compile(r"([a-z-]{1,40})\.(\d{8}-\d{6,7})")

Asked = Request[Who, Any, Any]


class NotAForm(HTTPException):
    """What was sent is no form."""

    status_code = 415


def acting_routes(acting: Acting, present: ReadPresent, paper: Paper) -> list[ControllerRouterHandler]:
    """Return `/orders/{number}/do/{step}`, to open a form and to send it, and the panel as a fragment."""

    @get("/orders/{number:str}/do/{step:str}")
    async def opened(
        request: Asked, number: FromPath[str], step: FromPath[str], part: FromQuery[int] = 0, next: FromQuery[str] = ""
    ) -> Response[str]:
        order, form = await _found(acting, request.user, number, step)
        moment = await present()
        shown = await acting.form(request.user, order, form, moment.now, part, back(next))
        if isinstance(shown, NotTaken):
            return _again(request, paper, order, shown, moment.now, moment.demo)
        template = "orders/do_form.html" if "hx-request" in request.headers else "orders/do.html"
        return paper.page(request, template, order=order, shown=shown, can=None, now=moment.now, demo=moment.demo)

    @post("/orders/{number:str}/do/{step:str}", status_code=303, request_max_body_size=BODY_MAX)
    async def given(
        request: Asked, number: FromPath[str], step: FromPath[str], part: FromQuery[int] = 0
    ) -> Response[str] | Redirect:
        order, form = await _found(acting, request.user, number, step)
        sent = await sent_in(request)
        moment = await present()
        taken = await acting.give(request.user, order, form, sent, moment.now, part)
        if isinstance(taken, NotTaken):
            return _again(request, paper, order, taken, moment.now, moment.demo)
        return Redirect(_after(taken, _next(sent)), status_code=303)

    @get("/orders/{number:str}/actions")
    async def panel(request: Asked, number: FromPath[str], next: FromQuery[str] = "") -> Response[str]:
        moment = await present()
        shown = await acting.context(request.user, _number(number), moment.now, back(next))
        if shown is None:
            raise NotFoundException
        return paper.page(request, "orders/panel.html", panel=shown, now=moment.now)

    return [opened, given, panel]


def confirmed(request: AnyRequest) -> tuple[Form, str] | None:
    """Return what a page says of the step that led to it: the form that was sent, and the order's number."""
    found = _DONE.fullmatch(request.query_params.get("done", ""))
    form = FORMS.get(found[1]) if found else None
    return None if form is None or found is None else (form, found[2])


async def sent_in(request: AnyRequest) -> Sent:
    """Return every value of a form that was sent, by name. Raises NotAForm."""
    if request.content_type[0] not in _FORMS:
        raise NotAForm(detail="a form is asked for")
    found: dict[str, list[object]] = {}
    for name, value in (await request.form()).multi_items():
        found.setdefault(name, []).append(value)
    return found


async def _found(acting: Acting, who: Who, number: str, step: str) -> tuple[Order, Form]:
    """Return the order and the form that an address names. Raises NotFoundException, also for what is not seen."""
    form = FORMS.get(step)
    order = await acting.order(who, _number(number))
    if order is None or form is None or not form.given <= ON_THE_PAGE:
        raise NotFoundException
    return order, form


def _number(number: str) -> str:
    try:
        return parse_number(number)
    except NumberError:
        raise NotFoundException from None


def _again(request: AnyRequest, paper: Paper, order: Order, taken: NotTaken, now: int, demo: bool) -> Response[str]:
    """Return the form as it was, with what stands against it; as a piece of a page it is shown whatever its status."""
    piece = "hx-request" in request.headers
    return paper.page(
        request,
        "orders/do_form.html" if piece else "orders/do.html",
        status=200 if piece else taken.status,
        order=order,
        shown=taken.shown,
        can=taken.possible,
        now=now,
        demo=demo,
    )


def _next(sent: Sent) -> str:
    values = sent.get("next", ())
    return back(str(values[0])) if values else ""


def back(wanted: str) -> str:
    """Return a path of this site to go back to, "" for none."""
    found = way_back(wanted) if wanted else FRONT
    return "" if found == FRONT else found


def _after(taken: Taken, next_: str) -> str:
    """Return where to go after a step: where its giver came from, with what was done."""
    place = urlsplit(next_ or f"/orders/{taken.number}")
    query = [(name, value) for name, value in parse_qsl(place.query) if name != "done"]
    done = [*query, ("done", f"{taken.form.slug}.{taken.number}")]
    return urlunsplit(("", "", place.path, urlencode(done), place.fragment))

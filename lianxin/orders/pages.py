"""The pages of orders: lists by holder, search, and the page of one order with what its reader can do.

Everything is read for who asks; an order that they may not see is not there. Whoever is
shown one stands in the access log.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from lianxin.access.who import Who
from lianxin.ground.clock import Instant
from lianxin.ground.text import NumberError, parse_number
from lianxin.ground.web import LANGUAGES, Paper, ReadPresent
from lianxin.ground.web.language import chosen
from lianxin.orders import words
from lianxin.orders.acting import Acting
from lianxin.orders.acting_pages import back
from lianxin.orders.course import handovers
from lianxin.orders.forms import FORMS
from lianxin.orders.listing import PAGE, Cursor, HolderLine, Listing, Row, cursor_of
from lianxin.orders.sheet import Found, due_state, sheet_of, title_of
from lianxin.privacy import Looks, Reveals
from lianxin.rules import Rules

Asked = Request[Who, Any, Any]
NUMBER_DIGITS_LEAST = 12
"""Who types this many digits and little else means a number, and is told what is wrong with it."""
QUERY_MAX = 64


class Orders(Protocol):
    """Where orders are read from, for whom; see `reading.OrderReader`."""

    async def held(self, reader: str, holder: str | None, after: Cursor | None) -> tuple[Row, ...]: ...
    async def search(self, reader: str, query: str, below: int | None) -> tuple[Row, ...]: ...
    async def count(self, reader: str, holder: str) -> int: ...
    async def holders(self, reader: str, now: Instant) -> tuple[HolderLine, ...]: ...
    async def order(self, reader: str, number: str) -> tuple[Found, str] | None: ...


RulesOf = Callable[[str], Rules]
"""Gives the rules of a pack's reference `name@version`."""


TERMS: dict[str, Any] = {
    "state_words": words.STATE_WORDS,
    "kind_words": words.KIND_WORDS,
    "urgency_words": words.URGENCY_WORDS,
    "flag_words": words.FLAG_WORDS,
    "grave_flags": words.GRAVE_FLAGS,
    "warning_flags": words.WARNING_FLAGS,
    "promise_words": words.PROMISE_WORDS,
    "part_words": words.PART_WORDS,
    "message_words": words.MESSAGE_WORDS,
    "undelivered_words": words.UNDELIVERED_WORDS,
    "entry_words": words.ENTRY_WORDS,
    "say_words": words.SAY_WORDS,
    "value_words": words.VALUE_WORDS,
    "due_state": due_state,
    "handovers": handovers,
    "forms": FORMS,
}
"""What the templates of orders need on every page."""


def order_routes(
    orders: Orders,
    acting: Acting,
    looks: Looks,
    reveals: Reveals,
    rules_of: RulesOf,
    present: ReadPresent,
    paper: Paper,
) -> list[ControllerRouterHandler]:
    """Return `/orders`, `/orders/holders`, `/orders/{number}` and the piece of it that the pages of its steps show."""

    @get("/orders")
    async def listed(
        request: Asked, holder: FromQuery[str] = "", q: FromQuery[str] = "", after: FromQuery[str] = ""
    ) -> Response[str] | Redirect:
        query = " ".join(q.split())[:QUERY_MAX]
        if _means_number(query):
            return Redirect(f"/orders/{query.replace(' ', '').replace('/', '-')}")
        moment, reader = await present(), request.user.number
        read = _searched(orders, reader, query, after) if query else _held(orders, reader, holder or None, after)
        listing = await read(moment.now, moment.demo)
        return paper.page(request, "orders/list.html", listing=listing, q=query, now=moment.now, demo=moment.demo)

    @get("/orders/holders")
    async def holders(request: Asked) -> Response[str]:
        moment = await present()
        lines = await orders.holders(request.user.number, moment.now)
        piece = "hx-request" in request.headers
        template = "orders/holder_groups.html" if piece else "orders/holders.html"
        return paper.page(request, template, holders=lines, now=moment.now, demo=moment.demo)

    @get("/orders/{number:str}")
    async def one(request: Asked, number: FromPath[str], next: FromQuery[str] = "") -> Response[str] | Redirect:
        try:
            written = parse_number(number)
        except NumberError as wrong:
            sentences = {language: wrong.sentence(language) for language in LANGUAGES}
            return paper.page(request, "orders/wrong.html", status=404, number=number, sentences=sentences)
        if written != number:
            return Redirect(f"/orders/{written}")
        found = await orders.order(request.user.number, number)
        if found is None:
            return paper.page(request, "orders/unknown.html", status=404, number=number)
        moment = await present()
        language = chosen(request.query_params, request.cookies)
        sheet = sheet_of(found[0], rules_of(found[1]), moment.now, language, moment.demo)
        await looks.note(request.user, sheet.order.id, "page", moment.now)
        panel = await acting.panel(request.user, sheet.order, moment.now, back(next))
        person = await reveals.box(request.user, number)
        return paper.page(
            request,
            "orders/order.html",
            sheet=sheet,
            panel=panel,
            person=person,
            now=moment.now,
            demo=moment.demo,
        )

    @get("/orders/{number:str}/words")
    async def piece(request: Asked, number: FromPath[str]) -> Response[str]:
        found = await orders.order(request.user.number, number)
        if found is None:
            raise NotFoundException
        await looks.note(request.user, found[0].order_id, "page", (await present()).now)
        text = found[0].first
        return paper.page(request, "orders/words.html", title=title_of(found[0]), text=text, channel=found[0].channel)

    return [listed, holders, one, piece]


_Read = Callable[[Instant, bool], Awaitable[Listing]]


def _searched(orders: Orders, reader: str, query: str, after: str) -> _Read:
    cursor = cursor_of(after)

    async def read(now: Instant, demo: bool) -> Listing:
        rows = await orders.search(reader, query, cursor.order_id if cursor is not None else None)
        return Listing(now, None, query, rows[:PAGE], _next(rows), first=cursor is None, demo=demo)

    return read


def _held(orders: Orders, reader: str, holder: str | None, after: str) -> _Read:
    cursor = cursor_of(after)

    async def read(now: Instant, demo: bool) -> Listing:
        rows = await orders.held(reader, holder, cursor)
        total = None if holder is None else await orders.count(reader, holder)
        return Listing(now, holder, "", rows[:PAGE], _next(rows), cursor is None, total, demo=demo)

    return read


def _next(rows: Sequence[Row]) -> str | None:
    return str(Cursor(rows[PAGE - 1].due, rows[PAGE - 1].order_id)) if len(rows) > PAGE else None


def _means_number(query: str) -> bool:
    digits = sum(char.isdigit() for char in query)
    return digits >= NUMBER_DIGITS_LEAST and len(query) - digits <= 4

"""The book of responsibility, and the fragment of it that changes; whoever comes in begins there."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from litestar import Request, Response, get
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from lianxin.access import Who
from lianxin.desks.book import Book
from lianxin.desks.city import Map
from lianxin.desks.drawing import drawing_of
from lianxin.ground.web import Paper
from lianxin.ground.web.wiring import Tab

Asked = Request[Who, Any, Any]
ReadBook = Callable[[str], Awaitable[Book]]
"""Reads the book as it stands now, for a reader."""


def book_routes(
    read: ReadBook, paper: Paper, city_map: Map | None, tabs: Sequence[Tab] = ()
) -> list[ControllerRouterHandler]:
    """Return `/desk`, `/book` and `/book/now`."""

    async def values(request: Asked) -> dict[str, Any]:
        book = await read(request.user.number)
        return {
            "book": book,
            "drawing": drawing_of(book),
            "city_map": city_map,
            "wall": False,
        }

    @get("/desk")
    async def desk(request: Asked) -> Redirect:
        return Redirect(own_desk(tabs, request.user.roles), status_code=303)

    @get("/book")
    async def whole(request: Asked) -> Response[str]:
        return paper.page(request, "desks/book.html", **await values(request))

    @get("/book/now")
    async def now(request: Asked) -> Response[str]:
        return paper.page(request, "desks/book_now.html", **await values(request))

    return [desk, whole, now]


def own_desk(tabs: Sequence[Tab], roles: frozenset[str]) -> str:
    """Return the path of the desk of somebody with these roles; the book for who has none."""
    own = [tab for tab in tabs if tab.roles & roles]
    return min(own, key=lambda tab: tab.rank).path if own else "/book"

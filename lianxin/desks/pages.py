"""The front page: the book of responsibility, and the fragment of it that changes."""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Response, get
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from lianxin.desks.book import Book
from lianxin.desks.city import Map
from lianxin.desks.drawing import drawing_of
from lianxin.ground.web import Paper
from lianxin.ground.web.paper import AnyRequest

ReadBook = Callable[[], Awaitable[Book]]
"""Reads the book as it stands now."""


def book_routes(read: ReadBook, paper: Paper, city_map: Map | None) -> list[ControllerRouterHandler]:
    """Return `/`, `/book` and `/book/now`."""

    async def values() -> dict[str, Any]:
        book = await read()
        return {
            "book": book,
            "drawing": drawing_of(book),
            "city_map": city_map,
        }

    @get("/")
    async def front() -> Redirect:
        return Redirect("/book")

    @get("/book")
    async def whole(request: AnyRequest) -> Response[str]:
        return paper.page(request, "desks/book.html", **await values())

    @get("/book/now")
    async def now(request: AnyRequest) -> Response[str]:
        return paper.page(request, "desks/book_now.html", **await values())

    return [front, whole, now]

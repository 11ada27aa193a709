"""The pages on which a citizen's name and numbers are asked for: the box of an order, and the search by number."""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from lianxin.access.who import Who
from lianxin.ground.text import NumberError, parse_number
from lianxin.ground.web import Paper, ReadPresent
from lianxin.ground.web.language import marked
from lianxin.ground.web.paper import AnyRequest
from lianxin.people.numbers import national
from lianxin.privacy.purposes import PURPOSES
from lianxin.privacy.reveals import WORDS_MAX, Box, NotSeen, RevealRefused, Reveals
from lianxin.privacy.searching import DIGITS_MAX, SEARCHERS, PeopleSearch, SearchRefused

Asked = Request[Who, Any, Any]
BODY_MAX: Final = 16 * 1024
PAGE_SHOWN_S: Final = 2
"""So long a page without scripts may lie past the ten minutes before it is loaded anew."""

REFUSED: Final[dict[str, str]] = {
    "not_yours": marked("You may not be shown who is behind this order, or not for this purpose."),
    "no_purpose": marked("Choose for what you need it. Nothing was shown."),
    "no_words": marked("Say in your own words for what you need it, in four to two hundred characters."),
    "number": marked("A telephone or identity number must not stand in the reason. Take it out and ask again."),
    "too_many": marked("You were shown very many within an hour. Wait a while, or ask the duty manager."),
    "nobody": marked("Nobody is kept for this order, or they were erased by law."),
}
SEARCH_REFUSED: Final[dict[str, str]] = {
    "too_short": marked("Type the whole number, or its last four digits. Nothing was searched."),
    "too_many": marked("You searched very often within an hour. Wait a while, or ask the duty manager."),
}
TERMS: Final[dict[str, Any]] = {"reveal_purposes": PURPOSES, "dialled": national, "reveal_words_max": WORDS_MAX}


def reveal_routes(reveals: Reveals, present: ReadPresent, paper: Paper) -> list[ControllerRouterHandler]:
    """Return `/orders/{number}/person`, page and fragment, and `/orders/{number}/reveal`."""

    @get("/orders/{number:str}/person")
    async def person(request: Asked, number: FromPath[str]) -> Response[str]:
        box = await _box(reveals, request.user, number)
        return await shown(request, box)

    @post("/orders/{number:str}/reveal", status_code=303, request_max_body_size=BODY_MAX)
    async def reveal(request: Asked, number: FromPath[str]) -> Response[str] | Redirect:
        written, form = _written(number), await _texts(request)
        moment = await present()
        try:
            box = await reveals.ask(request.user, written, form.get("purpose", ""), form.get("words", ""), moment.now)
        except NotSeen:
            raise NotFoundException from None
        except RevealRefused as refusal:
            box = await _box(reveals, request.user, number)
            return await shown(request, box, 403 if refusal.code == "not_yours" else 422, refusal.code, form)
        if "hx-request" in request.headers:
            return await shown(request, box)
        return Redirect(f"/orders/{written}/person", status_code=303)

    async def shown(
        request: Asked, box: Box, status: int = 200, refused: str = "", form: dict[str, str] | None = None
    ) -> Response[str]:
        moment, piece = await present(), "hx-request" in request.headers
        page = paper.page(
            request,
            "privacy/person_box.html" if piece else "privacy/person.html",
            status=200 if piece else status,
            person=box,
            refused=REFUSED.get(refused, ""),
            form=form or {},
            now=moment.now,
            demo=moment.demo,
        )
        if box.left_s and not piece:
            page.headers["Refresh"] = f"{box.left_s + PAGE_SHOWN_S}; url=/orders/{box.number}/person"
        return page

    return [person, reveal]


def search_routes(search: PeopleSearch, present: ReadPresent, paper: Paper) -> list[ControllerRouterHandler]:
    """Return `/people/search`. The number is sent in the body: it must stand in no address and no log."""
    only = {"roles": SEARCHERS}

    @get("/people/search", opt=only)
    async def asked(request: Asked) -> Response[str]:
        return await shown(request, None)

    @post("/people/search", opt=only, status_code=200, request_max_body_size=BODY_MAX)
    async def searched(request: Asked) -> Response[str]:
        number = (await _texts(request)).get("phone", "")[: 4 * DIGITS_MAX]
        moment = await present()
        try:
            found = await search.find(request.user, number, moment.now)
        except SearchRefused as refusal:
            status = 429 if refusal.code == "too_many" else 422
            return await shown(request, None, status, SEARCH_REFUSED[refusal.code])
        return await shown(request, found)

    async def shown(request: Asked, found: Any, status: int = 200, refused: str = "") -> Response[str]:
        moment = await present()
        values = {"found": found, "refused": refused, "now": moment.now, "demo": moment.demo}
        return paper.page(request, "privacy/search.html", status=status, **values)

    return [asked, searched]


async def _box(reveals: Reveals, who: Who, number: str) -> Box:
    """Return the box of an order. Raises NotFoundException for one that is not seen."""
    try:
        return await reveals.box(who, _written(number))
    except NotSeen:
        raise NotFoundException from None


def _written(number: str) -> str:
    try:
        return parse_number(number)
    except NumberError:
        raise NotFoundException from None


async def _texts(request: AnyRequest) -> dict[str, str]:
    """Return the texts of a form, the last of each name; whatever else was sent is no form."""
    if request.content_type[0] not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return {}
    form = await request.form()
    return {name: value for name, value in form.multi_items() if isinstance(value, str)}

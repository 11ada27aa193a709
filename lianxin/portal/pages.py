"""What do all of the citizens' pages share? The frame, a browser's cookies, puzzle and limits, and the front page."""

import secrets
from collections.abc import Mapping
from typing import Any, Final

from litestar import Response, get
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from lianxin.access import cookies
from lianxin.access.onward import form_of as form_of
from lianxin.access.visit import visit_at
from lianxin.ground.clock import SECOND_MS, Clock
from lianxin.ground.web import Language, Paper, ReadPresent
from lianxin.ground.web.language import chosen, translations
from lianxin.ground.web.paper import AnyRequest
from lianxin.ground.web.refusals import Handler
from lianxin.ground.web.static import YEAR_S
from lianxin.portal.limits import SPENT, Gauge, Limit, Limits, TooOften, network
from lianxin.portal.puzzle import BITS, challenge, solved

PUBLIC: Final[Mapping[str, Any]] = {"public": True}
DRAFT: Final = "lianxin-draft"
LOOK: Final = "lianxin-look"
_SIZE: Final = "lianxin-size"
_SIZES: Final = ("m", "l", "xl")
_CHANCE_BYTES: Final = 12
BODY_MAX: Final = 1_000_000
"""Bytes of a form: many times the longest text that is taken, so that one somewhat too long comes back with a word."""


class Frame:
    """Renders the citizens' pages, and knows the browser that asks.

    clock  the machine's, for puzzles and limits; `present` the site's own time, for what the pages say
    """

    def __init__(self, paper: Paper, present: ReadPresent, clock: Clock, gauge: Gauge) -> None:
        self.paper = paper
        self.present = present
        self.clock = clock
        self.gauge = gauge

    async def shown(
        self, request: AnyRequest, template: str, /, status: int = 200, here: str = "", **values: Any
    ) -> Response[str]:
        """Return a page of the portal."""
        moment = await self.present()
        given: dict[str, Any] = {
            "size": _size(request),
            "here": here,
            "demo": moment.demo,
            "now": moment.now,
            "puzzle": challenge(self.clock.now(), secrets.token_bytes(_CHANCE_BYTES)),
            "puzzle_bits": BITS,
        }
        return self.paper.page(request, f"portal/{template}", status=status, **{**given, **values})

    async def worked(self, form: Mapping[str, str]) -> bool:
        """Whether the browser solved its puzzle, for the first time."""
        asked, nonce = form.get("puzzle", ""), form.get("work", "")
        if not solved(asked, nonce, self.clock.now()):
            return False
        try:
            await self.gauge.take((SPENT, f"{asked}.{nonce}"))
        except TooOften:
            return False
        return True

    async def limit(
        self, request: AnyRequest, form: Mapping[str, str], limits: Limits, *more: tuple[Limit, str]
    ) -> None:
        """Count one for the address that asks, and for more. Raises TooOften."""
        worked = await self.worked(form)
        await self.gauge.take_all(limits, address_of(request), worked=worked, more=more)


def address_of(request: AnyRequest) -> str:
    """Return for what an address is counted: itself, or its network."""
    return network(visit_at(request).address)


def secret_of(request: AnyRequest, cookie: str) -> str:
    """Return the secret of a box that this browser has; "" where it has none."""
    return cookies.value_of(request.cookies, cookie, visit_at(request).secure)


def keep_secret(request: AnyRequest, cookie: str, secret: str) -> None:
    """Let this browser keep the secret of a box until it is closed; "" lets it forget."""
    visit = visit_at(request)
    visit.headers.append(cookies.set_cookie(cookie, secret, visit.secure, None if secret else 0))


def language_of(request: AnyRequest) -> Language:
    """Return the language of the reader."""
    return chosen(request.query_params, request.cookies)


def said(language: Language, words: str) -> str:
    """Return a sentence in the language of the reader; `words` is a msgid without values."""
    return translations(language).gettext(words)


def see(path: str) -> Redirect:
    """Send the browser on after a form, so that loading the page again does not send the form again."""
    return Redirect(path, status_code=303, headers={"Cache-Control": "no-store"})


def front_routes(frame: Frame) -> list[ControllerRouterHandler]:
    """Return `/`: the portal for a citizen, the desk for somebody who is logged in."""

    @get("/", opt={"public": True, "session": True})
    async def front(request: AnyRequest) -> Response[Any]:
        if visit_at(request).who is not None:
            return see("/desk")
        return await frame.shown(request, "front.html")

    return [front]


def refusals(frame: Frame) -> Mapping[type[Exception], Handler]:
    """Return what is answered to somebody who asks too often."""

    def too_often(request: AnyRequest, error: Exception) -> Response[str]:
        assert isinstance(error, TooOften)
        wait_ms = int(error.wait_s * SECOND_MS)
        page = frame.paper.page(request, "portal/wait.html", status=429, **_still(request, frame, wait_ms))
        page.headers["Retry-After"] = str(int(error.wait_s) + 1)
        return page

    return {TooOften: too_often}


def _still(request: AnyRequest, frame: Frame, wait_ms: int) -> dict[str, Any]:
    """Return the values of a page that asks nobody for the time."""
    given = {"size": _size(request), "here": "", "demo": False, "now": frame.clock.now()}
    return {**given, "wait_ms": wait_ms, "again": request.url.path}


def _size(request: AnyRequest) -> str:
    """Return the size of type the reader chose, and keep it where it was chosen just now."""
    visit = visit_at(request)
    wanted: str | None = request.query_params.get("size")
    if wanted in _SIZES:
        visit.headers.append(cookies.set_cookie(_SIZE, wanted, visit.secure, YEAR_S))
        return wanted
    kept: str = cookies.value_of(request.cookies, _SIZE, visit.secure)
    return kept if kept in _SIZES else _SIZES[0]

"""The pages on which a citizen follows their matter: open it, see its course, take it up again, leave (查进展)."""

from typing import Any, Final

import structlog
from litestar import Response, get, post
from litestar.types import ControllerRouterHandler

from lianxin.ground.text import NumberError, parse_number
from lianxin.ground.web.paper import AnyRequest
from lianxin.portal.following import Following, Look, Opened, number_of
from lianxin.portal.limits import FOLLOW, GUESS, GUESS_HERE, LOST, LOST_NUMBER
from lianxin.portal.lost import LostCodes
from lianxin.portal.pages import (
    BODY_MAX,
    LOOK,
    PUBLIC,
    Frame,
    address_of,
    form_of,
    keep_secret,
    language_of,
    said,
    secret_of,
    see,
)
from lianxin.portal.standing import NO_DAY
from lianxin.portal.verifying import answer_to
from lianxin.portal.words import DONE, OFFERS, WRONG_PAIR
from lianxin.receipts import Receipts

_FORM: Final[dict[str, Any]] = {"opt": PUBLIC, "request_max_body_size": BODY_MAX}
_log = structlog.get_logger("lianxin.portal")


class Watching:
    """What the pages of following need."""

    def __init__(self, frame: Frame, following: Following, receipts: Receipts, lost: LostCodes) -> None:
        self.frame = frame
        self.following = following
        self.receipts = receipts
        self.lost = lost

    async def opened(self, request: AnyRequest) -> Opened | None:
        """Return what this browser has opened."""
        return await self.following.opened(secret_of(request, LOOK), self.frame.clock.now())

    async def begin(self, request: AnyRequest, status: int = 200, **values: Any) -> Response[str]:
        """Return the page that asks for number and code; `number`, `failed` and `unsent` as they are given."""
        given = {"number": "", "failed": "", "unsent": "", **values}
        return await self.frame.shown(request, "follow.html", status, "follow", **given)

    async def course(self, request: AnyRequest, opened: Opened) -> Response[str]:
        """Return the page of the order."""
        now = (await self.frame.present()).now
        look = await self.following.look(opened.number, now, language_of(request))
        done = DONE.get(request.query_params.get("done", ""))
        language = language_of(request)
        given: dict[str, Any] = {
            "look": look,
            "acts": _offers(look),
            "no_day": NO_DAY,
            "done": said(language, done) if done else "",
        }
        return await self.frame.shown(request, "course.html", here="follow", **given)


def _offers(look: Look) -> list[Any]:
    return [OFFERS[act] for act in look.acts]


def following_routes(watching: Watching) -> list[ControllerRouterHandler]:
    """Return `/follow` and the way out of it."""

    @get("/follow", opt=PUBLIC)
    async def show(request: AnyRequest) -> Response[Any]:
        opened = await watching.opened(request)
        return await (watching.begin(request) if opened is None else watching.course(request, opened))

    @post("/follow", **_FORM)
    async def open_(request: AnyRequest) -> Response[Any]:
        form = await form_of(request)
        number, unsent = form.get("number", ""), form.get("unsent", "")
        guesses = _guesses(number, request)
        await watching.frame.limit(request, form, FOLLOW, *guesses)
        try:
            now = watching.frame.clock.now()
            secret = await watching.following.open(number, form.get("code", ""), now, unsent)
        except NumberError as wrong:
            failed = wrong.sentence(language_of(request))
            return await watching.begin(request, 422, number=number, failed=failed, unsent=unsent)
        if secret is None:
            _log.info("number and code did not belong together")
            failed = said(language_of(request), WRONG_PAIR)
            return await watching.begin(request, 422, number=number, failed=failed, unsent=unsent)
        await watching.frame.gauge.give_back(*guesses)
        keep_secret(request, LOOK, secret)
        return see("/follow/add") if unsent else see("/follow")

    @post("/follow/leave", **_FORM)
    async def leave(request: AnyRequest) -> Response[Any]:
        await watching.following.close(secret_of(request, LOOK))
        keep_secret(request, LOOK, "")
        return see("/")

    return [show, open_, leave]


def code_routes(watching: Watching) -> list[ControllerRouterHandler]:
    """Return what compares a receipt with the books, and what replaces a lost code."""

    @get("/follow/verify", opt=PUBLIC)
    async def ask(request: AnyRequest) -> Response[Any]:
        if await watching.opened(request) is None:
            return see("/follow")
        return await watching.frame.shown(request, "verify.html", here="follow", answer=None, receipt="")

    @post("/follow/verify", **_FORM)
    async def compare(request: AnyRequest) -> Response[Any]:
        opened = await watching.opened(request)
        if opened is None:
            return see("/follow")
        written = (await form_of(request)).get("receipt", "")
        answer = await answer_to(written, opened.number, watching.following, watching.receipts)
        return await watching.frame.shown(request, "verify.html", here="follow", answer=answer, receipt=written)

    @get("/follow/lost", opt=PUBLIC)
    async def lost(request: AnyRequest) -> Response[Any]:
        return await watching.frame.shown(request, "lost.html", here="follow", number="", asked=False, failed="")

    @post("/follow/lost", **_FORM)
    async def replace(request: AnyRequest) -> Response[Any]:
        form = await form_of(request)
        number = form.get("number", "")
        try:
            meant = parse_number(number)
        except NumberError as wrong:
            given: dict[str, Any] = {"number": number, "asked": False, "failed": wrong.sentence(language_of(request))}
            return await watching.frame.shown(request, "lost.html", 422, "follow", **given)
        await watching.frame.limit(request, form, LOST, (LOST_NUMBER, meant))
        watching.lost.ask(meant, form.get("phone", ""))
        return await watching.frame.shown(request, "lost.html", here="follow", number=number, asked=True, failed="")

    return [ask, compare, lost, replace]


def _guesses(number: str, request: AnyRequest) -> Any:
    """Return what a guess at this number counts for: given back when it was right. The same for no order's number."""
    meant = number_of(number)
    return () if meant is None else ((GUESS_HERE, f"{meant}\0{address_of(request)}"), (GUESS, meant))

"""The pages on which a citizen says how it went, and asks to have it opened again (评价、申请重新办理)."""

from functools import partial
from typing import Any, Final

from litestar import Response, get, post
from litestar.types import ControllerRouterHandler

from lianxin.ground.web.paper import AnyRequest
from lianxin.portal.acting_pages import Doing, command_of
from lianxin.portal.draft import Rating, Wrong, with_addition, with_rating
from lianxin.portal.following import Opened
from lianxin.portal.pages import BODY_MAX, PUBLIC, form_of, see
from lianxin.portal.words import REASONS, SATISFIED, SOLVED

_FORM: Final[dict[str, Any]] = {"opt": PUBLIC, "request_max_body_size": BODY_MAX}
_UNSAID: Final = Rating()
_CHOICES: Final = {"solved": SOLVED, "satisfied": SATISFIED, "reasons": REASONS}


def rating_routes(doing: Doing) -> list[ControllerRouterHandler]:
    """Return what takes the citizen's word on how it went."""

    @get("/follow/rate", opt=PUBLIC)
    async def ask(request: AnyRequest) -> Response[Any]:
        opened = await doing.watching.opened(request)
        return see("/follow") if opened is None else await _rating(doing, request)

    @post("/follow/rate", **_FORM)
    async def rate(request: AnyRequest) -> Response[Any]:
        form = await form_of(request)
        opened = await doing.watching.opened(request)
        if opened is None:
            return await doing.watching.begin(request, 401, unsent=form.get("text", ""))
        rating, wrong = with_rating(form)
        if wrong:
            return await _rating(doing, request, rating, wrong)
        refused = await doing.refusal(
            request, opened, partial(doing.acting.rate, opened.number, rating, command_of(form))
        )
        return await _rating(doing, request, rating, refused=refused) if refused else see("/follow?done=rated")

    return [ask, rate]


def reopening_routes(doing: Doing) -> list[ControllerRouterHandler]:
    """Return what asks to have a closed order opened again."""

    @get("/follow/reopen", opt=PUBLIC)
    async def ask(request: AnyRequest) -> Response[Any]:
        opened = await doing.watching.opened(request)
        return see("/follow") if opened is None else await _reopening(doing, request, opened.unsent)

    @post("/follow/reopen", **_FORM)
    async def reopen(request: AnyRequest) -> Response[Any]:
        form = await form_of(request)
        opened = await doing.watching.opened(request)
        if opened is None:
            return await doing.watching.begin(request, 401, unsent=form.get("text", ""))
        text, wrong = with_addition(form)
        if wrong:
            return await _reopening(doing, request, text, wrong)
        refused = await _asked(doing, request, opened, text, form)
        return await _reopening(doing, request, text, refused=refused) if refused else see("/follow?done=reopen_asked")

    return [ask, reopen]


async def _asked(doing: Doing, request: AnyRequest, opened: Opened, text: str, form: dict[str, str]) -> str:
    ask = partial(doing.acting.ask_reopen, opened.number, text, command_of(form))
    return await doing.refusal(request, opened, ask)


async def _rating(
    doing: Doing, request: AnyRequest, rating: Rating = _UNSAID, wrong: Wrong | None = None, refused: str = ""
) -> Response[str]:
    given: dict[str, Any] = {"rating": rating, "wrong": wrong or {}, "refused": refused, **_CHOICES}
    status = 422 if wrong or refused else 200
    return await doing.watching.frame.shown(request, "rate.html", status, "follow", command=doing.command(), **given)


async def _reopening(
    doing: Doing, request: AnyRequest, text: str = "", wrong: Wrong | None = None, refused: str = ""
) -> Response[str]:
    given: dict[str, Any] = {"text": text, "wrong": wrong or {}, "refused": refused}
    status = 422 if wrong or refused else 200
    return await doing.watching.frame.shown(request, "reopen.html", status, "follow", command=doing.command(), **given)

"""The pages of drafts: kept as somebody types, listed, discarded."""

import re
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post, put
from litestar.exceptions import HTTPException, NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from lianxin.access.ways import way_back
from lianxin.access.who import Who
from lianxin.ground.clock import to_datetime
from lianxin.ground.web import Paper, ReadPresent, marked
from lianxin.ground.web.language import chosen, translations
from lianxin.orders.acting_pages import BODY_MAX, sent_in
from lianxin.orders.drafts import Drafts, DraftTooLarge, TooManyDrafts
from lianxin.orders.forms import FORMS, Form
from lianxin.orders.forms.parsing import Sent
from lianxin.orders.service import Services

_SUBJECT: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z:._-]{0,63}")
_FORM: Final = re.compile(r"[a-z][a-z0-9-]{0,47}")
_FIELDS_MAX: Final = 80
_KEPT: Final = marked("Draft kept at %(at)s")

Asked = Request[Who, Any, Any]


class DraftRefused(HTTPException):
    """The draft is not kept: it is too large, or there are too many; what was kept before stays."""

    status_code = 413


def draft_routes(
    drafts: Drafts, services: Services, present: ReadPresent, paper: Paper
) -> list[ControllerRouterHandler]:
    """Return `/drafts`, and where one is kept and discarded."""

    @get("/drafts")
    async def listed(request: Asked) -> Response[str]:
        moment = await present()
        lines = await drafts.all(request.user.number)
        shown = [(line, _form_of(line.form), drafts.place_of(line)) for line in lines]
        return paper.page(request, "orders/drafts.html", drafts=shown, now=moment.now, demo=moment.demo)

    @put("/drafts/{subject:str}/{form:str}", request_max_body_size=BODY_MAX)
    async def kept(request: Asked, subject: FromPath[str], form: FromPath[str]) -> Response[str]:
        _check(subject, form)
        sent = await sent_in(request)
        moment = await present()
        if await _was_given(services, sent):
            return Response("", media_type="text/plain")
        try:
            await drafts.keep(request.user.number, subject, form, _texts(sent), moment.now)
        except (DraftTooLarge, TooManyDrafts) as refusal:
            raise DraftRefused(detail=type(refusal).__name__) from None
        say = translations(chosen(request.query_params, request.cookies)).gettext
        return Response(say(_KEPT) % {"at": to_datetime(moment.now).strftime("%H:%M")}, media_type="text/plain")

    @post("/drafts/{subject:str}/{form:str}/discard", status_code=303, request_max_body_size=BODY_MAX)
    async def discarded(request: Asked, subject: FromPath[str], form: FromPath[str]) -> Redirect:
        _check(subject, form)
        await drafts.drop(request.user.number, subject, form)
        wanted = str(next(iter((await sent_in(request)).get("back", ())), ""))
        return Redirect(way_back(wanted) if wanted else "/drafts", status_code=303)

    return [listed, kept, discarded]


async def _was_given(services: Services, sent: Sent) -> bool:
    """Whether the command of this form was carried out: what comes late then is no draft any more."""
    try:
        command = UUID(str(next(iter(sent.get("command", ())), "")))
    except ValueError:
        return False
    return await services.answered(command) is not None


def _check(subject: str, form: str) -> None:
    if not (_SUBJECT.fullmatch(subject) and _FORM.fullmatch(form)):
        raise NotFoundException


def _texts(sent: Sent) -> dict[str, tuple[str, ...]]:
    """Return the words of a form; a form with more fields than any of ours has is none. Raises DraftRefused."""
    if len(sent) > _FIELDS_MAX:
        raise DraftRefused(detail="too many fields")
    return {name[:64]: tuple(value for value in values if isinstance(value, str)) for name, values in sent.items()}


def _form_of(name: str) -> Form | None:
    """Return the form of a draft's name, None for one of a room's own."""
    slug, _, part = name.rpartition("-")
    return FORMS.get(slug) if part.isdigit() and slug in FORMS else FORMS.get(name)

"""The pages on which a citizen acts on their own order: add something, take it back."""

import secrets
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.types import ControllerRouterHandler

from lianxin.contacts.course import ContactRefused
from lianxin.ground.ledger import ChainMoved
from lianxin.ground.ledger.command_id import CHANCE_BYTES, command_id
from lianxin.ground.web import marked
from lianxin.ground.web.paper import AnyRequest
from lianxin.orders.overtaken import Overtaken
from lianxin.orders.refusal import Refused
from lianxin.portal.acting import Acting
from lianxin.portal.draft import Wrong, with_addition
from lianxin.portal.following import Opened
from lianxin.portal.following_pages import Watching
from lianxin.portal.limits import ACT, TooOften
from lianxin.portal.pages import BODY_MAX, PUBLIC, form_of, language_of, said, see

_FORM: Final[dict[str, Any]] = {"opt": PUBLIC, "request_max_body_size": BODY_MAX}
BUSY: Final = marked("Somebody was just working on your matter. Nothing was sent; please try again.")
SLOW_DOWN: Final = marked("That was quick one after another. Nothing was sent; please try again in some minutes.")


class Doing:
    """What the pages of acting need."""

    def __init__(self, watching: Watching, acting: Acting) -> None:
        self.watching = watching
        self.acting = acting

    def command(self) -> str:
        """Return the id of a form's command: sent twice it acts once."""
        return str(command_id(self.watching.frame.clock.now(), secrets.token_bytes(CHANCE_BYTES)))

    async def add(
        self, request: AnyRequest, opened: Opened, text: str = "", wrong: Wrong | None = None, refused: str = ""
    ) -> Response[str]:
        """Return the form that adds something, as it was where it was refused."""
        given = {"number": opened.number, "text": text, "wrong": wrong or {}, "refused": refused}
        status = 422 if wrong or refused else 200
        return await self.watching.frame.shown(request, "add.html", status, "follow", command=self.command(), **given)

    async def withdraw(self, request: AnyRequest, opened: Opened, refused: str = "") -> Response[str]:
        """Return the question whether to take it back."""
        given = {"number": opened.number, "refused": refused, "command": self.command()}
        return await self.watching.frame.shown(request, "withdraw.html", 422 if refused else 200, "follow", **given)

    async def refusal(self, request: AnyRequest, opened: Opened, act: Callable[[], Awaitable[None]]) -> str:
        """Do it; return what is said where it was refused, or too much on one order, else ""."""
        try:
            await self.watching.frame.gauge.take_all(ACT, opened.number, worked=True)
            await act()
        except TooOften:
            return said(language_of(request), SLOW_DOWN)
        except Refused as no:
            return f"{no.sentence}{no.instead}"
        except (Overtaken, ContactRefused, ChainMoved):
            return said(language_of(request), BUSY)
        return ""


def adding_routes(doing: Doing) -> list[ControllerRouterHandler]:
    """Return what adds something to the order."""

    @get("/follow/add", opt=PUBLIC)
    async def ask(request: AnyRequest) -> Response[Any]:
        opened = await doing.watching.opened(request)
        return see("/follow") if opened is None else await doing.add(request, opened, opened.unsent)

    @post("/follow/add", **_FORM)
    async def add(request: AnyRequest) -> Response[Any]:
        form = await form_of(request)
        opened = await doing.watching.opened(request)
        if opened is None:
            return await doing.watching.begin(request, 401, unsent=form.get("text", ""))
        text, wrong = with_addition(form)
        if wrong:
            return await doing.add(request, opened, text, wrong)
        refused = await doing.refusal(request, opened, partial(doing.acting.add, opened.number, text, command_of(form)))
        return await doing.add(request, opened, text, refused=refused) if refused else see("/follow?done=added")

    return [ask, add]


def withdrawing_routes(doing: Doing) -> list[ControllerRouterHandler]:
    """Return what takes the order back."""

    @get("/follow/withdraw", opt=PUBLIC)
    async def ask(request: AnyRequest) -> Response[Any]:
        opened = await doing.watching.opened(request)
        return see("/follow") if opened is None else await doing.withdraw(request, opened)

    @post("/follow/withdraw", **_FORM)
    async def withdraw(request: AnyRequest) -> Response[Any]:
        opened = await doing.watching.opened(request)
        if opened is None:
            return await doing.watching.begin(request, 401)
        command = command_of(await form_of(request))
        refused = await doing.refusal(request, opened, partial(doing.acting.withdraw, opened.number, command))
        return await doing.withdraw(request, opened, refused) if refused else see("/follow?done=withdrawn")

    return [ask, withdraw]


def command_of(form: dict[str, str]) -> UUID:
    """Return the command of a form. One that a browser made up is as good as any: it acts once as well."""
    try:
        return UUID(form.get("command", ""))
    except ValueError:
        return UUID(bytes=secrets.token_bytes(16), version=4)

"""`/silent`: messages that nobody answers, for who looks whether a person was taken for a machine."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from lianxin.channels.inbox import Inbox, NoSuchMessage
from lianxin.channels.waking import NotSilent, Waking
from lianxin.ground.ledger import CONTACT, chain_of
from lianxin.ground.text import NumberError, digits, parse_number
from lianxin.ground.web import Paper
from lianxin.ground.web.paper import AnyRequest
from lianxin.ground.web.present import ReadPresent
from lianxin.privacy.looking import number_of

ROLES: Final = ("agent", "shift_lead", "duty_manager")
_OPT: Final = {"roles": ROLES}


class SilentPages:
    """Shows silent messages and lets one in again."""

    def __init__(self, inbox: Inbox, waking: Waking, present: ReadPresent, paper: Paper) -> None:
        self._inbox = inbox
        self._waking = waking
        self._present = present
        self._paper = paper

    async def listed(self, request: AnyRequest, refused: str = "") -> Response[str]:
        """Return the list, the latest first."""
        present = await self._present()
        return self._paper.page(
            request,
            "channels/silent.html",
            status=422 if refused else 200,
            messages=await self._inbox.silent(request.user.number),
            refused=refused,
            now=present.now,
            demo=present.demo,
        )

    async def woken(self, request: AnyRequest, number: str) -> Response[Any]:
        """Let a message in once more, and lead to its new contact."""
        who = request.user
        try:
            contact = chain_of(CONTACT, digits(parse_number(number)))
            new = await self._waking.wake(who.number, contact, who.by, (await self._present()).now)
        except (NumberError, NoSuchMessage):
            raise NotFoundException from None
        except NotSilent as refused:
            return await self.listed(request, str(refused))
        return Redirect(f"/intake/{number_of(new)}", status_code=303)


def silent_routes(pages: SilentPages) -> list[ControllerRouterHandler]:
    """Return the routes."""

    @get("/silent", opt=_OPT)
    async def listed(request: AnyRequest) -> Response[str]:
        return await pages.listed(request)

    @post("/silent/{number:str}/wake", opt=_OPT)
    async def wake(request: AnyRequest, number: FromPath[str]) -> Response[Any]:
        return await pages.woken(request, number)

    return [listed, wake]

"""`/webhooks`: the systems that are told, for the unit they belong to and for the system administrator."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID, uuid4

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from lianxin.access.onward import form_of, many_of
from lianxin.access.who import Who
from lianxin.channels.hook_topics import TOPIC_WORDS
from lianxin.channels.hooks import ROLES, SYSTEM_ROLE, HookRefused, Hooks, NoSuchHook, Wanted
from lianxin.ground.web import Paper, marked
from lianxin.ground.web.paper import AnyRequest
from lianxin.ground.web.present import ReadPresent
from lianxin.orders.words import ENTRY_WORDS

_OPT: Final = {"roles": ROLES}
STATE_WORDS: Final[dict[str, str]] = {
    "waiting": marked("waits to be sent"),
    "sent": marked("taken"),
    "dead": marked("given up"),
    "dropped": marked("not sent"),
}
TERMS: Final[Mapping[str, Any]] = {
    "hook_topics": TOPIC_WORDS,
    "hook_states": STATE_WORDS,
    "hook_kinds": {**ENTRY_WORDS, "test": marked("Test")},
}


class HookPages:
    """Shows webhooks and changes them."""

    def __init__(self, hooks: Hooks, present: ReadPresent, paper: Paper) -> None:
        self._hooks = hooks
        self._present = present
        self._paper = paper

    async def listed(self, request: AnyRequest, refused: str = "", form: Wanted | None = None) -> Response[str]:
        """Return the list with the form for a new one."""
        who: Who = request.user
        present = await self._present()
        readers = await self._hooks.readers() if who.may(SYSTEM_ROLE) else ()
        return self._paper.page(
            request,
            "channels/webhooks.html",
            status=422 if refused else 200,
            hooks=await self._hooks.all(who),
            readers=readers,
            refused=refused,
            form=form or Wanted(uuid4(), "", "", frozenset({"assigned", "dates"})),
            now=present.now,
            demo=present.demo,
        )

    async def made(self, request: AnyRequest) -> Response[str]:
        """Set one up; its secret is on the page that answers, and nowhere else."""
        form = await form_of(request)
        topics = frozenset(await many_of(request, "topic"))
        wanted = Wanted(
            _uuid(form.get("id", "")), form.get("name", ""), form.get("url", ""), topics, form.get("reader", "")
        )
        present = await self._present()
        try:
            hook, secret = await self._hooks.make(request.user, wanted, present.now)
        except HookRefused as refused:
            return await self.listed(request, str(refused), wanted)
        page = "channels/webhook_made.html"
        return self._paper.page(request, page, hook=hook, secret=secret, now=present.now, demo=present.demo)

    async def shown(self, request: AnyRequest, hook_id: UUID, refused: str = "") -> Response[str]:
        """Return one with its log."""
        present = await self._present()
        try:
            hook = await self._hooks.one(request.user, hook_id)
            deliveries = await self._hooks.log(request.user, hook_id)
        except NoSuchHook:
            raise NotFoundException from None
        return self._paper.page(
            request,
            "channels/webhook.html",
            status=422 if refused else 200,
            hook=hook,
            deliveries=deliveries,
            refused=refused,
            now=present.now,
            demo=present.demo,
        )

    async def changed(self, request: AnyRequest, hook_id: UUID, what: str) -> Response[Any]:
        """Pause it, let it go on, test it, take it away."""
        who, now = request.user, (await self._present()).now
        try:
            if what == "test":
                await self._hooks.test(who, hook_id, now)
            elif what == "end":
                await self._hooks.end(who, hook_id, now)
                return Redirect("/webhooks", status_code=303)
            else:
                await self._hooks.set_active(who, hook_id, what == "resume")
        except NoSuchHook:
            raise NotFoundException from None
        except HookRefused as refused:
            return await self.shown(request, hook_id, str(refused))
        return Redirect(f"/webhooks/{hook_id}", status_code=303)

    async def sent_again(self, request: AnyRequest, hook_id: UUID, delivery_id: UUID) -> Response[Any]:
        """Send a delivery again."""
        try:
            await self._hooks.again(request.user, hook_id, delivery_id, (await self._present()).now)
        except NoSuchHook:
            raise NotFoundException from None
        return Redirect(f"/webhooks/{hook_id}", status_code=303)


def hook_routes(pages: HookPages) -> list[ControllerRouterHandler]:
    """Return the routes."""

    @get("/webhooks", opt=_OPT)
    async def listed(request: AnyRequest) -> Response[str]:
        return await pages.listed(request)

    @post("/webhooks", opt=_OPT)
    async def make(request: AnyRequest) -> Response[str]:
        return await pages.made(request)

    @get("/webhooks/{hook_id:uuid}", opt=_OPT)
    async def shown(request: AnyRequest, hook_id: FromPath[UUID]) -> Response[str]:
        return await pages.shown(request, hook_id)

    @post("/webhooks/{hook_id:uuid}/{what:str}", opt=_OPT)
    async def change(request: AnyRequest, hook_id: FromPath[UUID], what: FromPath[str]) -> Response[Any]:
        if what not in ("pause", "resume", "test", "end"):
            raise NotFoundException
        return await pages.changed(request, hook_id, what)

    @post("/webhooks/{hook_id:uuid}/deliveries/{delivery_id:uuid}/again", opt=_OPT)
    async def again(request: AnyRequest, hook_id: FromPath[UUID], delivery_id: FromPath[UUID]) -> Response[Any]:
        return await pages.sent_again(request, hook_id, delivery_id)

    return [listed, make, shown, change, again]


def _uuid(text: str) -> UUID:
    """Return the id that a form carries; a new one where it carries none."""
    try:
        return UUID(text)
    except ValueError:
        return uuid4()

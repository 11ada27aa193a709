"""`/security/…`: the security administrator gives and takes roles, and ends sessions and tokens."""

from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from lianxin.access.onward import form_of
from lianxin.access.scopes import SCOPES
from lianxin.access.service import Access
from lianxin.access.visit import session_at
from lianxin.desks.system.keeping import Keeping, NotKept
from lianxin.desks.system.listing import Listing, asked_for
from lianxin.ground.web import Paper
from lianxin.ground.web.paper import AnyRequest
from lianxin.people import ROLES

ONLY: Final = {"roles": ("secadmin",)}
PAGE: Final = 50
ROLES_HOME: Final = "/security/roles"
SESSIONS_HOME: Final = "/security/sessions"


def roles_routes(access: Access, keeping: Keeping, paper: Paper) -> list[ControllerRouterHandler]:
    """Return `/security/roles` and the page of one person's roles."""

    async def one(request: AnyRequest, number: str, status: int = 200, **values: Any) -> Response[str]:
        account = await asked_for(access, number)
        member = await keeping.working(number)
        given = {
            "account": account,
            "own": [ROLES[role] for role in ROLES if role in member.roles],
            "stood_in_for": [ROLES[role] for role in ROLES if role in account.roles - set(member.roles)],
            "further": [role for role in ROLES.values() if role.id not in member.roles],
            "myself": number == session_at(request).who.number,
            "refused": "",
            "form": {},
            **values,
        }
        return paper.page(request, "desks.system/roles_of.html", status=status, **given)

    @get(ROLES_HOME, opt=ONLY)
    async def listed(request: AnyRequest) -> Response[str]:
        listing = Listing.of(request, PAGE)
        lines = await access.accounts.roll(PAGE + 1, listing.words, listing.after)
        values: dict[str, Any] = {"listing": listing, "lines": listing.shown(lines), "roles": ROLES}
        return paper.page(request, "desks.system/roles.html", **values)

    @get("/security/roles/{number:str}", opt=ONLY)
    async def shown(request: AnyRequest, number: FromPath[str]) -> Response[str]:
        return await one(request, number)

    @post("/security/roles/{number:str}", opt=ONLY)
    async def change(request: AnyRequest, number: FromPath[str]) -> Response[Any]:
        await asked_for(access, number)
        form, who = await form_of(request), session_at(request).who
        role, reason = form.get("role", ""), form.get("reason", "")
        do = keeping.revoke if form.get("do") == "revoke" else keeping.grant
        try:
            await do(who, number, role, reason)
        except NotKept as refused:
            return await one(request, number, 422, refused=str(refused), form=form)
        return Redirect(f"{ROLES_HOME}/{number}", status_code=303)

    return [listed, shown, change]


def sessions_routes(access: Access, paper: Paper) -> list[ControllerRouterHandler]:
    """Return `/security/sessions`: who is logged in, and which tokens live."""

    @get(SESSIONS_HOME, opt=ONLY)
    async def listed(request: AnyRequest) -> Response[str]:
        words = request.query_params.get("q", "").strip()[:64]
        lines = [line for line in await access.sessions.open() if words in line.number or words in line.name]
        tokens = [token for token in await access.tokens.live() if words in token.number or words in token.name]
        values: dict[str, Any] = {
            "words": words,
            "lines": lines,
            "tokens": tokens,
            "scopes": SCOPES,
            "now": access.clock.now(),
            "policy": access.sessions.policy,
            "here": session_at(request).id,
        }
        return paper.page(request, "desks.system/sessions.html", **values)

    @post("/security/sessions/{session_id:uuid}/end", opt=ONLY)
    async def end(request: AnyRequest, session_id: FromPath[UUID]) -> Redirect:
        who = session_at(request).who
        ended = [line.number for line in await access.sessions.open() if line.id == session_id]
        if await access.sessions.end(session_id, who.by) and ended:
            await access.acts.note("session_ended", ended[0], who.by)
        return Redirect(SESSIONS_HOME, status_code=303)

    @post("/security/tokens/{token_id:uuid}/revoke", opt=ONLY)
    async def revoke(request: AnyRequest, token_id: FromPath[UUID]) -> Redirect:
        who = session_at(request).who
        owner = [token.number for token in await access.tokens.live() if token.id == token_id]
        if await access.tokens.revoke(token_id, who.by) and owner:
            await access.acts.note("token_revoked", owner[0], who.by)
        return Redirect(SESSIONS_HOME, status_code=303)

    return [listed, end, revoke]

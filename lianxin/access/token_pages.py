"""Tokens of one's own: made on `/me`, shown once, revoked there."""

from typing import Any
from uuid import UUID

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from lianxin.access.me_pages import ME, Shown, to_prove
from lianxin.access.onward import form_of, many_of
from lianxin.access.service import Access
from lianxin.access.tokens import TokenNotMade
from lianxin.access.visit import session_at
from lianxin.ground.web import Paper
from lianxin.ground.web.paper import AnyRequest


def token_routes(access: Access, shown: Shown, paper: Paper) -> list[ControllerRouterHandler]:
    """Return what makes and revokes tokens."""

    @post("/me/tokens")
    async def make(request: AnyRequest) -> Response[Any]:
        session = session_at(request)
        if not session.freshly_proved(access.clock.now(), access.sessions.policy):
            return to_prove()
        form, scopes = await form_of(request), await many_of(request, "scope")
        try:
            secret, token = await access.tokens.make(
                session.who.number, form.get("name", ""), scopes, _days(form.get("days", ""))
            )
        except TokenNotMade as refused:
            return await shown(request, 422, token_refused=str(refused), token_form={**form, "scopes": scopes})
        await access.acts.note("token_made", session.who.number, session.who.by)
        return paper.page(request, "access/token.html", secret=secret, token=token)

    @post("/me/tokens/{token_id:uuid}/revoke")
    async def revoke(request: AnyRequest, token_id: FromPath[UUID]) -> Redirect:
        who = session_at(request).who
        if await access.tokens.revoke(token_id, who.by, number=who.number):
            await access.acts.note("token_revoked", who.number, who.by)
        return Redirect(ME, status_code=303)

    return [make, revoke]


def _days(text: str) -> int:
    """Return a number of days as it was typed; 0 for anything else, which no token has."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0

"""The gate (大门): every request passes it, and learns here who asks.

It reads the session of the cookie or the token of the `Authorization` header, notes that
its owner did something, and sends back the cookies that were set on the way. Whether the
one who asks may have the route is decided by the doorkeeper behind it.
"""

from typing import Any, Final

from litestar.connection import Request
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from lianxin.access import cookies
from lianxin.access.sessions import Sessions
from lianxin.access.tokens import Tokens
from lianxin.access.visit import Visit, keep_visit

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_BEARER: Final = "bearer "


class Gate(ASGIMiddleware):
    """Finds out who asks."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, sessions: Sessions, tokens: Tokens) -> None:
        self._sessions = sessions
        self._tokens = tokens

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        request: Request[Any, Any, Any] = Request(scope)
        visit = _visit(request)
        opt = request.route_handler.opt
        if not opt.get("public") or opt.get("session"):
            await self._identify(request, visit)
        scope["user"] = visit.who
        keep_visit(scope, visit)

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start" and visit.headers:
                message["headers"] = [*message.get("headers", ()), *visit.headers]
            await send(message)

        await next_app(scope, receive, sent)

    async def _identify(self, request: Request[Any, Any, Any], visit: Visit) -> None:
        authorization = request.headers.get("authorization", "")
        if authorization[: len(_BEARER)].lower() == _BEARER:
            await self._by_token(authorization[len(_BEARER) :].strip(), visit)
            return
        secret = cookies.value_of(request.cookies, cookies.SESSION, visit.secure)
        session = await self._sessions.find(secret) if secret else None
        if session is None:
            return
        state = session.state(self._sessions.clock.now(), self._sessions.policy)
        if state == "over":
            return
        visit.session, visit.secret, visit.state = session, secret, state
        if state == "in":
            visit.who = session.who
            if by_a_person(request):
                await self._sessions.touch(secret, session)

    async def _by_token(self, secret: str, visit: Visit) -> None:
        visit.bearer = True
        visit.who = await self._tokens.who(secret, visit.address)
        if visit.who is None:
            visit.token_error = "the token is unknown, expired or revoked"


def by_a_person(request: Request[Any, Any, Any]) -> bool:
    """Whether a person did something: opened a page or sent a form. What a page fetches by itself does not count."""
    if request.method not in SAFE:
        return True
    return "text/html" in request.headers.get("accept", "") and "hx-request" not in request.headers


def _visit(request: Request[Any, Any, Any]) -> Visit:
    secure = request.scope["scheme"] == "https"
    client = request.scope.get("client")
    return Visit(
        secure=secure,
        address=client[0] if client else "",
        browser=request.headers.get("user-agent", ""),
        visit=cookies.value_of(request.cookies, cookies.VISIT, secure),
        device=cookies.value_of(request.cookies, cookies.DEVICE, secure),
    )

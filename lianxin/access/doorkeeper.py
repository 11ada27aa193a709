"""Who may have which route? Everybody must be logged in, unless the route says otherwise.

A route says so in its `opt`:
    public   True: nobody needs to be logged in; `request.user` is None
    session  True, with public: the session is looked for all the same
    waiting  steps of logging in (`locked`, `second` …) in which the route is open too
    roles    only for those who have one of these
    scopes   what a token needs, all of them; without it no token opens the route
    near     True: this machine itself needs no login for it; for what watches over the house
    csrf     False: no token of a form is asked for; for routes that know their sender by a signature

What changes something must come from a page of our own (csrf), or with a bearer token.
"""

from typing import Final

from litestar.connection import Request
from litestar.handlers.base import BaseRouteHandler

from lianxin.access import csrf
from lianxin.access.gate import SAFE
from lianxin.access.refusals import Forged, NotIn, NotYours, TokenRefused
from lianxin.access.visit import Connection, Visit, visit_at
from lianxin.ground.site.exposure import of_this_machine
from lianxin.ground.web.paper import AnyRequest

_CROSS: Final = "cross-site"


async def let_pass(connection: Connection, handler: BaseRouteHandler) -> None:
    """Let a request pass, or raise what stands against it."""
    method = connection.scope.get("method")
    if method == "OPTIONS":
        return
    visit, opt = visit_at(connection), handler.opt
    if opt.get("near") and of_this_machine(visit.address):
        return
    if not opt.get("public"):
        _logged_in(visit, tuple(opt.get("waiting", ())))
        _allowed(visit, tuple(opt.get("roles", ())), opt.get("scopes"))
    if method not in SAFE and not visit.bearer and opt.get("csrf", True):
        assert isinstance(connection, Request)
        await _of_our_own(connection, visit)


def _logged_in(visit: Visit, waiting: tuple[str, ...]) -> None:
    if visit.token_error:
        raise TokenRefused("invalid_token", visit.token_error)
    if visit.who is None and visit.state not in waiting:
        raise NotIn(visit.state)


def _allowed(visit: Visit, roles: tuple[str, ...], scopes: tuple[str, ...] | None) -> None:
    who = visit.who
    if who is None:
        return
    if who.scopes is not None and (scopes is None or not who.scopes.issuperset(scopes)):
        raise TokenRefused("insufficient_scope", scopes=scopes or ())
    if roles and not who.may(*roles):
        raise NotYours(roles)


async def _of_our_own(request: AnyRequest, visit: Visit) -> None:
    if request.headers.get("sec-fetch-site") == _CROSS:
        raise Forged
    token = request.headers.get(csrf.HEADER)
    if token is None:
        field = (await request.form()).get(csrf.FIELD)
        token = field if isinstance(field, str) else ""
    if not visit.is_own(token):
        raise Forged

"""What does somebody see whom the gate does not let pass?

A page leads to where they can come in, and back to where they wanted to go; a program
gets problem details (RFC 9457). Nothing was done before the gate, and that is said.
"""

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlencode

from litestar import Response
from litestar.exceptions import HTTPException
from litestar.response import Redirect

from lianxin.access.session import State
from lianxin.ground.web import problem
from lianxin.ground.web.paper import AnyRequest, Paper
from lianxin.ground.web.refusals import Answer, Handler
from lianxin.people import ROLES

STEPS: Final[dict[State, str]] = {
    "over": "/login",
    "locked": "/unlock",
    "second": "/login/second",
    "password": "/login/password",
    "enrol": "/login/enrol",
}
"""Where somebody goes on who is not fully in."""


class NotIn(HTTPException):
    """Nobody is logged in, or not fully: `state` says how far they are."""

    status_code = 401

    def __init__(self, state: State) -> None:
        super().__init__(detail=f"not logged in ({state})", headers={"WWW-Authenticate": "Bearer"})
        self.state = state


class NotYours(HTTPException):
    """Who asks has none of the roles that the page is for."""

    status_code = 403

    def __init__(self, roles: Sequence[str]) -> None:
        super().__init__(detail=f"only for {', '.join(roles)}")
        self.roles = tuple(roles)


class Forged(HTTPException):
    """What was sent does not come from a page of this session."""

    status_code = 403

    def __init__(self) -> None:
        super().__init__(detail="the form does not belong to this session")


class TokenRefused(HTTPException):
    """The bearer token does not open this; `error` as RFC 6750 names it."""

    def __init__(self, error: str, detail: str = "", scopes: Sequence[str] = ()) -> None:
        wanted = f', scope="{" ".join(scopes)}"' if scopes else ""
        super().__init__(
            detail=detail or "the token was not made for this",
            status_code=401 if error == "invalid_token" else 403,
            headers={"WWW-Authenticate": f'Bearer error="{error}"{wanted}'},
        )


def gate_refusals(paper: Paper) -> dict[type[Exception], Handler]:
    """Return what is answered to each."""

    def not_in(request: AnyRequest, error: Exception) -> Answer:
        assert isinstance(error, NotIn)
        if problem.is_api(request):
            return problem.refused_by_framework(request, error)
        where = _on(error.state, request)
        if "hx-request" in request.headers:
            return Response("", status_code=401, headers={"X-Lianxin-Gate": error.state, "Cache-Control": "no-store"})
        if request.method == "GET":
            return Redirect(where, status_code=303, headers={"Cache-Control": "no-store"})
        return paper.page(request, "access/out.html", status=401, where=where, state=error.state)

    def not_yours(request: AnyRequest, error: Exception) -> Answer:
        assert isinstance(error, NotYours)
        if problem.is_api(request):
            return problem.refused_by_framework(request, error)
        titles = [ROLES[role] for role in error.roles if role in ROLES]
        return paper.page(request, "access/not_yours.html", status=403, wanted=titles)

    def forged(request: AnyRequest, error: Exception) -> Answer:
        assert isinstance(error, Forged)
        if problem.is_api(request):
            return problem.refused_by_framework(request, error)
        return paper.page(request, "access/forged.html", status=403)

    def token_refused(request: AnyRequest, error: Exception) -> Answer:
        assert isinstance(error, TokenRefused)
        return problem.refused_by_framework(request, error)

    return {NotIn: not_in, NotYours: not_yours, Forged: forged, TokenRefused: token_refused}


def _on(state: State, request: AnyRequest) -> str:
    """Return where they come in, with the way back; a form cannot be sent again, so its page is not the way."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if request.method != "GET" or wanted == "/":
        return STEPS[state]
    return f"{STEPS[state]}?{urlencode({'next': wanted})}"

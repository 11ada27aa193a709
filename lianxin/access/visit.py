"""One request at the gate: which session or token came with it, and which cookies go back?

The gate makes it before anything else looks at a request; `visit_of` finds it again.
"""

import secrets
from typing import Any, Final

from litestar.connection import ASGIConnection

from lianxin.access import cookies, csrf
from lianxin.access.devices import REMEMBERED_S
from lianxin.access.session import Session, State
from lianxin.access.who import Who

_KEY: Final = "lianxin.access"
_VISIT_BYTES: Final = 18
Connection = ASGIConnection[Any, Any, Any, Any]


class Visit:
    """What the gate knows of a request.

    secure   whether it came over HTTPS, here or to the proxy in front
    session  of its cookie, `secret` the cookie's value, `state` how far its owner is in;
             None, "" and "over" without one
    bearer   whether a token came with it; then no cookie counts
    device   cookie in which the browser keeps who was logged in here before
    who      who asks, once they are fully in
    """

    def __init__(self, *, secure: bool, address: str, browser: str, visit: str = "", device: str = "") -> None:
        self.secure = secure
        self.address = address
        self.browser = browser
        self.device = device
        self.session: Session | None = None
        self.secret = ""
        self.state: State = "over"
        self.bearer = False
        self.token_error = ""
        self.who: Who | None = None
        self.headers: list[tuple[bytes, bytes]] = []
        self._visit = visit

    def entered(self, secret: str, session_seconds: int) -> None:
        """Let the browser keep this secret from now on, and forget the visit before it."""
        self.headers.append(cookies.set_cookie(cookies.SESSION, secret, self.secure, session_seconds))
        if self._visit:
            self.headers.append(cookies.set_cookie(cookies.VISIT, "", self.secure, 0))

    def remember(self, device: str) -> None:
        """Let the browser keep who was logged in here."""
        if device != self.device:
            self.headers.append(cookies.set_cookie(cookies.DEVICE, device, self.secure, REMEMBERED_S))

    def left(self) -> None:
        """Let the browser forget its session."""
        self.headers.append(cookies.set_cookie(cookies.SESSION, "", self.secure, 0))

    def forms_secret(self) -> bytes:
        """Return the secret of this browser's forms; one that is new here gets a visit cookie."""
        if self.session is not None:
            return self.session.csrf
        if not self._visit:
            self._visit = secrets.token_urlsafe(_VISIT_BYTES)
            self.headers.append(cookies.set_cookie(cookies.VISIT, self._visit, self.secure))
        return csrf.visit_secret(self._visit)

    def is_own(self, token: str) -> bool:
        """Whether a form with this token came from a page that this browser was given."""
        if self.session is None and not self._visit:
            return False
        return csrf.holds(self.forms_secret(), token)


def keep_visit(scope: Any, visit: Visit) -> None:
    """Let those who handle the request find the visit."""
    scope["state"][_KEY] = visit


def visit_of(connection: Connection) -> Visit | None:
    """Return the visit of a request; None for one that leads nowhere, which does not pass the gate."""
    found = connection.scope.get("state", {}).get(_KEY)
    return found if isinstance(found, Visit) else None


def visit_at(connection: Connection) -> Visit:
    """Return the visit of a request that passed the gate."""
    visit = visit_of(connection)
    assert visit is not None, "a route outside the gate"
    return visit


def session_at(connection: Connection) -> Session:
    """Return the session of a request whose route only people with one reach."""
    session = visit_at(connection).session
    assert session is not None, "a route that tokens or strangers reach"
    return session

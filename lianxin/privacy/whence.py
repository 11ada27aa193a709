"""Where does who asks sit? A middleware notes it for the looks that the request leads to.

Session and address go into the access log as keyed hashes: two looks of one session are
seen to be so, and nobody reads an address out of them.
"""

import hmac
from contextvars import ContextVar
from hashlib import sha256
from typing import Final

from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from lianxin.access.visit import Visit, visit_of
from lianxin.privacy.look import NOWHERE

_here: ContextVar[Visit | None] = ContextVar("visit", default=None)
_HEX: Final = 32


class Whence(ASGIMiddleware):
    """Remembers the visit while its request is answered; hung behind the gate."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Answer the request, remembering its visit."""
        token = _here.set(visit_of(ASGIConnection(scope)))
        try:
            await next_app(scope, receive, send)
        finally:
            _here.reset(token)


class Marks:
    """Makes the hashes of sessions and addresses.

    key  derived from the house key; with another house key the same address has another hash
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def here(self) -> tuple[str, str]:
        """Return the marks of the session and the address of the request that is being answered."""
        visit = _here.get()
        if visit is None:
            return NOWHERE, NOWHERE
        session = NOWHERE if visit.session is None else self.of("session", str(visit.session.id))
        return session, self.of("address", visit.address) if visit.address else NOWHERE

    def of(self, kind: str, value: str) -> str:
        """Return the mark of a session (its id) or of an address."""
        return hmac.new(self._key, f"{kind}\0{value}".encode(), sha256).hexdigest()[:_HEX]

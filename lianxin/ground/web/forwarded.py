"""Who asks, and was it secret on the way, when a proxy stands in front?

The proxy's own addresses are believed about the two headers it sets, nobody else. Where
the site is known by an https address, what did not come that way is sent there: a
password must not cross the network in plain text, not even once.
"""

import ipaddress
from collections.abc import Sequence
from typing import Any, Final

from litestar.connection import Request
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.response import Redirect
from litestar.types import ASGIApp, Receive, Scope, Send

from lianxin.ground.site.exposure import Network, networks, public_address
from lianxin.ground.site.settings import WebSettings

HSTS: Final = (b"strict-transport-security", b"max-age=31536000")
_NEAR: Final = frozenset({"/healthz", "/readyz", "/metrics"})
"""What machines beside this one ask past the proxy; none of it is secret or changes anything."""


class Forwarded(ASGIMiddleware):
    """Puts into a request what the proxy says of it, and sends on what came unprotected."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, settings: WebSettings) -> None:
        self._proxies = networks(settings)
        self._address = public_address(settings)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        if not self._proxies:
            await next_app(scope, receive, send)
            return
        headers = Request[Any, Any, Any](scope).headers
        client = scope.get("client")
        if client is not None and _within(client[0], self._proxies):
            proto = headers.get("x-forwarded-proto", "").strip().lower()
            scope["scheme"] = "https" if proto == "https" else "http"
            if proto:
                scope["client"] = (asking(headers.get("x-forwarded-for", ""), self._proxies), 0)
        if scope["scheme"] != "https" and scope["path"] not in _NEAR:
            await self._sent_on(scope, receive, send)
            return
        await next_app(scope, receive, send)

    async def _sent_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the protected front page; neither path nor body of what came is used."""
        request = Request[Any, Any, Any](scope)
        answer = Redirect(f"{self._address}/", status_code=308 if request.method in ("GET", "HEAD") else 303)
        await answer.to_asgi_response(app=None, request=request)(scope, receive, send)


def asking(forwarded: str, proxies: Sequence[Network]) -> str:
    """Return the address that asks: of `X-Forwarded-For` the last one that is no proxy of ours.

    What stands left of it anybody may have written. Empty where the proxy does not say.
    """
    for part in reversed(forwarded.split(",")):
        address = part.strip().strip("[]")
        if not _is_address(address):
            return ""
        if not _within(address, proxies):
            return address
    return ""


def _within(address: str, proxies: Sequence[Network]) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in proxies)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True

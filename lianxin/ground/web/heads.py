"""HEAD is answered as GET, without the body (RFC 9110 §9.3.2): every page has it, and no page has to think of it."""

import asyncio
from typing import Any, cast

from litestar import Litestar
from litestar.types import Message, Receive, Scope, Send


class Application(Litestar):
    """An application in which whatever answers GET answers HEAD too."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve a request; its answer ends with its headers where HEAD asks."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await super().__call__(scope, receive, send)
            return
        begun, asked = asyncio.Event(), cast(Scope, {**scope, "method": "GET"})
        await super().__call__(asked, _ended(begun), _headers_only(send, begun))


def _headers_only(send: Send, begun: asyncio.Event) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            await send(message)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            begun.set()

    return sent


def _ended(begun: asyncio.Event) -> Receive:
    """Say that the other side has gone once the headers are out: an endless answer ends there."""
    given = False

    async def received() -> Any:
        nonlocal given
        if not given:
            given = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await begun.wait()
        return {"type": "http.disconnect"}

    return received

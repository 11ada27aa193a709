"""What makes up the web application?

The rooms' routes, the static files, the event stream, health, refusals and the
guarantees of every answer: only our own scripts, styles and fonts run in a page,
nobody frames it, and only requests for this machine's own name are answered.
Who is let in is decided by a room that hangs its gate and its guard on every request.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

from litestar import Litestar, get
from litestar.config.allowed_hosts import AllowedHostsConfig
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.response import ServerSentEvent
from litestar.types import ControllerRouterHandler, Guard, Message, Middleware, Scope

from lianxin.ground.site.exposure import names_of
from lianxin.ground.site.settings import WebSettings
from lianxin.ground.web.forwarded import HSTS, Forwarded
from lianxin.ground.web.heads import Application
from lianxin.ground.web.health import Figures, Measured, Probe, health_routes
from lianxin.ground.web.live import Live
from lianxin.ground.web.paper import AnyRequest, Paper
from lianxin.ground.web.refusals import Handler, refusal_handlers
from lianxin.ground.web.sent import PageRequest

__all__ = ["Probe", "create_app"]

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "media-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
LIVE = "live"
"""Under this name the application's state has its `Live`: who stops the server closes it first, or waits for ever."""

HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)


Lifespan = Callable[[Litestar], AbstractAsyncContextManager[None]]
StillIn = Callable[[AnyRequest], Awaitable[bool]]
"""Whether who opened an event stream with this request may go on reading it."""


async def anybody(_: AnyRequest) -> bool:
    """Let everybody go on reading, where there is no gate."""
    return True


def create_app(
    routes: Sequence[ControllerRouterHandler],
    settings: WebSettings,
    *,
    paper: Paper,
    live: Live,
    probe: Probe,
    lifespan: Sequence[Lifespan] = (),
    middleware: Sequence[Middleware] = (),
    guards: Sequence[Guard] = (),
    before_send: Sequence[Callable[[Message, Scope], Awaitable[None]]] = (),
    refusals: Mapping[type[Exception], Handler] | None = None,
    still_in: StillIn = anybody,
) -> Litestar:
    """Return the application that serves the rooms' routes.

    probe     asks what the site depends on, for `/readyz`
    lifespan  what runs as long as the application does: pools, listeners
    middleware, guards, before_send  what rooms hang on every request, see `wiring.Wiring`
    refusals  what rooms answer when they raise one of these
    still_in  whether who opened an event stream may go on reading it
    """
    figures = Figures(live)
    return Application(
        route_handlers=[*routes, *paper.shelf.routes(), *health_routes(probe, figures), _events(live, still_in)],
        exception_handlers=_all_refusals(paper, refusals or {}),
        middleware=[Measured(figures), Forwarded(settings), *middleware],
        guards=list(guards),
        before_send=[_guarantee, *before_send],
        lifespan=[*lifespan, _closing(live)],
        allowed_hosts=AllowedHostsConfig(allowed_hosts=names_of(settings)),
        compression_config=CompressionConfig(
            backend="gzip", gzip_compress_level=1, exclude=["/events", "/static/lib", "/attachments/"]
        ),
        request_class=PageRequest,
        state=State({LIVE: live}),
        openapi_config=None,
        logging_config=None,
    )


def _all_refusals(paper: Paper, of_rooms: Mapping[type[Exception], Handler]) -> dict[int | type[Exception], Handler]:
    handlers = refusal_handlers(paper)
    for kind, handler in of_rooms.items():
        handlers[kind] = handler
    return handlers


def _events(live: Live, still_in: StillIn) -> ControllerRouterHandler:
    @get("/events")
    async def events(request: AnyRequest) -> ServerSentEvent:
        return ServerSentEvent(live.stream(partial(still_in, request)))

    return events


def _closing(live: Live) -> Lifespan:
    @asynccontextmanager
    async def closing(_: Litestar) -> AsyncIterator[None]:
        yield
        await live.close()

    return closing


async def _guarantee(message: Message, scope: Scope) -> None:
    if message["type"] == "http.response.start":
        secure = (HSTS,) if scope["scheme"] == "https" else ()
        message["headers"] = [*message.get("headers", ()), *HEADERS, *secure]

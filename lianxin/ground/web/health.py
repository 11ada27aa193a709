"""Is this process alive, is it ready, and what does it count?

`/healthz` answers as long as the process does. `/readyz` asks what the site depends
on. `/metrics` is for Prometheus; routes are counted by their pattern, so no number
of an order stands in a label.
"""

import time
from collections.abc import Awaitable, Callable

from litestar import Response, get
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, ControllerRouterHandler, Message, Receive, Scope, Send
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from lianxin.ground.web.live import Live

Probe = Callable[[], Awaitable[str | None]]
"""Asks one dependency; returns None when it is ready, else a sentence about what is missing."""

_BUCKETS_S = (0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.125, 0.25, 0.5, 1.0, 2.0)


class Figures:
    """What this process counts, in a registry of its own.

    live  its open event streams are counted when asked for
    """

    def __init__(self, live: Live) -> None:
        self.registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self.requests = Counter("lianxin_http_requests", "Requests answered.", labels, registry=self.registry)
        self.seconds = Histogram(
            "lianxin_http_seconds",
            "Seconds until the answer began.",
            ("route",),
            buckets=_BUCKETS_S,
            registry=self.registry,
        )
        listeners = Gauge("lianxin_live_listeners", "Open event streams.", registry=self.registry)
        listeners.set_function(lambda: live.listeners)


class Measured(ASGIMiddleware):
    """Counts every answer and how long it took to begin."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        begun = time.perf_counter()

        async def measured(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = str(scope.get("path_template", "unknown"))
                self._figures.requests.labels(str(scope["method"]), route, str(message["status"])).inc()  # type: ignore[typeddict-item]
                self._figures.seconds.labels(route).observe(time.perf_counter() - begun)
            await send(message)

        await next_app(scope, receive, measured)


def health_routes(probe: Probe, figures: Figures) -> list[ControllerRouterHandler]:
    """Return the three addresses that machines ask."""

    @get("/healthz", sync_to_thread=False, opt={"public": True})
    def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @get("/readyz", opt={"public": True})
    async def readyz() -> Response[dict[str, str]]:
        missing = await probe()
        if missing is None:
            return Response({"status": "ready"})
        return Response({"status": "not ready", "missing": missing}, status_code=503)

    @get("/metrics", sync_to_thread=False, opt={"near": True, "roles": ("sysadmin",), "scopes": ("metrics:read",)})
    def metrics() -> Response[bytes]:
        return Response(generate_latest(figures.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return [healthz, readyz, metrics]

"""The site served for a real browser, with a Chromium that talks to nobody else."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from made.site import open_site

from lianxin.desks.pictures import QUIET, NoBrowser, browser_path

READABLE_S = 20.0
"""A guard, not a measure."""


@asynccontextmanager
async def served(pool: Any, url: str, home: Path, **about: Any) -> AsyncIterator[str]:
    """The address of the site as it is served."""
    from granian.constants import Interfaces
    from granian.server.embed import Server

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    async with open_site(pool, url, home, port=port, **about) as app:
        server = Server(app, port=port, interface=Interfaces.ASGI, log_enabled=False)  # type: ignore[arg-type]
        serving = asyncio.create_task(server.serve())
        try:
            yield await _answering(f"http://localhost:{port}")
        finally:
            server.stop()
            await serving


async def _answering(address: str) -> str:
    async with httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(retries=5), timeout=READABLE_S) as client:
        await client.get(f"{address}/healthz")
    return address


@asynccontextmanager
async def chromium() -> AsyncIterator[Any]:
    """A browser; the test is skipped where this machine has none."""
    from playwright.async_api import async_playwright

    try:
        path = browser_path()
    except NoBrowser as missing:
        pytest.skip(str(missing))
    async with async_playwright() as driver:
        opened = await driver.chromium.launch(executable_path=path, args=list(QUIET))
        yield opened
        await opened.close()

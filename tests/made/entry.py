"""Somebody at the door: a client that is logged in, by a real session in the database."""

from typing import Any

import httpx
from litestar import Litestar

from lianxin.access import cookies, csrf
from lianxin.access.session import Method
from lianxin.access.sessions import Begun, Sessions
from lianxin.ground.clock import Clock

HERE = "http://localhost:12345"


async def entered(
    site: Litestar | str, pool: Any, number: str, *, method: Method = "password", clock: Clock | None = None
) -> httpx.AsyncClient:
    """A client in which `number` is logged in; what it sends carries the token of its forms.

    site    the application, or the address of one that is served
    number  work number of somebody in the roll, e.g. `1023`
    clock   the machine's clock of the site, where it is not the real one
    Close it with `await client.aclose()`, or use it in `async with`.
    """
    begun = await begun_session(pool, number, method=method, clock=clock)
    client = outside(site)
    client.cookies.set(cookies.SESSION, begun.secret)
    client.headers[csrf.HEADER] = csrf.masked(begun.csrf)
    return client


async def begun_session(pool: Any, number: str, *, method: Method = "password", clock: Clock | None = None) -> Begun:
    """A session as a login begins it: `secret` is the cookie's value, `csrf` the secret of its forms."""
    return await Sessions(pool, clock).begin(number, method, address="127.0.0.1", browser="a test")


async def browser_cookie(pool: Any, number: str, address: str, *, clock: Clock | None = None) -> dict[str, str]:
    """The session's cookie for a browser, as Playwright's `context.add_cookies([…])` takes it."""
    begun = await begun_session(pool, number, clock=clock)
    return {"name": cookies.SESSION, "value": begun.secret, "url": address}


def outside(site: Litestar | str) -> httpx.AsyncClient:
    """A client in which nobody is logged in; it follows no redirects and has a page's Accept header."""
    headers = {"Accept": "text/html,application/xhtml+xml"}
    if isinstance(site, str):
        return httpx.AsyncClient(base_url=site, headers=headers, timeout=30)
    transport = httpx.ASGITransport(app=site, raise_app_exceptions=False)  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport, base_url=HERE, headers=headers, timeout=30)

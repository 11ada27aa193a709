"""How long does a login take? From the form that is sent to the session that is begun, one after another.

Most of it is the hash of the password (argon2id, 19 MiB, two passes), which is meant to take time.
"""

import re
from time import perf_counter
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from lianxin.access.accounts import Accounts
from lianxin.access.acts import Acts
from lianxin.access.passwords import Passwords
from lianxin.bench.http_client import Answer, Connection, Refused, Work, request
from lianxin.ground.clock import RealClock

if TYPE_CHECKING:
    from asyncpg import Pool, Record

WHO: Final = "1026"
PASSWORD: Final = "bench-Kx7vQ2mR9tLp"  # of a database that is the bench's own
_TOKEN: Final = re.compile(rb'name="_csrf" value="([^"]+)"')


async def give_password(pool: "Pool[Record]") -> None:
    """Let somebody have the password that is measured with."""
    clock = RealClock()
    accounts = Accounts(pool, clock, Passwords(), Acts(pool, clock))
    await accounts.change_password(await accounts.get(WHO), PASSWORD, "system")


def logging_in(times: int) -> Work:
    """Return the work of a browser that opens the form and comes in, again and again."""

    async def work(connection: Connection, each_ms: list[float]) -> None:
        for _ in range(times):
            form = await connection.ask(request("GET", "/login", {"Accept": "text/html"}))
            sent = _filled_in(form)
            began = perf_counter()
            answer = await connection.ask(sent)
            each_ms.append((perf_counter() - began) * 1000)
            if answer.status != 303 or not answer.header(b"set-cookie").startswith(b"lianxin="):
                raise Refused(f"the login answered {answer.status}: {answer.body[:300]!r}")

    return work


def _filled_in(form: Answer) -> bytes:
    found = _TOKEN.search(form.body)
    if form.status != 200 or found is None:
        raise Refused(f"the login page answered {form.status}")
    body = urlencode({"_csrf": found[1].decode(), "number": WHO, "password": PASSWORD}).encode()
    cookie = form.header(b"set-cookie").split(b";")[0].decode()
    headers = {"Cookie": cookie, "Accept": "text/html", "Origin": "http://localhost"}
    return request("POST", "/login", headers, body, "application/x-www-form-urlencoded")

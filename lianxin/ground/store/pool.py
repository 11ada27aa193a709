"""How does a room reach its statements and a connection to run them on?"""

from importlib import resources
from typing import Any

import aiosql
import asyncpg

SQL_FILE = "queries.sql"


async def open_pool(url: str, *, size_min: int = 1, size_max: int = 8) -> "asyncpg.Pool[asyncpg.Record]":
    """Return a pool of connections to one database; close it with `await pool.close()`.

    A statement that runs for 30 s is ended: no page and no command may hold a lock longer.
    """
    return await asyncpg.create_pool(
        url,
        min_size=size_min,
        max_size=size_max,
        command_timeout=60,
        server_settings={"statement_timeout": "30s", "application_name": "lianxin"},
        reset=leave_as_it_is,
    )


async def leave_as_it_is(_: object) -> None:
    """Ask nothing of the server when a connection comes back to its pool.

    The driver would reset the session, one more round trip for every statement: a third of a command's time. No
    statement here changes its session, an open transaction is ended all the same, and who takes a lock of the
    session gives it back.
    """


def load_queries(package: str) -> Any:
    """Return the statements of a room's `queries.sql` as an object with one coroutine per name.

    package  dotted name of the room, e.g. `lianxin.orders`
    """
    text = resources.files(package).joinpath(SQL_FILE).read_text(encoding="utf-8")
    return aiosql.from_str(text, "asyncpg")

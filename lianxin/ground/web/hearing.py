"""Who in this process wants to know when the database speaks?

One connection listens on all channels asked for. After each connection everybody is
called once, for nobody knows what was said meanwhile; so what is kept in memory is read
at the start, and read again after the database was away.
"""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
import structlog

from lianxin.ground.store.away import is_away
from lianxin.ground.web.live import RETRY_S, Connect

Heard = Callable[[], Awaitable[None]]

_log = structlog.get_logger("lianxin.web")


class Hearing:
    """Calls back on NOTIFY; `ready` is set once everybody has been called for the first time."""

    def __init__(self) -> None:
        self.ready = asyncio.Event()
        self._calls: dict[str, list[Heard]] = {}

    def on(self, channel: str, heard: Heard) -> None:
        """Call `heard` at the start, whenever the channel speaks, and after a connection was lost."""
        self._calls.setdefault(channel, []).append(heard)

    async def listen(self, connect: Connect) -> None:
        """Listen until cancelled; a lost connection is opened again.

        connect  opens a connection of its own for listening
        """
        while True:
            try:
                await self._follow(await connect())
            except Exception as failure:
                if not is_away(failure):
                    raise
                _log.warning("the database is away, listening again soon", reason=type(failure).__name__)
            await asyncio.sleep(RETRY_S)

    async def _follow(self, connection: asyncpg.Connection) -> None:
        spoken: asyncio.Queue[str | None] = asyncio.Queue()
        connection.add_termination_listener(lambda _: spoken.put_nowait(None))
        try:
            for channel in self._calls:
                await connection.add_listener(channel, lambda _, __, name, ___: spoken.put_nowait(name))
            await self._call(*self._calls)
            self.ready.set()
            while (name := await spoken.get()) is not None:
                names = {name}
                while not spoken.empty():
                    names.add(spoken.get_nowait() or "")
                await self._call(*(names & self._calls.keys()))
                if "" in names:
                    return
        finally:
            await connection.close(timeout=1)

    async def _call(self, *channels: str) -> None:
        for heard in dict.fromkeys(heard for channel in channels for heard in self._calls[channel]):
            await heard()

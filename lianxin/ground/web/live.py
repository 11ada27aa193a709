"""How does an open page learn that the ledger moved?

One connection per process listens on the channel `ledger`; every open page holds
one event stream. Pages are told at most once per `CALM_S`, and at least once per
`PULSE_S`, so that a busy ledger does not make them flicker and a quiet one does not
let their clock stand still. When the listening connection is lost, pages are told so.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import asyncpg
from litestar.response import ServerSentEventMessage

CHANNEL = "ledger"
CALM_S = 1.0
PULSE_S = 20.0
RETRY_S = 2.0

Connect = Callable[[], Awaitable[asyncpg.Connection]]
StillIn = Callable[[], Awaitable[bool]]
"""Whether the reader of a stream may go on reading it."""


class Live:
    """Tells any number of event streams that something happened.

    calm_s   shortest time between two signals to one page
    pulse_s  longest time without a signal
    """

    def __init__(self, calm_s: float = CALM_S, pulse_s: float = PULSE_S) -> None:
        self.listeners = 0
        self._calm_s = calm_s
        self._pulse_s = pulse_s
        self._moved = asyncio.Condition()
        self._version = 0
        self._looks = 0
        self._connected = True
        self._closed = False

    async def tell(self, connected: bool = True) -> None:
        """Wake every stream: the ledger moved, or (`connected` false) nobody can say whether it did."""
        async with self._moved:
            self._version += 1
            self._connected = connected
            self._moved.notify_all()

    async def look(self) -> None:
        """Let every stream look at once whether its reader is still in: somebody came, went or changed roles."""
        async with self._moved:
            self._looks += 1
            self._moved.notify_all()

    async def close(self) -> None:
        """End every stream, so that the server can stop."""
        self._closed = True
        await self.tell(self._connected)

    async def stream(self, still_in: StillIn | None = None) -> AsyncIterator[ServerSentEventMessage]:
        """Yield `ledger` when there is something new, `lost` while the database does not answer.

        still_in  asked before each signal and at every `look`; the stream ends when it says no
        """
        self.listeners += 1
        try:
            seen, looks = -1, self._looks
            while not self._closed:
                waited_out = await self._news(seen, looks)
                looks = self._looks
                if still_in is not None and not await still_in():
                    return
                if seen == self._version and not waited_out:
                    continue
                seen = self._version
                yield ServerSentEventMessage(event="ledger" if self._connected else "lost", data="")
                await self._rest()
        finally:
            self.listeners -= 1

    async def listen(self, connect: Connect) -> None:
        """Pass on what the database says until cancelled; a lost connection is opened again.

        connect  opens a connection of its own for listening
        """
        while not self._closed:
            try:
                await self._follow(await connect())
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
                await self.tell(connected=False)
            await asyncio.sleep(RETRY_S)

    async def _follow(self, connection: asyncpg.Connection) -> None:
        gone = asyncio.Event()
        news = asyncio.Event()

        def heard(*_: object) -> None:
            news.set()

        def ended(_: object) -> None:
            gone.set()
            news.set()

        connection.add_termination_listener(ended)
        await connection.add_listener(CHANNEL, heard)
        await self.tell()
        try:
            while not gone.is_set():
                await news.wait()
                news.clear()
                await self.tell(connected=not gone.is_set())
        finally:
            await connection.close(timeout=1)

    async def _news(self, seen: int, looks: int) -> bool:
        """Wait for what the stream has not seen; return whether there was none for a whole pulse."""
        async with self._moved:
            try:
                new = self._moved.wait_for(lambda: (self._version, self._looks) != (seen, looks))
                await asyncio.wait_for(new, self._pulse_s)
            except TimeoutError:
                return True
            return False

    async def _rest(self) -> None:
        """Keep still for a moment, unless the house closes."""
        async with self._moved:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._moved.wait_for(lambda: self._closed), self._calm_s)

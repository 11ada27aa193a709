"""What wakes the worker? The database's NOTIFY, so that it neither sleeps too long nor asks all the time."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import asyncpg

from lianxin.ground.store.away import is_away
from lianxin.worker.presence import Presence

if TYPE_CHECKING:
    from asyncpg import Connection, Record


class Bell:
    """Sets events when the database speaks on their channel; keeps its own connection and finds it again.

    wakes  NOTIFY channel -> the events it sets
    """

    def __init__(self, url: str, wakes: Mapping[str, Sequence[asyncio.Event]], presence: Presence) -> None:
        self._url = url
        self._wakes = wakes
        self._presence = presence

    async def listen(self, stop: asyncio.Event) -> None:
        """Listen until `stop`. After each connection everything is woken: nobody knows what was said meanwhile."""
        while not stop.is_set():
            try:
                await self._once(stop)
            except Exception as failure:
                if not is_away(failure):
                    raise
                await rest(self._presence.lost(failure), stop)

    async def _once(self, stop: asyncio.Event) -> None:
        connection = await asyncpg.connect(self._url)
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        try:
            for channel in self._wakes:
                await connection.add_listener(channel, self._heard)
            for channel in self._wakes:
                self._wake(channel)
            await rest(None, stop, lost)
        finally:
            await _closed(connection)

    def _heard(self, _: Any, __: int, channel: str, ___: object) -> None:
        self._wake(channel)

    def _wake(self, channel: str) -> None:
        for event in self._wakes[channel]:
            event.set()


async def rest(seconds: float | None, *events: asyncio.Event) -> None:
    """Wait until one of the events is set, or so many seconds have passed (None: no end)."""
    waits = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


async def _closed(connection: "Connection[Record]") -> None:
    if not connection.is_closed():
        connection.terminate()

"""What asks the site over HTTP, and how long does each answer take? Eight clients that keep their connections.

The generator runs on the same machine as what it measures, so it must cost little: a
protocol of its own on sockets, no HTTP library, about 30 µs of one core per request. Each
client sends its next request when the last answer is whole, as a browser or a system does.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from time import perf_counter
from typing import Final, NamedTuple

_END_OF_HEAD: Final = b"\r\n\r\n"
_LENGTH: Final = b"\r\ncontent-length:"


class Refused(Exception):
    """An answer was not the one that was measured for."""


class Answer(NamedTuple):
    """A whole answer: status, head and body as sent (packed where the head says so)."""

    status: int
    head: bytes
    body: bytes

    def header(self, name: bytes) -> bytes:
        """Return the value of a header; empty where it is not there."""
        found = self.head.lower().find(b"\r\n" + name + b":")
        if found < 0:
            return b""
        begin = found + len(name) + 3
        end = self.head.find(b"\r\n", begin)
        return self.head[begin : end if end >= 0 else None].strip()


class Connection(asyncio.Protocol):
    """One connection that is kept; one request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._read = bytearray()
        self._waits: asyncio.Future[Answer] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        self._read += data
        assert self._waits is not None, "an answer that nobody asked for"
        try:
            found = _whole(self._read)
        except Refused as wrong:
            self._waits.set_exception(wrong)
            return
        if found is not None:
            self._read.clear()
            self._waits.set_result(found)

    def connection_lost(self, exc: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        if self._waits is not None and not self._waits.done():
            self._waits.set_exception(exc or ConnectionResetError("the server closed the connection"))

    async def ask(self, request: bytes) -> Answer:
        """Send a whole request and wait for its whole answer."""
        assert self._transport is not None
        self._waits = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._waits

    def close(self) -> None:
        """End the connection."""
        if self._transport is not None:
            self._transport.abort()


def _whole(read: bytearray) -> Answer | None:
    """Return the answer once all of it has come."""
    end = read.find(_END_OF_HEAD)
    if end < 0:
        return None
    head = bytes(read[:end])
    at = head.lower().find(_LENGTH)
    if at < 0:
        raise Refused(f"an answer without Content-Length: {head[:200]!r}")
    stop = head.find(b"\r\n", at + 2)
    length = int(head[at + len(_LENGTH) : stop if stop >= 0 else None])
    body = end + len(_END_OF_HEAD)
    if len(read) < body + length:
        return None
    return Answer(int(head[9:12]), head, bytes(read[body : body + length]))


class Times(NamedTuple):
    """What a run came to: seconds of the whole, milliseconds of each request."""

    seconds: float
    each_ms: list[float]

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.each_ms) / self.seconds


Work = Callable[[Connection, list[float]], Awaitable[None]]
"""What one client does on its connection; appends the milliseconds of each request."""


async def run_clients(port: int, works: Sequence[Work]) -> Times:
    """Let that many clients work at once, each on its connection, until all are done."""
    loop = asyncio.get_running_loop()
    connections = [(await loop.create_connection(Connection, "127.0.0.1", port))[1] for _ in works]
    each_ms: list[float] = []
    began = perf_counter()
    try:
        await asyncio.gather(*(work(one, each_ms) for work, one in zip(works, connections, strict=True)))
        return Times(perf_counter() - began, each_ms)
    finally:
        for one in connections:
            one.close()


def asking(requests: Iterable[bytes], status: int = 200) -> Work:
    """Return the work of a client who sends these requests, one after another."""

    async def work(connection: Connection, each_ms: list[float]) -> None:
        for request in requests:
            began = perf_counter()
            answer = await connection.ask(request)
            each_ms.append((perf_counter() - began) * 1000)
            if answer.status != status:
                raise Refused(f"{request[:80]!r} answered {answer.status}: {answer.body[:300]!r}")

    return work


def request(
    method: str, path: str, headers: dict[str, str], body: bytes = b"", kind: str = "application/json"
) -> bytes:
    """Return a whole HTTP/1.1 request.

    path  already percent-encoded;  kind  of the body
    """
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body:
        lines += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body

"""Clients that send half of something and wait hold up nobody else."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar
from made.attacking import AT_WORK, FORM, Target, attacker
from made.entry import entered
from made.served import served

from lianxin.ground.store import Database
from lianxin.ground.web import Paper, sent

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Stalled:
    """A request whose body never comes to its end."""

    def __init__(self, target: Target, headers: dict[str, str]) -> None:
        self.begun = asyncio.Event()
        self.status = 0
        path, _, query = target.path.partition("?")
        self._scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "scheme": "http",
            "method": target.method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "client": ("10.9.9.9", 4000),
            "server": ("localhost", 12345),
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        }

    async def __call__(self, app: Any) -> None:
        first = True

        async def receive() -> dict[str, Any]:
            nonlocal first
            if first:
                first = False
                return {"type": "http.request", "body": b"number=1", "more_body": True}
            self.begun.set()
            await asyncio.Event().wait()
            raise AssertionError("nothing more ever comes")

        async def send(message: dict[str, Any]) -> None:
            self.status = message.get("status", self.status)

        await app(self._scope, receive, send)


def _stalled(targets: list[Target], client: httpx.AsyncClient) -> list[Stalled]:
    """Return a stalled request to each address that reads a form before it looks at its token."""
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    headers = {"Host": "localhost:12345", "Cookie": cookie, "Content-Type": FORM, "Accept": "text/html"}
    return [
        Stalled(target, headers)
        for target in targets
        if target.csrf and target.who == AT_WORK and not target.path.startswith("/api/")
    ]


async def test_bodies_that_do_not_come_hold_up_nobody(
    site: Litestar, pool: Any, targets: list[Target], nothing_is_stored: None
) -> None:
    async with await attacker(site, pool, AT_WORK) as client:
        slow = _stalled(targets, client)
        assert len(slow) > 40, "more than there are connections to the database"
        waiting = [asyncio.create_task(one(site)) for one in slow]
        try:
            await asyncio.gather(*(one.begun.wait() for one in slow))
            for path in ("/orders", "/me", "/login", "/readyz"):
                assert (await client.get(path)).status_code in (200, 303), path
            assert [one.status for one in slow] == [0] * len(slow)
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)


async def test_a_body_that_does_not_come_is_not_waited_for_without_end(
    site: Litestar, pool: Any, targets: list[Target], nothing_is_stored: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sent, "PATIENCE_S", 0.01)
    async with await attacker(site, pool, AT_WORK) as client:
        slow = _stalled(targets, client)
        await asyncio.gather(*(one(site) for one in slow))
    assert {one.status for one in slow} == {408}


HALF = {
    "a head": b"POST /login HTTP/1.1\r\nHost: localhost:%d\r\nContent-",
    "a body": b"POST /login HTTP/1.1\r\nHost: localhost:%d\r\nContent-Type: %b\r\nContent-Length: 9999\r\n\r\nnumber=",
    "a piece": b"POST /new HTTP/1.1\r\nHost: localhost:%d\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\nx",
}
SLOW = 40


async def test_clients_that_send_half_of_it_and_wait_hold_up_nobody_at_the_server(
    books: Database, pool: Any, paper: Paper, tmp_path: Path
) -> None:
    async with served(pool, books.app_url, tmp_path, paper=paper) as address:
        port = int(address.rpartition(":")[2])
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(SLOW * len(HALF))]
        for (_, writer), half in zip(held, [*HALF.values()] * SLOW, strict=True):
            writer.write(half.replace(b"%d", str(port).encode()).replace(b"%b", FORM.encode()))
            await writer.drain()
        try:
            async with await entered(address, pool, AT_WORK) as client:
                for path in ("/login", "/orders", "/me", "/readyz"):
                    assert (await client.get(path)).status_code in (200, 303), path
        finally:
            for _, writer in held:
                writer.close()

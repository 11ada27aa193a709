"""`lianxin web` as a process: it answers, it stops when asked while pages listen, and it leaves nothing running."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest
from made.entry import begun_session

from lianxin.access.cookies import SESSION
from lianxin.ground.clock import RealClock
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.store import open_pool
from lianxin.people import load_staff
from lianxin.personnel import enrol

GUARD_S = 60.0  # a guard, not a measure


@pytest.fixture
def web(database, tmp_path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A web process over a fresh database, and its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "LIANXIN_HOME": str(tmp_path / "home"),
        "LIANXIN_DATABASE_URL": database.app_url,
        "LIANXIN_WEB_PORT": str(port),
    }
    process = subprocess.Popen([sys.executable, "-m", "lianxin", "web"], env=environment, stderr=subprocess.PIPE)
    try:
        yield process, f"http://localhost:{port}"
    finally:
        process.kill()
        process.communicate()


def _client(url: str) -> httpx.Client:
    return httpx.Client(base_url=url, transport=httpx.HTTPTransport(retries=7), timeout=GUARD_S)


@pytest.fixture
def cookies(database) -> dict[str, str]:
    """The cookie of a duty manager, in a hotline where nothing happened yet."""

    async def enter() -> str:
        pool = await open_pool(database.app_url)
        try:
            await enrol(PostgresLedger(pool), load_staff(), RealClock().now())
            return (await begun_session(pool, "1023")).secret
        finally:
            await pool.close()

    return {SESSION: asyncio.run(enter())}


def test_a_web_process_serves_the_book_of_an_empty_hotline(web, cookies):
    _, url = web
    with _client(url) as client:
        assert client.get("/book").headers["location"] == "/login?next=%2Fbook"
        book = client.get("/book", cookies=cookies)
    assert book.status_code == 200
    assert "每一位来电来件的人" in book.text and "账平" in book.text


def test_a_web_process_stops_at_once_although_pages_listen(web, cookies):
    process, url = web
    with _client(url) as client, client.stream("GET", "/events", cookies=cookies) as stream:
        lines = stream.iter_lines()
        assert next(lines) == "event: ledger"
        process.send_signal(signal.SIGTERM)
        assert process.wait(GUARD_S) == 0

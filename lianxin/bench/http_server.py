"""Which server is asked? The site as an operator runs it: `lianxin web`, in processes of its own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from lianxin.bench.http_client import Refused

READY_S: Final = 60.0
STOP_S: Final = 10.0
LIMIT: Final = 1_000_000_000
"""Requests a minute that one token may send: the guard against a loop gone wild would stop the bench."""


@contextmanager
def served(url: str, processes: int, **settings: str) -> Iterator[int]:
    """Serve a database by so many web processes on one port, and give the port. Raises Refused: it does not come up.

    settings  further variables, e.g. `LIANXIN_WEB_TRIAL="true"`
    """
    with TemporaryDirectory(prefix="lianxin-bench-") as home:
        port = _free_port()
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("LIANXIN_")},
            "LIANXIN_HOME": home,
            "LIANXIN_DATABASE_URL": url,
            "LIANXIN_WEB_PORT": str(port),
            "LIANXIN_LOG_LEVEL": "warning",
            "LIANXIN_API_REQUESTS_PER_MINUTE": str(LIMIT),
            **settings,
        }
        running = [_web(environment, Path(home) / f"web-{n}.log") for n in range(processes)]
        try:
            for process in running:
                _wait_until_ready(process, port, Path(home))
            yield port
        finally:
            _end(running)


def _web(environment: dict[str, str], log: Path) -> "subprocess.Popen[bytes]":
    with log.open("wb") as told:
        return subprocess.Popen([sys.executable, "-m", "lianxin", "web"], env=environment, stdout=told, stderr=told)


def _wait_until_ready(process: "subprocess.Popen[bytes]", port: int, home: Path) -> None:
    last = time.monotonic() + READY_S
    while time.monotonic() < last:
        if process.poll() is not None:
            raise Refused("the web process ended: " + "".join(log.read_text() for log in home.glob("*.log"))[-500:])
        if _ready(port):
            return
        time.sleep(0.1)
    raise Refused(f"the site was not ready within {READY_S:.0f} s")


def _ready(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz", headers={"Host": "localhost"})
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _end(running: "list[subprocess.Popen[bytes]]") -> None:
    for process in running:
        process.terminate()
    for process in running:
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])

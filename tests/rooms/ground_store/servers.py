"""Homes with embedded servers of their own, for tests that hurt them."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from lianxin.ground.store import EmbeddedServer
from lianxin.ground.store.process import running_pid
from lianxin.ground.store.roles import DATABASE, OWNER, SUPERUSER

GUARD_S = 120


@contextmanager
def throwaway(home: Path) -> Iterator[EmbeddedServer]:
    """Give a started server of its own home; its data is removed whatever happens."""
    server = EmbeddedServer(home)
    server.start()
    try:
        yield server
    finally:
        server.discard()


def pid_of(server: EmbeddedServer) -> int:
    """Return the process id of the running server."""
    pid = running_pid(server.cluster)
    assert pid is not None, "the server does not run"
    return pid


def kill_hard(server: EmbeddedServer) -> None:
    """Kill the server as a power cut would, without a word."""
    pid = pid_of(server)
    handle = os.pidfd_open(pid)
    signal.pidfd_send_signal(handle, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        os.waitid(os.P_PIDFD, handle, os.WEXITED)
    os.close(handle)


def connect(server: EmbeddedServer, role: str = OWNER, database: str = DATABASE) -> "psycopg.Connection[tuple[object]]":
    """Return a connection whose statements commit one by one."""
    return psycopg.connect(server.url(role, database), autocommit=True)


def show(server: EmbeddedServer, setting: str) -> str:
    """Return a setting in force."""
    with connect(server, SUPERUSER) as connection:
        row = connection.execute("SELECT current_setting(%s)", (setting,)).fetchone()
    assert row is not None
    return str(row[0])


def python(code: str, *arguments: str, **options: object) -> "subprocess.Popen[str]":
    """Start Python code as another process of the house, its output on a pipe."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,  # type: ignore[call-overload]
    )

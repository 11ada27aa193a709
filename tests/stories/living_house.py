"""`lianxin run --demo` as its user starts it, on a home of its own, and everything that can befall it from outside."""

import json
import os
import queue
import random
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from lianxin.ground.ledger.checkpoint_file import FILE_NAME
from lianxin.ground.ledger.checkpoint_key import known_key
from lianxin.ground.store import EmbeddedServer
from lianxin.ground.store.account import SYSTEM_FOLDER
from lianxin.ground.store.roles import APP
from lianxin.insight.audit.database import audit_database

SPEED = 200
GUARD_S = 100.0
"""Ends a test that waits for what never comes; nothing is measured by it."""


class House:
    """One home and its `lianxin run`, which may be started, killed and started again.

    events  what the processes wrote in their logs since the last start, as far as it was read
    """

    def __init__(self, home: Path, port: int) -> None:
        self.home = home
        self.page = f"http://localhost:{port}"
        self.environment = {**os.environ, "LIANXIN_HOME": str(home), "LIANXIN_WEB_PORT": str(port)}
        self.events: list[dict[str, Any]] = []
        self.server = EmbeddedServer(home)
        self._lines: queue.Queue[bytes | None] = queue.Queue()
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: Path | None = None

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The process of `lianxin run`."""
        assert self._process is not None, "it was not started"
        return self._process

    def start(self, *, demo: bool = True) -> None:
        """Start it, without waiting for anything."""
        self.events, self._lines = [], queue.Queue()
        city = ["--demo", "--speed", str(SPEED)] if demo else []
        command = [sys.executable, "-m", "lianxin", "run", *city]
        # Made-up people stand in its database; only a trial goes on with them when the demo does not.
        environment = self.environment | ({} if demo else {"LIANXIN_WEB_TRIAL": "true"})
        self._process = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
        )
        threading.Thread(target=self._listen, args=(self._process, self._lines), daemon=True).start()

    def start_and_wait(self, *, demo: bool = True) -> None:
        """Start it and return when its clock runs and the pages answer."""
        self.start(demo=demo)
        self.wait_for("worker started")
        self.wait_until_ready()

    def wait_for(self, event: str) -> dict[str, Any]:
        """Return the next event of this name. Fails when the house ends before."""
        while (line := self._lines.get(timeout=GUARD_S)) is not None:
            read = json.loads(line) if line.startswith(b"{") else {"event": line.decode(errors="replace")}
            self.events.append(read)
            if read["event"] == event:
                return read
        code = self.process.wait(GUARD_S)
        raise AssertionError(f"it ended ({code}) without saying {event!r}: {self.events[-20:]}")

    def wait_until_ready(self) -> None:
        """Return when /readyz says so; it is asked again and again, with the pauses of the transport."""
        with self.client() as pages:
            answers = (pages.get("/readyz") for _ in range(100))
            assert any(answer.status_code == 200 for answer in answers), "it never became ready"

    def client(self) -> httpx.Client:
        """Return a browser that knocks again where nobody listens yet."""
        return httpx.Client(base_url=self.page, transport=httpx.HTTPTransport(retries=7), timeout=GUARD_S)

    def database_url(self) -> str:
        """Return the address of the running database as the application; nobody is kept from stopping it."""
        self.server.start(adopt_only=True)
        try:
            return self.server.url(APP)
        finally:
            self.server.leave()

    def members(self) -> list[int]:
        """Return every process of this house: those with its home in their environment, and its database's."""
        folder = str(self._database_folder())
        mark = f"LIANXIN_HOME={self.home}".encode()
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                ours = mark in (entry / "environ").read_bytes().split(b"\0")
                ours = ours or str((entry / "cwd").readlink()).startswith(folder)
            except OSError:  # it has ended meanwhile, or belongs to somebody else
                continue
            if ours:
                found.append(int(entry.name))
        return sorted(found)

    def database_members(self) -> list[int]:
        """Return the processes of the database alone."""
        folder = str(self._database_folder())
        return [pid for pid in self.members() if str(_cwd(pid)).startswith(folder)]

    def kill(self, pids: Callable[[], list[int]] | None = None, order: random.Random | None = None) -> int:
        """Kill -9 processes (all of the house, unless told which) in a random order; return how many died."""
        died = 0
        while alive := (pids or self.members)():
            if order is not None:
                order.shuffle(alive)
            handles = [handle for handle in map(_handle, alive) if handle is not None]
            for handle in handles:
                with suppress(ProcessLookupError):  # it died with another
                    signal.pidfd_send_signal(handle, signal.SIGKILL)
            for handle in handles:
                _wait_for_end(handle)
            died += len(handles)
            if self._process is not None:
                self._process.poll()  # takes leave of it, so that nothing of it is left
        return died

    def freeze(self, pids: list[int]) -> None:
        """Stop processes where they stand, as a machine does that hangs."""
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)

    def thaw(self, pids: list[int]) -> None:
        """Let them go on."""
        for pid in pids:
            os.kill(pid, signal.SIGCONT)

    def kill_supervisor(self) -> None:
        """Kill -9 `lianxin run` alone, and return when every process of its house has ended by itself."""
        handles = [handle for handle in map(_handle, self.members()) if handle is not None]
        self.process.kill()
        self.process.wait(GUARD_S)
        for handle in handles:
            _wait_for_end(handle)

    def stop(self) -> float:
        """Ask it to stop and return the seconds it took; it must end well."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(GUARD_S) == 0, self.events[-20:]
        return time.monotonic() - begun

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run another command of this site and return what it said."""
        return subprocess.run(
            [sys.executable, "-m", "lianxin", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=GUARD_S,
            check=False,
        )

    def violations(self) -> list[dict[str, Any]]:
        """Audit the books, as `lianxin audit` and in this process, against the published checkpoints."""
        said = self.command("audit", "--json", "--checkpoints", str(self.home / FILE_NAME))
        assert said.returncode in (0, 1), said.stderr
        found = json.loads(said.stdout)
        with EmbeddedServer(self.home) as server:
            file, key = self.home / FILE_NAME, known_key(self.home)
            report = audit_database(server.url(APP), checkpoints=file, key=key)
        seen = f"by the command {found['violations'][:9]}, a moment later {report.violations[:9]}"
        assert (found["ok"], said.returncode) == (report.ok, 0 if report.ok else 1), seen
        assert found["anchored"] and report.anchored
        return list(found["violations"])

    def discard(self) -> None:
        """End everything and remove the database."""
        self.kill()
        if (self.home / "database.json").exists():
            self.server.start()
            self.server.discard()

    def _database_folder(self) -> Path:
        if self._folder is None:
            kept = self.home / "database.json"
            if not kept.exists():
                return self.home / "nothing yet"
            servers = SYSTEM_FOLDER / "servers" if os.geteuid() == 0 else self.home / "postgresql"
            self._folder = servers / str(json.loads(kept.read_bytes())["id"])
        return self._folder

    @staticmethod
    def _listen(process: subprocess.Popen[bytes], lines: "queue.Queue[bytes | None]") -> None:
        assert process.stderr is not None
        for line in process.stderr:
            lines.put(line)
        lines.put(None)


@contextmanager
def house(home: Path, port: int) -> Iterator[House]:
    """Give a house that has not been started; nothing of it is left afterwards."""
    one = House(home, port)
    try:
        yield one
    finally:
        one.discard()


def _handle(pid: int) -> int | None:
    try:
        return os.pidfd_open(pid)
    except ProcessLookupError:
        return None


def _wait_for_end(handle: int) -> None:
    ended, _, _ = select.select([handle], [], [], GUARD_S)
    os.close(handle)
    assert ended, "a process is still there"


def _cwd(pid: int) -> Path:
    try:
        return Path(f"/proc/{pid}/cwd").readlink()
    except OSError:
        return Path("/")

"""`lianxin run`: processes that come back, end together, and are never left behind."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lianxin.ground.site.supervise import DELAY_S_MAX, REFUSED_CODE, delay_s
from lianxin.ground.store import EmbeddedServer
from lianxin.ground.store.process import running_pid

GUARD_S = 120

_RUN = """
import json, sys
from pathlib import Path
from lianxin.ground.site.home import load_site
from lianxin.ground.site.logs import configure_logs
from lianxin.ground.site.running import run_site
from lianxin.ground.site.supervise import Role
site = load_site()
configure_logs(site.settings.log, "run")
roles = {name: Role(name, tuple(command)) for name, command in json.loads(sys.argv[1]).items()}
before = roles.pop("before", None)
try:
    run_site(site, list(roles.values()), before)
except Exception as refusal:
    sys.exit(f"{type(refusal).__name__}: {refusal}")
"""

_OBEYS = "import os, signal, sys; print(sys.argv[1], os.getpid(), flush=True); signal.pause()"
_STUBBORN = (
    "import os, signal, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print(sys.argv[1], os.getpid(), flush=True)\nwhile True: signal.pause()"
)


def role(name: str, code: str = _OBEYS) -> dict[str, list[str]]:
    return {name: [sys.executable, "-c", code, name]}


class Run:
    """One `lianxin run` as a process, with what its roles print."""

    def __init__(self, home: Path, port: int, roles: dict[str, list[str]]) -> None:
        environment = {**os.environ, "LIANXIN_HOME": str(home), "LIANXIN_WEB_PORT": str(port)}
        self.process = subprocess.Popen(
            [sys.executable, "-c", _RUN, json.dumps(roles)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,  # what `select` does not see must not lie in a buffer
        )

    def next_role(self) -> tuple[str, int]:
        """Return name and process id of the next role that says it has begun."""
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], GUARD_S)
        line = self.process.stdout.readline().decode().split() if ready else []
        assert line, f"no role began: {self.process.stderr}"
        return line[0], int(line[1])

    def wait_for_event(self, words: bytes) -> None:
        """Read the log until an event contains the words."""
        assert self.process.stderr is not None
        while select.select([self.process.stderr], [], [], GUARD_S)[0]:
            line = self.process.stderr.readline()
            assert line, f"it ended without saying {words!r}"
            if words in line:
                return
        pytest.fail(f"it never said {words!r}")

    def finish(self) -> tuple[int, str]:
        """Return exit code and what was written to standard error."""
        _, err = self.process.communicate(timeout=GUARD_S)
        return self.process.returncode, err.decode()


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home whose database is removed afterwards."""
    yield tmp_path / "home"
    server = EmbeddedServer(tmp_path / "home")
    server.start()
    server.discard()


@pytest.fixture
def run(home: Path, unused_tcp_port: int) -> Iterator[Callable[..., Run]]:
    """Start a `lianxin run` with roles of the test's own; whatever still runs is killed afterwards."""
    started: list[Run] = []

    def start(**roles: list[str]) -> Run:
        started.append(Run(home, unused_tcp_port, roles))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
            one.process.communicate(timeout=GUARD_S)


def wait_for_end(handle: int) -> None:
    ended, _, _ = select.select([handle], [], [], GUARD_S)
    os.close(handle)
    assert ended, "the process is still there"


def test_everything_ends_together_on_a_signal(run: Callable[..., Run], home: Path) -> None:
    one = run(**role("web"), **role("worker"))
    children = dict(one.next_role() for _ in range(2))
    assert set(children) == {"web", "worker"}
    handles = [os.pidfd_open(pid) for pid in children.values()]
    one.process.send_signal(signal.SIGTERM)
    code, err = one.finish()
    assert code == 0, err
    for handle in handles:
        wait_for_end(handle)
    assert not _database_runs(home)


def _database_runs(home: Path) -> bool:
    server = EmbeddedServer(home)
    started = server.start()
    server.leave()
    return not started


def test_a_process_that_does_not_listen_is_ended_all_the_same(run: Callable[..., Run]) -> None:
    one = run(**role("web", _STUBBORN))
    handle = os.pidfd_open(one.next_role()[1])
    one.process.send_signal(signal.SIGINT)
    code, err = one.finish()
    assert code == 0, err
    wait_for_end(handle)
    assert "was killed" in err


def test_a_process_that_dies_comes_back(run: Callable[..., Run]) -> None:
    one = run(**role("worker"))
    name, first = one.next_role()
    os.kill(first, signal.SIGKILL)
    again, second = one.next_role()
    assert (again, name) == ("worker", "worker")
    assert second != first


def test_a_database_that_dies_comes_back(run: Callable[..., Run], home: Path) -> None:
    one = run(**role("worker"))
    one.next_role()
    server = EmbeddedServer(home)
    assert server.start() is False
    pid = running_pid(server.cluster)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    one.wait_for_event(b"has been started again")
    assert server.start() is False
    server.leave()


def test_nobody_is_left_when_the_supervisor_is_killed(run: Callable[..., Run], home: Path) -> None:
    one = run(**role("web", _STUBBORN), **role("worker"))
    handles = [os.pidfd_open(one.next_role()[1]) for _ in range(2)]
    one.process.kill()
    one.finish()
    for handle in handles:
        wait_for_end(handle)


def test_a_second_run_on_the_same_home_is_refused_and_harms_nothing(run: Callable[..., Run]) -> None:
    first = run(**role("web"))
    _, pid = first.next_role()
    code, err = run(**role("web")).finish()
    assert code != 0
    assert "AlreadyRunning: Lianxin already runs on" in err
    assert str(first.process.pid) in err
    os.kill(pid, 0)  # the first one's process is alive
    assert first.process.poll() is None


def test_after_a_kill_the_next_run_begins_as_if_nothing_had_happened(run: Callable[..., Run]) -> None:
    for _ in range(2):
        one = run(**role("web"))
        one.next_role()
        one.process.kill()
        one.finish()
    last = run(**role("web"))
    last.next_role()
    last.process.send_signal(signal.SIGTERM)
    assert last.finish()[0] == 0


def test_the_processes_begin_when_the_house_has_been_made_ready(run: Callable[..., Run]) -> None:
    one = run(**role("before", "print('before', 0, flush=True)"), **role("web"))
    assert one.next_role()[0] == "before"
    assert one.next_role()[0] == "web"


def test_a_house_that_cannot_be_made_ready_does_not_start(run: Callable[..., Run]) -> None:
    code, err = run(**role("before", "raise SystemExit('no room on the disk')"), **role("web")).finish()
    assert code != 0
    assert "no room on the disk" in err and "could not be made ready" in err
    assert "process started" not in err


_ASKS_ONCE = """
import pathlib, signal, sys
asked = pathlib.Path(sys.argv[2])
print(sys.argv[1], 0, flush=True)
if not asked.exists():
    asked.touch()
    sys.exit(75)
signal.pause()
"""


def test_a_process_may_ask_for_the_whole_house_to_begin_again(run: Callable[..., Run], tmp_path: Path) -> None:
    one = run(
        **role("before", "print('before', 0, flush=True)"),
        city=[*role("city", _ASKS_ONCE)["city"], str(tmp_path / "asked")],
    )
    assert [one.next_role()[0] for _ in range(4)] == ["before", "city", "before", "city"]


def test_a_taken_port_is_said_at_once(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, err = Run(home, taken.getsockname()[1], role("web")).finish()
    assert code != 0
    assert "LIANXIN_WEB_PORT" in err


def test_the_pause_before_a_new_start_grows_to_a_limit() -> None:
    assert [delay_s(n) for n in (1, 2, 3)] == [0.5, 1.0, 2.0]
    assert delay_s(1000) == DELAY_S_MAX


def test_a_process_that_refuses_its_settings_is_not_started_for_ever(run: Callable[..., Run]) -> None:
    one = run(**role("web"), **role("worker", f"import sys; sys.exit({REFUSED_CODE})"))
    code, err = one.finish()
    assert code == 1
    assert "`lianxin worker` cannot work with the settings" in err and "Nothing runs" in err
    assert err.count("process refuses its settings") == 1 and "again_in_s" not in err

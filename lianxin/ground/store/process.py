"""Is the server of this data folder running, and how is it started and stopped?

The server's own `postmaster.pid` is believed only as far as the process it names is
a PostgreSQL in that very folder: after a crash the number may belong to anybody.
"""

import ctypes
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from lianxin.ground.store.account import Account, give
from lianxin.ground.store.binaries import Binaries
from lianxin.ground.store.cluster import Cluster
from lianxin.ground.store.failures import ServerFailed
from lianxin.ground.store.initializing import server_environment, user_of

START_GUARD_S = 120
"""Recovery after a crash replays at most `max_wal_size`; two minutes are many times that."""
STOP_GUARD_S = 60
_LOOK_AGAIN_S = 0.02
_PR_SET_PDEATHSIG = 1


def running_pid(cluster: Cluster) -> int | None:
    """Return the process id of the server that runs on the data folder, or None."""
    try:
        pid = int((cluster.data / "postmaster.pid").read_text().split("\n", 1)[0])
        folder = Path(f"/proc/{pid}/cwd").readlink()
    except (FileNotFoundError, ProcessLookupError, PermissionError, ValueError):
        return None
    return pid if folder == cluster.data.resolve() else None


def clear_stale_locks(cluster: Cluster) -> None:
    """Remove the lock files a killed server left; a process number used again would block the start for ever."""
    if running_pid(cluster) is not None:
        return
    (cluster.data / "postmaster.pid").unlink(missing_ok=True)
    for left in cluster.socket_folder.glob(".s.PGSQL.*"):
        left.unlink()


def spawn(cluster: Cluster, binaries: Binaries, account: Account, *, die_with_parent: bool) -> subprocess.Popen[bytes]:
    """Start the server without waiting for it.

    die_with_parent  shut it down when this process dies, even by kill -9
    """
    cluster.log.touch(mode=0o600)
    give(cluster.log, account)
    with cluster.log.open("wb") as log:
        return subprocess.Popen(
            [binaries.postgres, "-D", cluster.data],
            cwd=cluster.folder,
            env=server_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=_dies_with_parent(signal.SIGINT) if die_with_parent else None,
            **user_of(account),
        )


def wait_until_ready(cluster: Cluster, child: subprocess.Popen[bytes] | None) -> None:
    """Return when the server takes connections.

    child  the process just started, or None for a server somebody else started
    Raises ServerFailed when it gave up, with the last lines it wrote.
    """
    until = time.monotonic() + START_GUARD_S
    while time.monotonic() < until:
        if child is not None and child.poll() is not None:
            raise ServerFailed(f"The database did not start: {_last_words(cluster)}")
        if child is None and is_stopping(cluster):
            raise ServerFailed("The database is shutting down.")
        if _says(cluster) == "ready":
            return
        time.sleep(_LOOK_AGAIN_S)
    raise ServerFailed(f"The database did not become ready in {START_GUARD_S} s: {_last_words(cluster)}")


def stop(pid: int, child: subprocess.Popen[bytes] | None) -> None:
    """Shut the server down, ending its sessions, and return when it is gone.

    Raises ServerFailed when it is still there after the guard; its data is safe either way.
    """
    try:
        os.kill(pid, signal.SIGINT)
    except ProcessLookupError:
        return
    wait_for_end(pid)
    if child is not None:
        child.wait()


def wait_for_end(pid: int) -> None:
    """Return when the process is gone. Raises ServerFailed when it is still there after the guard."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        gone, _, _ = select.select([handle], [], [], STOP_GUARD_S)
    finally:
        os.close(handle)
    if not gone:
        raise ServerFailed(f"The database (process {pid}) has not stopped after {STOP_GUARD_S} s.")


def is_stopping(cluster: Cluster) -> bool:
    """Return whether the server that ran is gone or on its way out."""
    return running_pid(cluster) is None or _says(cluster) == "stopping"


def _says(cluster: Cluster) -> str:
    """Return what the server writes about itself in the eighth line of `postmaster.pid`."""
    try:
        lines = (cluster.data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return ""
    return lines[7].strip() if len(lines) >= 8 else ""


def _last_words(cluster: Cluster) -> str:
    """Return what this start wrote: its complaints if its own log files were open by then, else its last lines."""
    words = cluster.log.read_text(errors="replace")
    if "redirecting log output" not in words:
        return " / ".join(words.strip().splitlines()[-5:])
    newest = max((cluster.folder / "log").glob("*.log"), key=lambda path: path.stat().st_mtime)
    lines = newest.read_text(errors="replace").strip().splitlines()[-20:]
    return " / ".join([line for line in lines if "FATAL" in line or "PANIC" in line] or lines[-5:])


def _dies_with_parent(signal_number: int) -> Callable[[], None]:
    """Return what the child calls after it took the server's user: a change of user clears the wish."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, signal_number)
        if os.getppid() != parent:
            os._exit(1)

    return ask

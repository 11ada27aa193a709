"""The embedded server: who starts it, who adopts it, who turns it off?

Whoever needs the database claims the server of a home. The first one starts it, the
others adopt it, the last one to leave stops it; a server that was started by hand
is used and left alone.
"""

import subprocess
import time
from pathlib import Path
from typing import Self
from urllib.parse import quote, urlencode

import psycopg

from lianxin.ground.store import process
from lianxin.ground.store.account import server_account
from lianxin.ground.store.binaries import Binaries, embedded_binaries
from lianxin.ground.store.cluster import Cluster, changed, forget_cluster, free_port, load_cluster, port_is_free
from lianxin.ground.store.failures import ServerFailed
from lianxin.ground.store.initializing import make_data_folder, write_settings
from lianxin.ground.store.locking import Lease, locked
from lianxin.ground.store.roles import APP, DATABASE, OWNER, SUPERUSER, prepare_database

_LOOK_AGAIN_S = 0.2


class EmbeddedServer:
    """The server of one home folder, claimed while it is used.

    home      folder with `database.json`; made with 0700 if there is none
    binaries  other programs than the wheel's, of version 15 or later
    """

    def __init__(self, home: Path, binaries: Binaries | None = None) -> None:
        self._home = home.resolve()
        self._home.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._account = server_account()
        self._binaries = binaries or embedded_binaries(self._account)
        self._cluster: Cluster | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._lease: Lease | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    @property
    def home(self) -> Path:
        """The home folder whose server this is."""
        return self._home

    @property
    def cluster(self) -> Cluster:
        """Where it is and how to enter. Only after `start`."""
        assert self._cluster is not None, "the server has not been started"
        return self._cluster

    def start(self, *, die_with_parent: bool = False, adopt_only: bool = False) -> bool:
        """Start the server, or adopt the one that runs; return True when this call started it.

        die_with_parent  a server started here is shut down when this process dies
        adopt_only       another process of the house starts it; refuse while there is none
        Raises StoreError with a sentence that says why there is no server.
        """
        with locked(self._home / "database.lock"):
            self._cluster = load_cluster(self._home, self._account)
            started = not self._adopted()
            if started and adopt_only:
                raise ServerFailed("The database is not running at this moment; it is being started again.")
            if started:
                self._start_anew(die_with_parent)
                self._make_roles()
            self._lease = self._lease or Lease(self._home / "database.users")
        return started

    def running(self) -> bool:
        """Return whether the server runs now."""
        return process.running_pid(self.cluster) is not None

    def leave(self) -> None:
        """Give the claim up; stop the server when nobody else uses it and the house started it."""
        with locked(self._home / "database.lock"):
            if self._lease is None:
                return
            last = self._lease.leave()
            self._lease = None
            if last and self._house_started_it():
                self._stop()

    def url(self, role: str, database: str = DATABASE) -> str:
        """Return the address of a database for one of the three roles, by the Unix socket."""
        kept = self.cluster.kept
        password = {SUPERUSER: kept.superuser_password, OWNER: kept.owner_password, APP: kept.app_password}[role]
        place = urlencode({"host": str(self.cluster.socket_folder), "port": kept.port})
        return f"postgresql://{role}:{quote(password)}@/{database}?{place}"

    def discard(self) -> None:
        """Stop the server and remove its data for good; for homes made to be thrown away."""
        with locked(self._home / "database.lock"):
            self._stop()
            forget_cluster(self.cluster)

    def _adopted(self) -> bool:
        """Return whether a server runs and can be used; one that is shutting down is waited out."""
        while (pid := process.running_pid(self.cluster)) is not None:
            try:
                process.wait_until_ready(self.cluster, None)
                self._make_roles()
            except (ServerFailed, psycopg.OperationalError) as failure:
                if not process.is_stopping(self.cluster):
                    raise ServerFailed(f"The database runs but cannot be entered: {failure}") from failure
                process.wait_for_end(pid)
            else:
                return True
        return False

    def _start_anew(self, die_with_parent: bool) -> None:
        make_data_folder(self.cluster, self._binaries, self._account)
        if not self.cluster.kept.made:
            self._cluster = changed(self.cluster, made=True)
        self._reap()
        process.clear_stale_locks(self.cluster)
        child = self._spawn_until_ready(die_with_parent)
        self._child = child
        (self.cluster.folder / "started").write_text(str(child.pid))

    def _spawn_until_ready(self, die_with_parent: bool) -> subprocess.Popen[bytes]:
        until = time.monotonic() + process.START_GUARD_S
        while True:
            self._take_free_port()
            write_settings(self.cluster, self._account)
            child = process.spawn(self.cluster, self._binaries, self._account, die_with_parent=die_with_parent)
            try:
                process.wait_until_ready(self.cluster, child)
            except ServerFailed as failure:
                process.stop(child.pid, child)
                if time.monotonic() > until or not _passes_by_itself(failure):
                    raise
                time.sleep(_LOOK_AGAIN_S)
            else:
                return child

    def _take_free_port(self) -> None:
        if not port_is_free(self.cluster.kept.port):
            self._cluster = changed(self.cluster, port=free_port())

    def _house_started_it(self) -> bool:
        note = self.cluster.folder / "started"
        pid = process.running_pid(self.cluster)
        return pid is not None and note.exists() and note.read_text() == str(pid)

    def _stop(self) -> None:
        pid = process.running_pid(self.cluster)
        if pid is not None:
            process.stop(pid, self._child if self._child is not None and self._child.pid == pid else None)
        self._reap()

    def _reap(self) -> None:
        """Take leave of a server this process started and that has ended: unburied, its number stays taken."""
        if self._child is not None:
            self._child.wait()
            self._child = None

    def _make_roles(self) -> None:
        """Make the two roles and the database once; their passwords are the home's."""
        kept = self.cluster.kept
        with psycopg.connect(self.url(SUPERUSER, "postgres"), autocommit=True) as server:
            for role, password in ((OWNER, kept.owner_password), (APP, kept.app_password)):
                if not server.execute("SELECT FROM pg_roles WHERE rolname = %s", (role,)).rowcount:
                    server.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{password}'".encode())
            if not server.execute("SELECT FROM pg_database WHERE datname = %s", (DATABASE,)).rowcount:
                server.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}".encode())
                for statement in prepare_database(DATABASE):
                    server.execute(statement.encode())


def _passes_by_itself(failure: ServerFailed) -> bool:
    """After kill -9 the old server's sessions hold its memory for a moment; a port may just have been taken."""
    return "shared memory block" in str(failure) or "could not bind" in str(failure)

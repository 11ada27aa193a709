"""The embedded server: private, durable, adopted, and never left behind."""

import os
import select
import stat
from pathlib import Path

import psycopg
import pytest
from servers import GUARD_S, connect, kill_hard, pid_of, python, show, throwaway

from lianxin.ground.store import EmbeddedServer, StoreError
from lianxin.ground.store.cluster import Cluster, changed
from lianxin.ground.store.failures import HomeTaken, ServerFailed
from lianxin.ground.store.roles import APP, OWNER, SUPERUSER


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def test_what_is_acknowledged_is_on_the_disk_and_checked_on_reading(home: Path) -> None:
    with throwaway(home) as server:
        for setting in ("fsync", "full_page_writes", "synchronous_commit", "data_checksums"):
            assert show(server, setting) == "on", setting
        assert show(server, "listen_addresses") == "127.0.0.1"


def test_nobody_else_can_read_the_data_or_the_passwords(home: Path) -> None:
    with throwaway(home) as server:
        cluster = server.cluster
        for folder in (cluster.data, cluster.folder, cluster.socket_folder):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder
        assert stat.S_IMODE((home / "database.json").stat().st_mode) == 0o600
        assert not list(cluster.folder.glob("*.password"))


@pytest.mark.parametrize("place", ["socket", "loopback"])
def test_nobody_enters_without_the_password(home: Path, place: str) -> None:
    with throwaway(home) as server:
        kept = server.cluster.kept
        host = str(server.cluster.socket_folder) if place == "socket" else "127.0.0.1"
        for password in ("", "wrong"):
            with pytest.raises(psycopg.OperationalError):
                psycopg.connect(host=host, port=kept.port, user=APP, dbname="lianxin", password=password)
        psycopg.connect(host=host, port=kept.port, user=APP, dbname="lianxin", password=kept.app_password).close()


def test_the_application_may_make_nothing(home: Path) -> None:
    with throwaway(home) as server, connect(server, APP) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE mine (x int)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TEMPORARY TABLE mine (x int)")


def test_a_running_server_is_adopted_and_stopped_by_the_last_to_leave(home: Path) -> None:
    with throwaway(home) as first:
        second = EmbeddedServer(home)
        assert second.start() is False
        assert pid_of(second) == pid_of(first)
        first.leave()
        assert second.running(), "somebody still uses it"
        second.leave()
        assert not second.running()


def test_a_server_started_by_hand_is_used_and_left_alone(home: Path) -> None:
    with throwaway(home) as server:
        (server.cluster.folder / "started").unlink()  # without this note nobody of the house started it
        other = EmbeddedServer(home)
        other.start()
        server.leave()
        other.leave()
        assert server.running()


def test_a_server_killed_hard_comes_back_with_every_acknowledged_row(home: Path) -> None:
    with throwaway(home) as server:
        with connect(server) as connection:
            connection.execute("CREATE TABLE kept (n int)")
        acknowledged = 0
        for round_n in range(1, 4):
            with connect(server) as connection:
                for _ in range(50):
                    acknowledged += 1
                    connection.execute("INSERT INTO kept VALUES (%s)", (acknowledged,))
                kill_hard(server)
            assert server.start() is True, round_n
            with connect(server) as connection:
                found = connection.execute("SELECT array_agg(n ORDER BY n) FROM kept").fetchone()
            assert found == (list(range(1, acknowledged + 1)),)


def test_a_process_number_used_again_does_not_block_the_start(home: Path) -> None:
    with throwaway(home) as server:
        server.leave()
        stale = server.cluster.data / "postmaster.pid"
        stale.write_text(f"{os.getpid()}\n{server.cluster.data}\n0\n{server.cluster.kept.port}\n\n\n\nready\n")
        assert server.start() is True
        assert pid_of(server) != os.getpid()


def test_a_taken_port_is_left_to_its_owner_and_another_is_remembered(home: Path, tmp_path: Path) -> None:
    with throwaway(home) as server:
        server.leave()
        taken = server.cluster.kept.port
        with throwaway(tmp_path / "other") as other:
            other.leave()
            changed(other.cluster, port=taken)
            other.start()
            assert other.cluster.kept.port == taken
            server.start()
            assert server.cluster.kept.port != taken
            assert show(server, "port") == str(server.cluster.kept.port)


def test_several_homes_have_servers_side_by_side(tmp_path: Path) -> None:
    with throwaway(tmp_path / "a") as one, throwaway(tmp_path / "b") as other:
        assert pid_of(one) != pid_of(other)
        assert one.url(OWNER) != other.url(OWNER)


def test_a_moved_home_takes_its_data_along(tmp_path: Path) -> None:
    with EmbeddedServer(tmp_path / "old") as server, connect(server) as connection:
        connection.execute("CREATE TABLE kept (n int)")
    (tmp_path / "old").rename(tmp_path / "new")
    with throwaway(tmp_path / "new") as server, connect(server) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_a_copied_home_does_not_share_the_data_of_the_original(tmp_path: Path, home: Path) -> None:
    with throwaway(home):
        copy = tmp_path / "copy"
        copy.mkdir()
        (copy / "database.json").write_bytes((home / "database.json").read_bytes())
        if os.geteuid() == 0:
            with pytest.raises(HomeTaken, match="copy of"):
                EmbeddedServer(copy).start()


def test_lost_data_is_not_replaced_by_an_empty_folder(home: Path) -> None:
    with throwaway(home) as server:
        server.leave()
        cluster: Cluster = server.cluster
        aside = cluster.folder / "aside"
        cluster.data.rename(aside)
        with pytest.raises(ServerFailed, match="is gone"):
            server.start()
        aside.rename(cluster.data)
        server.start()


def test_a_server_that_cannot_start_says_why(home: Path) -> None:
    with throwaway(home) as server:
        server.leave()
        settings = server.cluster.data / "postgresql.conf"
        good = settings.read_text()
        settings.write_text(good + "no_such_setting = 1\n")
        with pytest.raises(StoreError, match="no_such_setting"):
            server.start()
        settings.write_text(good)
        server.start()


_START_AND_WAIT = """
import sys
from pathlib import Path
from lianxin.ground.store import EmbeddedServer
server = EmbeddedServer(Path(sys.argv[1]))
server.start(die_with_parent=True)
print("started", flush=True)
sys.stdin.read()
"""


def test_a_server_ends_with_the_process_that_was_killed(home: Path) -> None:
    with throwaway(home) as server:
        server.leave()
        starter = python(_START_AND_WAIT, str(home))
        assert starter.stdout is not None and starter.stdout.readline() == "started\n"
        handle = os.pidfd_open(pid_of(server))
        starter.kill()
        starter.communicate(timeout=GUARD_S)
        _wait_for_end(handle)
        assert not server.running()


def _wait_for_end(handle: int) -> None:
    ended, _, _ = select.select([handle], [], [], GUARD_S)
    os.close(handle)
    assert ended, "the server outlived the process that started it"


def test_the_log_never_repeats_a_value(home: Path) -> None:
    with throwaway(home) as server:
        with connect(server, SUPERUSER) as connection, pytest.raises(psycopg.Error):
            connection.execute("SELECT '13812345678'::inet")
        with connect(server) as connection:
            connection.execute(
                "CREATE TABLE numbers (number text PRIMARY KEY); INSERT INTO numbers VALUES ('13987654321')"
            )
            with pytest.raises(psycopg.errors.UniqueViolation):
                connection.execute("INSERT INTO numbers VALUES (%s)", ("13987654321",))
        server.leave()
        written = "".join(path.read_text() for path in (server.cluster.folder / "log").glob("*.log"))
        assert "duplicate key" in written
        assert "13987654321" not in written

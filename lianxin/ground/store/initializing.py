"""How is an embedded server's data folder made, and with which settings does it run?

Passwords by SCRAM for everybody, checksums on every page, a folder nobody else can
read. The folder gets its final name last, so a crash leaves nothing half made.
"""

import os
import shutil
import subprocess
from pathlib import Path
from typing import TypedDict

from lianxin.ground.store.account import Account, give
from lianxin.ground.store.binaries import Binaries
from lianxin.ground.store.cluster import Cluster
from lianxin.ground.store.failures import ServerFailed
from lianxin.ground.store.roles import SUPERUSER

BUILTIN_LOCALE_SINCE = 17
"""From this version on PostgreSQL brings C.UTF-8 itself, the same on every machine."""

_ACCESS = """\
# Written by Lianxin: nobody enters without a password.
local all all scram-sha-256
host  all all 127.0.0.1/32 scram-sha-256
"""

_SETTINGS = """\
# Written by Lianxin at every start; changes here are lost.
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = '{socket_folder}'
unix_socket_permissions = 0700
max_connections = 100
password_encryption = 'scram-sha-256'
timezone = 'Asia/Shanghai'

# An acknowledged command is on the disk.
fsync = on
full_page_writes = on
synchronous_commit = on

# A machine of 2 cores and 4 GB, shared with the hotline itself.
shared_buffers = '256MB'
effective_cache_size = '1GB'
work_mem = '16MB'
maintenance_work_mem = '128MB'
wal_buffers = '16MB'
min_wal_size = '256MB'
max_wal_size = '2GB'
checkpoint_timeout = '15min'
random_page_cost = 1.1
jit = off

# The log names errors, never the values that caused them: they may be about a person.
logging_collector = on
log_directory = '{log_folder}'
log_filename = 'postgresql-%a.log'
log_file_mode = 0600
log_rotation_age = '1d'
log_truncate_on_rotation = on
log_error_verbosity = terse
log_min_error_statement = panic
log_parameter_max_length_on_error = 0
"""


class RunAs(TypedDict, total=False):
    """The arguments of `subprocess` that name another user; empty for one's own."""

    user: int
    group: int
    extra_groups: list[int]


def write_settings(cluster: Cluster, account: Account) -> None:
    """Write the settings file the server reads at its start."""
    target = cluster.data / "lianxin.conf"
    target.write_text(
        _SETTINGS.format(port=cluster.kept.port, socket_folder=cluster.socket_folder, log_folder=cluster.folder / "log")
    )
    give(target, account)


def make_data_folder(cluster: Cluster, binaries: Binaries, account: Account) -> None:
    """Make the data folder if there never was one.

    Raises ServerFailed with what `initdb` said, or when data that once existed is gone.
    """
    if cluster.data.exists():
        return
    if cluster.kept.made:
        raise ServerFailed(
            f"The data folder {cluster.data} is gone, and an empty one must not take its place. Put it back, or "
            f"delete {cluster.home / 'database.json'} to begin anew."
        )
    half = cluster.folder / "data.half"
    shutil.rmtree(half, ignore_errors=True)
    secret = cluster.folder / "initdb.password"
    _write_private(secret, cluster.kept.superuser_password, account)
    try:
        _run_initdb(half, secret, binaries, account)
    finally:
        secret.unlink()
    _write_private(half / "pg_hba.conf", _ACCESS, account)
    with (half / "postgresql.conf").open("a") as settings:
        settings.write("\ninclude 'lianxin.conf'\n")
    half.rename(cluster.data)


def _run_initdb(data: Path, secret: Path, binaries: Binaries, account: Account) -> None:
    locale = ["--locale=C.UTF-8"]
    if binaries.major() >= BUILTIN_LOCALE_SINCE:
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    done = subprocess.run(
        [str(binaries.initdb), "-D", str(data), "-U", SUPERUSER, f"--pwfile={secret}", "--auth=scram-sha-256"]
        + ["--data-checksums", "--encoding=UTF8", "--no-instructions", *locale],
        capture_output=True,
        text=True,
        check=False,
        cwd=data.parent,
        env=server_environment(),
        **user_of(account),
    )
    if done.returncode != 0:
        raise ServerFailed(f"The database could not be prepared in {data.parent}: {done.stderr.strip()}")


def server_environment() -> dict[str, str]:
    """Return what the server's programs see of the environment: no setting of a user's own."""
    return {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}


def user_of(account: Account) -> RunAs:
    """Return the arguments with which a program is started as the server's user."""
    if account.is_self:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def _write_private(path: Path, text: str, account: Account) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as written:
        written.write(text)
    give(path, account)

"""Backups of the database: made encrypted, listed, gone by rule, and opened again.

`pg_dump` writes straight into the encryption: no readable copy lies anywhere. The key is
`keys/backup.key`; who has it and the house key has everything, so all three are kept apart.
"""

import os
import re
import secrets
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import IO, Final

import msgspec
import psycopg

from lianxin.ground.clock import Instant, from_datetime, to_datetime
from lianxin.people.keys import KeyFolder
from lianxin.retention.backup_seal import seal, unseal

FOLDER: Final = "backups"
_ENDING: Final = ".lxb"
_HALF: Final = ".part"
_CONNECT_S: Final = 10
_STAMP: Final = "%Y%m%dT%H%M%S%z"
_NAME: Final = re.compile(rf"lianxin-(\d{{8}}T\d{{6}}\+\d{{4}})-[0-9a-f]{{6}}{re.escape(_ENDING)}")


class BackupFailed(Exception):
    """There is no (new) backup, or it was not restored; the sentence says why and what stands."""


class Backup(msgspec.Struct, frozen=True):
    """A backup that lies in the home."""

    name: str
    made: Instant
    size: int


class Backups:
    """The backups of a home.

    programs  folder with `pg_dump` and `pg_restore`, as new as the server or newer
    """

    def __init__(self, home: Path, programs: Path) -> None:
        self.folder = home / FOLDER
        self._keys = KeyFolder(home, "backup")
        self._programs = programs

    def create(self, owner_url: str, now: Instant) -> Backup:
        """Make a backup of a database, entered as its owner. Raises BackupFailed, KeyUnfit.

        now  the machine's time
        """
        self.folder.mkdir(mode=0o700, exist_ok=True)
        name = f"lianxin-{to_datetime(now).strftime(_STAMP)}-{secrets.token_hex(3)}{_ENDING}"
        half = self.folder / f"{name}{_HALF}"
        try:
            with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as into:
                self._dump(owner_url, into)
                into.flush()
                os.fsync(into.fileno())
            half.rename(self.folder / name)
        finally:
            half.unlink(missing_ok=True)
        return Backup(name, now, (self.folder / name).stat().st_size)

    def all(self) -> tuple[Backup, ...]:
        """Return the backups there are, the oldest first."""
        paths = sorted(self.folder.glob(f"*{_ENDING}")) if self.folder.is_dir() else []
        found = [Backup(path.name, made, path.stat().st_size) for path in paths if (made := _made(path.name))]
        return tuple(sorted(found, key=lambda one: one.made))

    def over(self, before: Instant) -> tuple[Backup, ...]:
        """Return the backups whose time is over; the newest of all stays, however old it is."""
        return tuple(one for one in self.all()[:-1] if one.made < before)

    def delete(self, backup: Backup) -> None:
        """Delete a backup."""
        (self.folder / backup.name).unlink(missing_ok=True)

    def opened(self, name: str) -> Iterator[bytes]:
        """Yield what a backup holds, in pg_dump's custom format. Raises BackupBroken, OSError."""
        with self._path(name).open("rb") as sealed:
            yield from unseal(sealed, *self._keys.secrets())

    def restore(self, name: str, owner_url: str) -> None:
        """Put a backup into an empty database, entered as its owner, all or nothing.

        Raises BackupFailed, BackupBroken, OSError; the database is then as empty as it was.
        """
        for _ in self.opened(name):
            pass  # read through once: nothing is put back of a backup that is not whole
        name_there, tables = _entered(owner_url)
        if tables:
            raise BackupFailed("The database is not empty. Nothing was changed. Make a new one, and restore into that.")
        command = [
            self._programs / "pg_restore",
            "--no-owner",
            "--single-transaction",
            "--exit-on-error",
            "--dbname",
            name_there,
        ]
        with _running(command, owner_url, stdin=subprocess.PIPE) as process:
            assert process.stdin is not None
            with suppress(BrokenPipeError):  # it ended by itself, and says why below
                for piece in self.opened(name):
                    process.stdin.write(piece)
                process.stdin.close()
            _finished(process, "It was not restored, and the database is as empty as it was.")

    def _dump(self, owner_url: str, into: IO[bytes]) -> None:
        command = [self._programs / "pg_dump", "--format=custom", "--compress=6", "--no-password"]
        with _running(command, owner_url, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            seal(process.stdout, into, self._keys.secrets()[0])
            _finished(process, "There is no new backup; the others are as they were.")

    def _path(self, name: str) -> Path:
        if Path(name).name != name or not name.endswith(_ENDING) or not (self.folder / name).is_file():
            raise BackupFailed(f"There is no backup {name!r} in {self.folder}.")
        return self.folder / name


def _entered(owner_url: str) -> tuple[str, int]:
    """Return the name of a database and how many tables it has. Raises BackupFailed: it cannot be entered."""
    try:
        with psycopg.connect(owner_url, connect_timeout=_CONNECT_S) as connection:
            found = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
            assert found is not None
            return connection.info.dbname, int(found[0])
    except psycopg.Error as trouble:
        why = str(trouble).strip().splitlines()[0]
        raise BackupFailed(f"The database to restore into cannot be entered: {why}. Nothing was changed.") from trouble


def conninfo(url: str) -> Mapping[str, str]:
    """Return the environment by which PostgreSQL's programs find a database; a password stands in no command line."""
    given = psycopg.conninfo.conninfo_to_dict(url)
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
    return {variable: str(given[name]) for name, variable in names.items() if given.get(name)}


def _running(
    command: Sequence[object], url: str, *, stdin: int | None = None, stdout: int | None = None
) -> "subprocess.Popen[bytes]":
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", **conninfo(url)}
    return subprocess.Popen(
        [str(word) for word in command], env=environment, stdin=stdin, stdout=stdout, stderr=subprocess.PIPE
    )


def _finished(process: "subprocess.Popen[bytes]", stands: str) -> None:
    """Wait for a program. Raises BackupFailed with what it said; no name and no number stand in that."""
    assert process.stderr is not None
    said = process.stderr.read().decode("utf-8", "replace").strip()
    if process.wait() != 0:
        first = said.splitlines()[0] if said else "it said nothing"
        raise BackupFailed(f"{Path(str(process.args[0])).name} failed: {first}. {stands}")  # type: ignore[index]


def _made(name: str) -> Instant | None:
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    try:
        return from_datetime(datetime.fromisoformat(found[1]))
    except ValueError:
        return None

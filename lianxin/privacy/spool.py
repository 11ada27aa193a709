"""Looks that are not in the database yet: where do they survive a process that is killed?

Each process keeps a file of its own in `looks/` of the home folder, one line per look,
under a lock that dies with the process. What is in the database is deleted here; what a
dead process left behind is brought in by the next one, and is never counted twice.
"""

import fcntl
import os
import secrets
from pathlib import Path
from typing import Final

import msgspec

from lianxin.privacy.look import Look

FOLDER: Final = "looks"
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Look).decode


class Spool:
    """The file of one process; begun with its first look."""

    def __init__(self, home: Path) -> None:
        self._folder = home / FOLDER
        self._open: tuple[int, Path] | None = None

    def add(self, look: Look) -> None:
        """Keep a look, whatever happens to this process. Raises OSError where the disk takes nothing more."""
        descriptor, _ = self._open or self._begin()
        line = _encode(look) + b"\n"
        if os.write(descriptor, line) != len(line):
            raise OSError(f"{self._folder} takes no more: the disk is full")

    def turn(self) -> "Bundle | None":
        """Return what was kept so far, None for nothing; what comes next goes to a new file."""
        if self._open is None:
            return None
        bundle, self._open = Bundle(*self._open), None
        return bundle

    def _begin(self) -> tuple[int, Path]:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        path = self._folder / f"{os.getpid()}-{secrets.token_hex(8)}.jsonl"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        self._open = descriptor, path
        return self._open


class Bundle:
    """A file of looks that nobody writes to any more, locked until it is closed."""

    def __init__(self, descriptor: int, path: Path) -> None:
        self._descriptor = descriptor
        self._path = path

    def looks(self) -> list[Look]:
        """Return its looks. A half line at the end, which a crash left, is none: nothing was shown for it."""
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        text = b"".join(iter(lambda: os.read(self._descriptor, 1 << 16), b""))
        return [_decode(line) for line in text.split(b"\n")[:-1]]

    def delete(self) -> None:
        """Delete it: the database has its looks."""
        self._path.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of it; where it was not deleted, the next who looks finds it."""
        os.close(self._descriptor)


def left_behind(home: Path) -> list[Bundle]:
    """Return the files that no process writes to any more, locked for the caller."""
    folder = home / FOLDER
    return [bundle for path in sorted(folder.glob("*.jsonl")) if (bundle := _locked(path)) is not None]


def _locked(path: Path) -> Bundle | None:
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return Bundle(descriptor, path)

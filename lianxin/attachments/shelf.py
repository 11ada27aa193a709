"""Where do the encrypted files lie? In the home, each named by its own hash, in 256 folders.

A file is written whole and flushed to the disk before any entry names it, so an entry never
points into the void. One that no row names was left by a process that died in between.
"""

import os
import secrets
import shutil
from collections.abc import Iterator
from hashlib import file_digest, sha256
from io import BufferedReader
from pathlib import Path
from typing import Final

from lianxin.attachments.refusal import AttachmentRefused

FOLDER: Final = "attachments"
_INCOMING: Final = "incoming"


class Shelf:
    """The folder of encrypted files of a home.

    reserve  bytes that must stay free on its disk
    """

    def __init__(self, home: Path, reserve: int = 0) -> None:
        self._folder = home / FOLDER
        self._reserve = reserve

    @property
    def incoming(self) -> Path:
        """Where files lie, without a name, while they are looked at."""
        folder = self._folder / _INCOMING
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    def put(self, content: bytes) -> str:
        """Keep an encrypted file; return its name. Raises AttachmentRefused where there is no room."""
        self.check_room(len(content))
        name = self.name_of(content)
        place = self.place(name)
        place.parent.mkdir(mode=0o700, exist_ok=True)
        draft = self.incoming / f"{name}.{secrets.token_hex(4)}"
        try:
            _write_through(draft, content)
            draft.rename(place)
        finally:
            draft.unlink(missing_ok=True)
        _flush(place.parent)
        return name

    @staticmethod
    def name_of(content: bytes) -> str:
        """Return the name under which an encrypted file lies: its SHA-256, as hex."""
        return sha256(content).hexdigest()

    def check_room(self, size: int) -> None:
        """Return if so many bytes fit. Raises AttachmentRefused."""
        if shutil.disk_usage(self.incoming).free < size + self._reserve:
            raise AttachmentRefused(
                "no_room",
                "存放附件的磁盘快满了，这个文件没有保存；工单和文字不受影响。请告知系统管理员腾出空间，再上传一次。",
                "The disk for attachments is nearly full; the file was not kept, orders and texts are not affected. "
                "Please tell the system administrator, then send it again.",
            )

    def place(self, name: str) -> Path:
        """Return where a file of this name lies, or would."""
        return self._folder / name[:2] / name

    def open(self, name: str) -> BufferedReader:
        """Return the file. Raises FileNotFoundError."""
        return self.place(name).open("rb")

    def remove(self, name: str) -> None:
        """Let the file go; nothing happens where it is not there."""
        self.place(name).unlink(missing_ok=True)

    def wrong(self, name: str, size: int) -> str | None:
        """Return what is wrong with a file of which this size is known; None when it is as it was put away."""
        try:
            with self.open(name) as file:
                found = os.fstat(file.fileno()).st_size
                if found != size:
                    return f"has {found} bytes, not {size}"
                return None if file_digest(file, "sha256").hexdigest() == name else "was changed"
        except FileNotFoundError:
            return "is not there"
        except OSError as trouble:
            return f"cannot be read ({trouble.strerror})"

    def names(self) -> Iterator[tuple[str, float]]:
        """Yield every file that lies here, with when it was written, in seconds since 1970."""
        for folder in sorted(self._folder.glob("[0-9a-f][0-9a-f]")):
            for path in sorted(folder.iterdir()):
                yield path.name, path.stat().st_mtime

    def drafts(self) -> Iterator[Path]:
        """Yield what lies half written in `incoming`."""
        yield from self.incoming.iterdir()


def _write_through(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

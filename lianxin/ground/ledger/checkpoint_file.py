"""How is `checkpoints.jsonl` kept: whole lines only, each on the disk before the house goes on?

This file is what is published. It follows the database: a line that a crash kept out of
it is appended at the next occasion, a half line is cut off first.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from lianxin.ground.ledger.checkpoint import BadLine

FILE_NAME: Final = "checkpoints.jsonl"
_LINE_MAX: Final = 4096
"""A checkpoint's line has about 500 bytes."""


class _Numbered(msgspec.Struct):
    id: int


def lines_of(path: Path) -> Iterator[str]:
    """Yield the file's whole lines without their ends; a half line at the end, which a crash left, is not one."""
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                yield line[:-1].decode("utf-8", "replace")


def last_id(path: Path) -> int:
    """Return the number of the last checkpoint in the file, 0 where there is none.

    Raises BadLine where the file ends with something else; nothing may be appended to it then.
    """
    if not path.exists():
        return 0
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 2 * _LINE_MAX))
        lines = file.read().split(b"\n")[:-1]
    if not lines:
        return 0
    try:
        return msgspec.json.decode(lines[-1], type=_Numbered).id
    except msgspec.DecodeError as wrong:
        raise BadLine(f"{path} ends with a line that is no checkpoint; put it back from a copy") from wrong


def append(path: Path, lines: Iterable[str]) -> None:
    """Append lines and wait until the disk has them. A half line at the end is cut off first."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        os.lseek(descriptor, _whole(descriptor), os.SEEK_SET)
        for line in lines:
            _write(descriptor, line.encode() + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _whole(descriptor: int) -> int:
    """Cut off what a crash left of a line, and return the length of what stays."""
    size = os.lseek(descriptor, 0, os.SEEK_END)
    start = max(0, size - _LINE_MAX)
    tail = os.pread(descriptor, size - start, start)
    whole = start + tail.rfind(b"\n") + 1
    if whole != size:
        os.ftruncate(descriptor, whole)
    return whole


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]

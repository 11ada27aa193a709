"""Washing in a process of its own: whatever a file does to its decoder, the house goes on."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, Final

import msgspec

from lianxin.attachments.media import MEDIA
from lianxin.attachments.refusal import AttachmentRefused, damaged
from lianxin.attachments.washing.washed import Limits, Washed

WAIT_S: Final = 60.0
"""In the machine's own time; the process ends by itself before that, after its share of the processor."""


class _Answer(msgspec.Struct):
    """What the process says: a refusal (code, zh, en), or what it kept."""

    code: str = ""
    zh: str = ""
    en: str = ""
    type: str = ""
    size: int = 0
    small: int = 0
    width: int = 0
    height: int = 0


def wash_apart(source: IO[bytes], limits: Limits, folder: Path) -> Washed:
    """Return the file made anew. Blocks until it is; raises AttachmentRefused.

    source  read from its beginning; a real file
    folder  where what is kept lies meanwhile, without a name
    """
    source.flush()
    source.seek(0)
    with tempfile.TemporaryFile(dir=folder) as target:
        answer = _run(source.fileno(), target.fileno(), limits)
        if answer.code:
            raise AttachmentRefused(answer.code, answer.zh, answer.en)
        target.seek(0)
        content, small = target.read(answer.size), target.read(answer.small)
    return Washed(MEDIA[answer.type], content, small, answer.width, answer.height)


def _run(source: int, target: int, limits: Limits) -> _Answer:
    command = [sys.executable, "-I", "-m", "lianxin.attachments.washing", *map(str, (source, target, *limits))]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=(source, target),
            env={"PATH": os.defpath, "MALLOC_ARENA_MAX": "2"},
            cwd="/",
            timeout=WAIT_S,
            check=False,
        )
        return msgspec.json.decode(done.stdout, type=_Answer)
    except (subprocess.TimeoutExpired, msgspec.DecodeError) as too_much:
        raise damaged("解开它所需的内存或时间超出限度", "it takes more memory or time than is allowed") from too_much

"""Where do text messages come in (短信上行)? From a gateway; the one that comes with the house reads files.

A gateway that can push brings them to `/gateway/sms` instead. Either way a part is in the
database before the gateway is told that it was taken.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple, Protocol

import msgspec
import structlog

from lianxin.channels.sms_part import Part

log = structlog.get_logger(__name__)
FOLDER: Final = "in"
_UNREADABLE: Final = ".unreadable"
_BYTES_MAX: Final = 16_384
ROUND_MAX: Final = 100


class NoPart(ValueError):
    """This is no text message; the sentence says what is wrong, without a word of it."""


class Brought(NamedTuple):
    """A part, and the token by which the gateway is told that it was taken."""

    token: str
    part: Part


class SmsInbox(Protocol):
    """A gateway that is asked for what came in."""

    async def waiting(self) -> Sequence[Brought]:
        """Return what was not taken yet, the oldest first. Raises OSError while the gateway is away."""
        ...

    async def taken(self, token: str) -> None:
        """Tell that a part is in the database: it is not brought again."""
        ...


class SmsInFolder:
    """Reads `FOLDER/in/*.json`, complete or not there at all; what is no text message is put aside and said."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER

    async def waiting(self) -> Sequence[Brought]:
        """See `SmsInbox.waiting`."""
        return await asyncio.to_thread(self._waiting)

    async def taken(self, token: str) -> None:
        """See `SmsInbox.taken`."""
        await asyncio.to_thread((self._folder / token).unlink, missing_ok=True)

    def _waiting(self) -> list[Brought]:
        if not self._folder.is_dir():
            return []
        found: list[Brought] = []
        paths = sorted(self._folder.glob("*.json"), key=lambda path: (path.stat().st_mtime_ns, path.name))
        for path in paths[:ROUND_MAX]:
            try:
                found.append(Brought(path.name, read_part(path.read_bytes()[: _BYTES_MAX + 1])))
            except NoPart as wrong:
                log.error("a file is no text message", file=path.name, reason=str(wrong))
                path.rename(path.with_name(f"{path.name}{_UNREADABLE}"))
        return found


def read_part(data: bytes) -> Part:
    """Return the text message in some JSON. Raises NoPart."""
    if len(data) > _BYTES_MAX:
        raise NoPart("it is too large")
    try:
        return msgspec.json.decode(data, type=Part)
    except msgspec.ValidationError as wrong:
        raise NoPart(str(wrong)) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise NoPart("it is not JSON, or was cut off") from None

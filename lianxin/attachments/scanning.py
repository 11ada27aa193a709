"""Does a file carry a virus? Asked of whoever the site has for it.

`NoScanner` where there is none: files are made anew in any case, so what comes out carries
nothing that runs. `Clamd` asks a ClamAV daemon; while it does not answer, no file is taken.
"""

import asyncio
import struct
from collections.abc import Awaitable, Callable
from typing import IO, Final, Protocol

from lianxin.attachments.refusal import AttachmentRefused

CHUNK: Final = 65_536
WAIT_S: Final = 30.0

Opened = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Scanner(Protocol):
    """Whoever can tell."""

    async def check(self, file: IO[bytes]) -> None:
        """Return if nothing was found. Raises AttachmentRefused: infected, or nobody could tell."""
        ...


class NoScanner:
    """A site without a scanner."""

    async def check(self, file: IO[bytes]) -> None:
        """Return at once."""


class Clamd:
    """A ClamAV daemon, asked by INSTREAM over its socket.

    address  path of a UNIX socket, or `host:port`
    """

    def __init__(self, address: str, wait_s: float = WAIT_S) -> None:
        self._open = _opener(address)
        self._wait_s = wait_s

    async def check(self, file: IO[bytes]) -> None:
        """See `Scanner.check`."""
        try:
            verdict = await asyncio.wait_for(self._ask(file), self._wait_s)
        except (OSError, TimeoutError, EOFError, asyncio.LimitOverrunError) as away:
            raise _away() from away
        if verdict.endswith(" FOUND"):
            raise AttachmentRefused(
                "infected",
                "文件里发现了病毒，没有保存。请勿转发这个文件；如需提交，请用干净的设备重新制作。",
                "A virus was found in the file; it was not kept. Please do not pass it on, and make it anew elsewhere.",
            )
        if not verdict.endswith(" OK"):
            raise _away()

    async def _ask(self, file: IO[bytes]) -> str:
        reader, writer = await self._open()
        try:
            writer.write(b"zINSTREAM\0")
            file.seek(0)
            while piece := file.read(CHUNK):
                writer.write(struct.pack(">I", len(piece)) + piece)
                await writer.drain()
            writer.write(struct.pack(">I", 0))
            await writer.drain()
            answer = await reader.readuntil(b"\0")
        finally:
            writer.close()
        return answer.rstrip(b"\0").decode("utf-8", "replace")


def scanner_of(address: str | None) -> Scanner:
    """Return the scanner of a site; address: of its clamd, None where it has none."""
    return NoScanner() if address is None else Clamd(address)


def _opener(address: str) -> Callable[[], Awaitable[Opened]]:
    if address.startswith("/"):
        return lambda: asyncio.open_unix_connection(address)
    host, _, port = address.rpartition(":")
    return lambda: asyncio.open_connection(host, int(port))


def _away() -> AttachmentRefused:
    return AttachmentRefused(
        "scanner_away",
        "病毒检查暂时没有回应，这个文件没有保存。请过几分钟再上传；一直这样请告知系统管理员。",
        "The virus scanner does not answer, so the file was not kept. Please send it again in a few minutes; "
        "if it stays so, tell the system administrator.",
    )

"""How do files come in over HTTP? Straight to the disk, within limits of number, size and patience.

The form's fields come before its files, so that a form that is not ours is refused before
anything of a file is read. What comes is looked at from the first bytes on: a file of the
wrong kind, one that grows too large, or one too many ends the reading there, and none of the
form is kept. On the disk a file has no name and is gone with the process.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

from litestar import Request
from litestar.exceptions import ClientException
from multipart import MultipartError, MultipartSegment, ParserLimitReached, PushMultipartParser, parse_options_header

from lianxin.attachments.media import HEAD_BYTES
from lianxin.attachments.refusal import AttachmentRefused, about, too_large, too_many_at_once, too_much_at_once
from lianxin.attachments.washing.washed import Limits, take

AnyRequest = Request[Any, Any, Any]

SILENCE_S: Final = 20.0
"""Whoever sends nothing for so long has gone away."""
BYTES_PER_S: Final = 4_000
"""Whoever sends slower than this, over all, is not waited for: a mobile telephone at the edge of its net is faster."""
_AROUND: Final = 64_000
"""Bytes of a form beside its file."""
FIELD_MOST: Final = 4_000
_PARTS_MOST: Final = 12
_DRAIN_S: Final = 5.0


class AtOnce(NamedTuple):
    """What one form may bring: files, and bytes of all of them."""

    files: int
    bytes: int


class Incoming(NamedTuple):
    """A file that came, and the name its sender gave it."""

    source: IO[bytes]
    name: str


class Received(NamedTuple):
    """A form: its fields and its files, which whoever asked for them closes."""

    fields: dict[str, str]
    files: tuple[Incoming, ...]

    def close(self) -> None:
        """Let go of the files."""
        for file in self.files:
            file.source.close()


async def receive(
    request: AnyRequest,
    limits: Limits,
    folder: Path,
    accept: Callable[[Mapping[str, str]], None],
    field_most: int = FIELD_MOST,
    at_once: AtOnce | None = None,
) -> Received:
    """Return the form of a request.

    folder  where its files lie meanwhile, without a name
    accept  called with the fields before each file is read; raises what stands against it
    field_most  bytes that one field may have
    at_once     how much one form may bring; None: one file
    Raises AttachmentRefused, and what `accept` raises; the files are gone then.
    """
    stream = request.stream()
    at_once = at_once or AtOnce(1, limits.largest)
    reading = _Reading(_boundary(request), limits, folder, accept, field_most, at_once)
    try:
        try:
            _check_length(request, limits, at_once)
            async for chunk in patient(stream, asyncio.get_running_loop().time):
                reading.feed(chunk)
            return reading.done()
        except (MultipartError, UnicodeDecodeError) as wrong:
            raise _too_much(wrong, limits) from wrong
        except ClientException as gone:
            raise _form() from gone
    except BaseException:
        reading.drop()
        await _drain(stream)
        raise


class _Reading:
    """One form on its way in."""

    def __init__(
        self,
        boundary: str,
        limits: Limits,
        folder: Path,
        accept: Callable[[Mapping[str, str]], None],
        field_most: int,
        at_once: AtOnce,
    ) -> None:
        self._parser = PushMultipartParser(
            boundary,
            max_segment_size=limits.largest,
            max_segment_count=_PARTS_MOST + at_once.files,
            max_header_size=2_000,
            strict=True,
        )
        self._at_once = at_once
        self._limits = limits
        self._folder = folder
        self._accept = accept
        self._field_most = field_most
        self._fields: dict[str, str] = {}
        self._files: list[Incoming] = []
        self._bytes = 0
        self._part: MultipartSegment | None = None
        self._head = bytearray()
        self._size = 0

    def feed(self, chunk: bytes) -> None:
        """Take what came."""
        for event in self._parser.parse(chunk):
            if isinstance(event, MultipartSegment):
                self._begin(event)
            elif event:
                self._more(bytes(event))
            else:
                self._end()

    def done(self) -> Received:
        """Return the form; refused where it ended too early."""
        self._parser.close()
        self._accept(self._fields)
        files, self._files = tuple(self._files), []
        return Received(self._fields, files)

    def drop(self) -> None:
        """Let go of what was written."""
        while self._files:
            self._files.pop().source.close()

    def _begin(self, part: MultipartSegment) -> None:
        self._part, self._head, self._size = part, bytearray(), 0
        if part.filename is None:
            return
        if len(self._files) >= self._at_once.files:
            raise _form() if self._at_once.files == 1 else too_many_at_once(self._at_once.files)
        self._accept(self._fields)
        file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115  it outlives this call
        self._files.append(Incoming(file, part.filename))

    def _more(self, data: bytes) -> None:
        assert self._part is not None
        self._size += len(data)
        if len(self._head) < HEAD_BYTES or self._part.filename is None:
            self._head += data if self._part.filename is None else data[:HEAD_BYTES]
        if self._part.filename is None:
            if self._size > self._field_most:
                raise _form()
            return
        self._bytes += len(data)
        if self._bytes > self._at_once.bytes:
            raise too_much_at_once(self._at_once.bytes)
        if len(self._head) >= HEAD_BYTES:
            self._check()
        self._files[-1].source.write(data)

    def _end(self) -> None:
        assert self._part is not None
        if self._part.filename is None:
            self._fields[self._part.name] = self._head.decode()
        elif not self._size and not self._part.filename:
            self._files.pop().source.close()  # the field of the file was left empty
        else:
            self._check()
        self._part = None

    def _check(self) -> None:
        """Look at what has come of the file. Raises AttachmentRefused, by name where it may be one of several."""
        try:
            take(bytes(self._head), self._size, self._limits)
        except AttachmentRefused as refused:
            raise refused if self._at_once.files == 1 else about(self._files[-1].name, refused) from None


async def patient(
    stream: AsyncIterator[bytes], clock: Callable[[], float], silence_s: float = SILENCE_S
) -> AsyncIterator[bytes]:
    """Yield what comes, as long as it comes fast enough. Raises AttachmentRefused.

    clock  seconds, from whenever;  silence_s  how long one may send nothing
    """
    begun, came = clock(), 0
    while True:
        try:
            chunk = await asyncio.wait_for(anext(stream), silence_s)
        except StopAsyncIteration:
            return
        except TimeoutError as silence:
            raise _slow() from silence
        came += len(chunk)
        if clock() - begun > silence_s + came / BYTES_PER_S:
            raise _slow()
        yield chunk


async def _drain(stream: AsyncIterator[bytes]) -> None:
    """Read on for a moment and keep nothing: a browser shows the answer only when it could send all it had."""
    try:
        async with asyncio.timeout(_DRAIN_S):
            async for _ in stream:
                continue
    except (TimeoutError, ClientException, RuntimeError):
        return  # whoever sends on without end does not hear the answer


def _boundary(request: AnyRequest) -> str:
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get("boundary", "")
    if kind != "multipart/form-data" or not 1 <= len(boundary) <= 70 or not boundary.isascii():
        raise _form()
    return str(boundary)


def _check_length(request: AnyRequest, limits: Limits, at_once: AtOnce) -> None:
    said = request.headers.get("content-length", "0")
    if said.isascii() and said.isdigit() and int(said) > at_once.bytes + _AROUND:
        raise too_large(int(said), limits.largest) if at_once.files == 1 else too_much_at_once(at_once.bytes)


def _too_much(wrong: Exception, limits: Limits) -> AttachmentRefused:
    return too_large(limits.largest + 1, limits.largest) if isinstance(wrong, ParserLimitReached) else _form()


def _form() -> AttachmentRefused:
    return AttachmentRefused(
        "form",
        "上传的内容不完整，没有保存。请回到工单页面重新选择文件。",
        "What was sent is incomplete; nothing was kept. Please go back to the page and choose the file again.",
    )


def _slow() -> AttachmentRefused:
    return AttachmentRefused(
        "slow",
        "网络太慢，文件没有传完，没有保存。请换到信号好的地方再上传，或先压缩。",
        "The connection is too slow; the file did not arrive and was not kept. "
        "Please try again where the connection is better, or make the file smaller.",
    )

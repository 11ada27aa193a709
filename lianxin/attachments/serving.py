"""How does a file go out? As what it is and nothing else: no browser may take it for a page.

Pictures and recordings are shown where they are asked for, documents are handed over to be
saved. Whatever is in a file, it opens in a sandbox without scripts and is kept by no cache.
"""

import asyncio
from collections.abc import Iterator
from itertools import chain
from urllib.parse import quote

from litestar import Response
from litestar.response import Stream

from lianxin.attachments.attachment import Attachment
from lianxin.attachments.ranges import BeyondTheEnd, Part, part_asked
from lianxin.attachments.reading import AttachmentReader

SANDBOX = "default-src 'none'; sandbox"
_SHARED = {"Cache-Control": "private, no-store", "Content-Security-Policy": SANDBOX}


async def whole_or_part(reader: AttachmentReader, file: Attachment, asked: str | None) -> "Response[bytes] | Stream":
    """Return the file, or the part of it that a `Range` header asks for.

    Raises what `AttachmentReader.content` raises before anything is sent.
    """
    headers = {
        **_SHARED,
        "Content-Disposition": disposition(file),
        "Accept-Ranges": "bytes",
        "ETag": f'"{file.file}"',
    }
    try:
        part = part_asked(asked, file.size)
    except BeyondTheEnd:
        headers["Content-Range"] = f"bytes */{file.size}"
        return Response(b"", status_code=416, headers=headers, media_type=file.media)
    status = 200 if part is None else 206
    begin, end = part or Part(0, file.size)
    if part is not None:
        headers["Content-Range"] = f"bytes {begin}-{end - 1}/{file.size}"
    headers["Content-Length"] = str(end - begin)
    pieces = await reader.content(file.id, begin, end)
    first = await asyncio.to_thread(next, pieces, b"")  # a file that is not as it was shows now
    return Stream(_joined(first, pieces), status_code=status, headers=headers, media_type=file.media)


def small_picture(content: bytes) -> Response[bytes]:
    """Return the small picture of lists."""
    return Response(content, headers=_SHARED, media_type="image/webp")


def disposition(file: Attachment) -> str:
    """Return how a browser shall treat the file, and what it is called when it is saved (RFC 6266)."""
    how = "attachment" if file.kind == "document" else "inline"
    ending = file.name.rpartition(".")[2]
    return f"{how}; filename=\"attachment-{file.n}.{ending}\"; filename*=UTF-8''{quote(file.name)}"


def _joined(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    return chain((first,), rest)

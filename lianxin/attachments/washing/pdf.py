"""A document: its pages stay, whatever acts or tells goes. Written anew by qpdf.

Out go scripts, actions that leave the document, embedded files, forms' programs, sound
and film, the notes about author and place, and the notes inside of photos. What a locked
document hides nobody can look for, so it is refused.
"""

import io
from collections.abc import Iterator
from typing import Any, Final

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from lianxin.attachments.refusal import AttachmentRefused, damaged
from lianxin.attachments.washing.jpeg import without_notes

_GOES: Final = frozenset(
    {"/AA", "/OpenAction", "/JS", "/JavaScript", "/XFA", "/Metadata", "/PieceInfo", "/AF", "/EmbeddedFiles", "/EF"}
    | {"/Collection", "/RichMediaContent", "/RichMediaSettings", "/SpiderInfo", "/Perms", "/Measure", "/LGIDict"}
    | {"/PtData", "/Next", "/Requirements", "/Threads", "/LastModified"}
)
"""Entries that act by themselves, carry other files, or tell where and by whom; wherever they stand."""
_ACTIONS: Final = frozenset({"/GoTo", "/URI", "/Named"})
"""What a click may do: go to a page of the document, open an address, turn a page."""
_ADDRESSES: Final = ("http://", "https://", "mailto:", "tel:")
_NOT_SEEN: Final = frozenset({"/FileAttachment", "/Sound", "/Movie", "/Screen", "/RichMedia", "/3D"})
_DEEP_MOST: Final = 100
_NOTES_OF_JPX: Final = frozenset({b"xml ", b"uuid", b"uinf", b"asoc"})


def wash_pdf(data: bytes) -> bytes:
    """Return the document without what acts and what tells. Raises AttachmentRefused."""
    into = io.BytesIO()
    try:
        with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as document:
            if not len(document.pages):
                raise damaged("没有页面", "it has no pages")
            _wash(document)
            document.remove_unreferenced_resources()
            document.save(into, deterministic_id=True, compress_streams=True)
    except pikepdf.PasswordError as locked:
        raise _locked() from locked
    except (pikepdf.PdfError, pikepdf.DataDecodingError, RuntimeError, ValueError, TypeError) as broken:
        raise damaged("文档无法打开", "the document cannot be opened") from broken
    return into.getvalue()


def _wash(document: Pdf) -> None:
    if "/Info" in document.trailer:
        del document.trailer["/Info"]
    for thing in document.objects:
        for one in _within(thing, 0):
            _without_acts(one)
        if isinstance(thing, Stream):
            _without_photo_notes(thing)


def _within(thing: Object, deep: int) -> Iterator[Any]:
    """Yield every dictionary that stands inside an object of the file, itself included."""
    if deep > _DEEP_MOST:
        raise damaged("结构嵌套过深", "it is nested too deeply")
    if isinstance(thing, Dictionary | Stream):
        yield thing
        below: Iterator[Any] = (value for _, value in thing.items())
    elif isinstance(thing, Array):
        below = iter(thing)
    else:
        return
    for value in list(below):
        if isinstance(value, Object) and not value.is_indirect:
            yield from _within(value, deep + 1)


def _without_acts(thing: Any) -> None:
    for key in list(thing.keys()):
        if key in _GOES or (key in ("/A", "/PA") and not _harmless(thing[key])):
            del thing[key]
    if "/Annots" in thing and isinstance(thing["/Annots"], Array):
        seen = [note for note in thing["/Annots"] if _seen(note)]  # type: ignore[union-attr,unused-ignore]
        thing["/Annots"] = Array(seen)


def _harmless(action: Any) -> bool:
    if not isinstance(action, Dictionary) or "/S" not in action:
        return True  # an attribute of the text's structure is called the same
    if str(action["/S"]) not in _ACTIONS:
        return False
    return "/URI" not in action or bytes(action["/URI"]).decode("latin-1").lower().startswith(_ADDRESSES)


def _seen(note: Any) -> bool:
    return isinstance(note, Dictionary) and str(note.get("/Subtype", "")) not in _NOT_SEEN


def _without_photo_notes(stream: Stream) -> None:
    filters = [str(name) for name in _listed(stream.get("/Filter"))]
    if not filters or filters[-1] not in ("/DCTDecode", "/JPXDecode"):
        return
    parameters = _listed(stream.get("/DecodeParms"))
    photo = stream.read_bytes(pikepdf.StreamDecodeLevel.generalized) if filters[1:] else stream.read_raw_bytes()
    clean = without_notes(photo) if filters[-1] == "/DCTDecode" else _jpx_without_notes(photo)
    if clean is None:
        raise damaged("文档里的图片无法打开", "a picture in it cannot be opened")
    kept = parameters[-1] if len(parameters) == len(filters) else None
    stream.write(clean, filter=Name(filters[-1]), decode_parms=kept if isinstance(kept, Dictionary) else None)


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, Array) else [value]


def _jpx_without_notes(data: bytes) -> bytes | None:
    """Return a JPEG 2000 without its boxes of notes; a bare code stream has none. Source: ISO/IEC 15444-1 annex I."""
    if data.startswith(b"\xff\x4f\xff\x51"):
        return data
    kept, at = list[bytes](), 0
    while at + 8 <= len(data):
        size, name, head = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8], 8
        if size == 1:
            size, head = int.from_bytes(data[at + 8 : at + 16]), 16
        elif size == 0:
            size = len(data) - at
        if size < head or at + size > len(data):
            return None
        if name not in _NOTES_OF_JPX:
            kept.append(data[at : at + size])
        at += size
    return b"".join(kept) if kept else None


def _locked() -> AttachmentRefused:
    return AttachmentRefused(
        "locked",
        "这个 PDF 设有密码，没有保存。请取消密码后再上传。",
        "This PDF is locked by a password; it was not kept. Please remove the password and send it again.",
    )

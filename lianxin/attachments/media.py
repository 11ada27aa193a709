"""What is this file? Told by its first bytes, never by its name or by what its sender claims. Pure.

Only what a hotline needs is taken: pictures, recordings, PDF. What people send by
mistake is recognised all the same, so that they are told what to do instead.
"""

from typing import Final, Literal, NamedTuple

Kind = Literal["picture", "audio", "document"]

HEAD_BYTES: Final = 64
"""So many first bytes are enough to tell."""


class Media(NamedTuple):
    """A kind of content that is taken: its type as served, and the ending of its name."""

    type: str
    kind: Kind
    ending: str


JPEG: Final = Media("image/jpeg", "picture", "jpg")
PNG: Final = Media("image/png", "picture", "png")
WEBP: Final = Media("image/webp", "picture", "webp")
HEIC: Final = Media("image/heic", "picture", "heic")
WAV: Final = Media("audio/wav", "audio", "wav")
MP3: Final = Media("audio/mpeg", "audio", "mp3")
AAC: Final = Media("audio/aac", "audio", "aac")
M4A: Final = Media("audio/mp4", "audio", "m4a")
OGG: Final = Media("audio/ogg", "audio", "ogg")
AMR: Final = Media("audio/amr", "audio", "amr")
PDF: Final = Media("application/pdf", "document", "pdf")

MEDIA: Final = {media.type: media for media in (JPEG, PNG, WEBP, HEIC, WAV, MP3, AAC, M4A, OGG, AMR, PDF)}
"""Everything that is taken, by its type; HEIC is kept as JPEG."""

_HEIC_BRANDS: Final = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")
_AMR_HEADS: Final = (b"#!AMR\n", b"#!AMR-WB\n")
_OTHERS: Final = (
    (b"GIF8", "gif"),
    (b"BM", "bmp"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "office"),
    (b"Rar!\x1a\x07", "zip"),
    (b"7z\xbc\xaf\x27\x1c", "zip"),
    (b"\x1f\x8b", "zip"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"\x1aE\xdf\xa3", "video"),
    (b"FLV", "video"),
    (b"\x00\x00\x01\xba", "video"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "video"),
)
"""First bytes of what is not taken, and under which word its sender is told so."""


def recognise(head: bytes) -> Media | None:
    """Return what begins with these bytes (HEAD_BYTES of them, or the whole file); None: nothing that is taken."""
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"%PDF-"):
        return PDF
    if head.startswith(b"OggS"):
        return OGG
    if head.startswith(_AMR_HEADS):
        return AMR
    if head.startswith(b"RIFF"):
        return {b"WEBP": WEBP, b"WAVE": WAV}.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _boxed(head[8:12])
    if head.startswith(b"ID3"):
        return MP3  # AAC behind such a tag shows when its frames are read
    return _framed(head)


def name_of_other(head: bytes) -> str:
    """Return in one word what a file that is not taken seems to be; "unknown" where nobody can tell."""
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<svg", b"<?xml", b"<!doctype", b"<html", b"<script")):
        return "svg" if b"svg" in text else "html"
    if head.startswith(b"RIFF"):
        return "video"
    return next((word for begin, word in _OTHERS if head.startswith(begin)), "unknown")


def _boxed(brand: bytes) -> Media | None:
    """Return what an ISO base media file is by its brand; whether it really is audio its tracks will tell."""
    if brand in _HEIC_BRANDS:
        return HEIC
    return None if brand in (b"avif", b"avis", b"jp2 ", b"crx ") else M4A


def _framed(head: bytes) -> Media | None:
    """Return what a bare stream of audio frames is: eleven bits set, then version and layer."""
    if len(head) < 2 or head[0] != 0xFF:
        return None
    if head[1] & 0xF6 == 0xF0:
        return AAC
    layer, version = head[1] >> 1 & 3, head[1] >> 3 & 3
    return MP3 if head[1] & 0xE0 == 0xE0 and layer == 1 and version != 1 else None

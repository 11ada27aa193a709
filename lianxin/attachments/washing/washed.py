"""Which wash does a file need, and what comes out of it? The one way in for all kinds."""

from typing import NamedTuple

from lianxin.attachments.media import (
    AAC,
    AMR,
    HEAD_BYTES,
    M4A,
    MP3,
    OGG,
    PDF,
    WAV,
    Kind,
    Media,
    name_of_other,
    recognise,
)
from lianxin.attachments.refusal import AttachmentRefused, too_large, wrong_type
from lianxin.attachments.washing.boxes import wash_m4a
from lianxin.attachments.washing.frames import wash_amr, wash_mp3_or_aac
from lianxin.attachments.washing.ogg import wash_ogg
from lianxin.attachments.washing.wav import wash_wav


class Limits(NamedTuple):
    """What is taken at most: bytes of each kind, pixels of a picture, and the longest side of what is kept."""

    picture: int
    audio: int
    document: int
    pixels: int
    side: int

    def of(self, kind: Kind) -> int:
        """Return how many bytes a file of this kind may have."""
        return {"picture": self.picture, "audio": self.audio, "document": self.document}[kind]

    @property
    def largest(self) -> int:
        """How many bytes any file may have."""
        return max(self.picture, self.audio, self.document)


class Washed(NamedTuple):
    """What is kept of a file; small: the picture for lists, empty where it is none."""

    media: Media
    content: bytes
    small: bytes = b""
    width: int = 0
    height: int = 0


def wash(data: bytes, limits: Limits) -> Washed:
    """Return the file made anew. Raises AttachmentRefused for what is not taken."""
    media = take(data[:HEAD_BYTES], len(data), limits)
    return _washed(data, media, limits)


def take(head: bytes, size: int, limits: Limits) -> Media:
    """Return what a file of this size is that begins so. Raises AttachmentRefused where it is not taken."""
    if not size:
        raise AttachmentRefused(
            "empty", "这个文件是空的，没有保存。请重新选择文件。", "This file is empty. Please choose it again."
        )
    media = recognise(head)
    if media is None:
        raise wrong_type(name_of_other(head))
    if size > limits.of(media.kind):
        raise too_large(size, limits.of(media.kind))
    return media


def _washed(data: bytes, media: Media, limits: Limits) -> Washed:
    if media.kind == "picture":
        from lianxin.attachments.washing.pictures import Bounds, wash_picture  # its decoders are large

        return Washed(*wash_picture(data, media, Bounds(limits.pixels, limits.side)))
    if media is PDF:
        from lianxin.attachments.washing.pdf import wash_pdf

        return Washed(PDF, wash_pdf(data))
    if media in (MP3, AAC):
        return Washed(*wash_mp3_or_aac(data))
    return Washed(media, {WAV: wash_wav, M4A: wash_m4a, OGG: wash_ogg, AMR: wash_amr}[media](data))

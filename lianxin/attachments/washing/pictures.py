"""A picture: decoded, turned as it was held, made no larger than a screen needs, and encoded anew.

So no EXIF, no place, no maker, no comment, no second picture behind the first, and nothing
that was appended comes through. Colours of other profiles become sRGB.
"""

import io
import warnings
from typing import Final, NamedTuple

import pi_heif
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from lianxin.attachments.media import HEIC, JPEG, PNG, WEBP, Media
from lianxin.attachments.refusal import AttachmentRefused, damaged

SMALL_PX: Final = 320
"""Longest side of the small picture in lists."""
PNG_MOST: Final = 8_000_000
"""A PNG of more bytes is a photo and no screenshot: it is kept as WebP."""
_QUALITY: Final = 88
_FORMATS: Final = {JPEG: ("JPEG",), PNG: ("PNG",), WEBP: ("WEBP",), HEIC: ("HEIF",)}
"""The only decoder that may touch a file of this kind."""
_KEPT_AS: Final = {JPEG: JPEG, PNG: PNG, WEBP: WEBP, HEIC: JPEG}
_BROKEN: Final = (OSError, ValueError, SyntaxError, EOFError, RuntimeError, UnidentifiedImageError)
"""What the decoders raise at bytes that are no picture."""

pi_heif.register_heif_opener(thumbnails=False)


class Bounds(NamedTuple):
    """pixels: so many a picture may have; side: the longest side of what is kept."""

    pixels: int
    side: int


class Picture(NamedTuple):
    """A washed picture, its small version as WebP, and its size in pixels."""

    media: Media
    content: bytes
    small: bytes
    width: int
    height: int


def wash_picture(data: bytes, media: Media, bounds: Bounds) -> Picture:
    """Return the picture encoded anew. Raises AttachmentRefused."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = _upright(data, media, bounds)
    except Image.DecompressionBombError as bomb:
        raise _too_many(bounds.pixels) from bomb
    except _BROKEN as broken:
        raise damaged("图片无法打开", "the picture cannot be opened") from broken
    kept = _KEPT_AS[media]
    content = _encoded(picture, kept)
    if kept is PNG and len(content) > PNG_MOST:
        kept, content = WEBP, _encoded(picture, WEBP)
    small = picture.copy()
    small.thumbnail((SMALL_PX, SMALL_PX))
    return Picture(kept, content, _encoded(small, WEBP, quality=72), *picture.size)


def _upright(data: bytes, media: Media, bounds: Bounds) -> Image.Image:
    with Image.open(io.BytesIO(data), formats=_FORMATS[media]) as opened:
        width, height = opened.size
        if width * height > bounds.pixels:
            raise _too_many(bounds.pixels)
        if media is JPEG:
            opened.draft("RGB", (bounds.side, bounds.side))  # a large photo is decoded at half its size or less
        opened.load()
        profile = opened.info.get("icc_profile")
        picture = ImageOps.exif_transpose(opened)
    picture.thumbnail((bounds.side, bounds.side), reducing_gap=2.0)
    return _plain(picture, profile)


def _plain(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Return the picture in sRGB, in a mode of its own bytes: with nothing that came with it."""
    mode = "RGBA" if "A" in picture.getbands() or "transparency" in picture.info else "RGB"
    coloured = _in_srgb(picture, profile) if profile else picture
    plain = Image.new(mode, picture.size)
    plain.paste(coloured.convert(mode))
    return plain


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """Return the picture with its colours in sRGB; as it is where its profile does not fit it."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = "RGBA" if picture.mode == "RGBA" else "RGB"
        turned = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture
    return picture if turned is None else turned


def _encoded(picture: Image.Image, media: Media, quality: int = _QUALITY) -> bytes:
    into = io.BytesIO()
    if media is PNG:
        picture.save(into, "PNG", optimize=False)
    elif media is WEBP:
        picture.save(into, "WEBP", quality=quality, method=4)
    else:
        picture.convert("RGB").save(into, "JPEG", quality=quality)
    return into.getvalue()


def _too_many(most: int) -> AttachmentRefused:
    return AttachmentRefused(
        "too_many_pixels",
        f"图片的像素太多，最多 {most // 10_000} 万像素，没有保存。请用手机的普通分辨率拍摄后再上传。",
        f"The picture has too many pixels, at most {most // 1_000_000} million are taken; it was not kept. "
        "Please take it at a usual resolution.",
    )

"""A recording as M4A (ISO base media): every track is sound, and no box tells more than how to play it. Pure.

Boxes keep their length, for tables in the file count its bytes: what must go becomes
an empty `free` box of the same size. Source: ISO/IEC 14496-12.
"""

import struct
from typing import Final

from lianxin.attachments.refusal import a_video, damaged

_TOP: Final = frozenset({b"ftyp", b"moov", b"mdat", b"moof", b"sidx", b"styp", b"wide"})
_HOUSES: Final = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl", b"dinf", b"edts", b"moof", b"traf", b"mvex"})
"""Boxes that hold boxes."""
_LEAVES: Final = frozenset(
    {
        b"mvhd",
        b"tkhd",
        b"elst",
        b"mdhd",
        b"hdlr",
        b"smhd",
        b"nmhd",
        b"dref",
        b"stsd",
        b"stts",
        b"ctts",
        b"stsc",
        b"stsz",
    }
    | {b"stz2", b"stco", b"co64", b"sgpd", b"sbgp", b"stss", b"mehd", b"trex", b"mfhd", b"tfhd", b"tfdt", b"trun"}
    | {b"iods", b"sdtp"}
)
"""Boxes that say how to play; all others go: `udta` with its place, `meta`, `uuid`, covers, comments."""
_SOUND: Final = b"soun"
_DEEP_MOST: Final = 12


def wash_m4a(data: bytes) -> bytes:
    """Return the recording without what names places, persons or devices. Raises AttachmentRefused."""
    washed, tracks = bytearray(data), list[bytes]()
    names = _wash(washed, (0, len(washed)), b"", tracks, 0)
    if b"moov" not in names or b"mdat" not in names or not tracks:
        raise damaged("没有声音", "no sound in it")
    if b"vide" in tracks:
        raise a_video()
    if set(tracks) != {_SOUND}:
        raise damaged("含有声音以外的内容", "something else than sound is in it")
    return bytes(washed)


def _wash(data: bytearray, inside: tuple[int, int], house: bytes, tracks: list[bytes], deep: int) -> list[bytes]:
    """Empty every box inside a house (b"": the file) that is not known; return the names found.

    tracks  gets the kind of each track
    """
    if deep > _DEEP_MOST:
        raise damaged("结构嵌套过深", "its boxes are nested too deeply")
    names: list[bytes] = []
    known = _HOUSES | _LEAVES if house else _TOP
    at, end = inside
    while at < end:
        head, size, name = _box(data, at, end)
        names.append(name)
        if name not in known:
            data[at + 4 : at + 8] = b"free"
            data[at + head : at + size] = bytes(size - head)
        elif name in _HOUSES:
            _wash(data, (at + head, at + size), name, tracks, deep + 1)
        elif name == b"hdlr" and house == b"mdia":
            tracks.append(_handler(data, at + head, at + size))
        at += size
    return names


def _box(data: bytearray, at: int, end: int) -> tuple[int, int, bytes]:
    """Return the length of a box's head, of the whole box, and its name."""
    if at + 8 > end:
        raise damaged("文件被截断", "it is cut off")
    size, name = struct.unpack_from(">I", data, at)[0], bytes(data[at + 4 : at + 8])
    head = 8
    if size == 1 and at + 16 <= end:
        head, size = 16, struct.unpack_from(">Q", data, at + 8)[0]
    elif size == 0:
        size = end - at
    if size < head or at + size > end:
        raise damaged("文件被截断", "it is cut off")
    return head, size, name


def _handler(data: bytearray, at: int, end: int) -> bytes:
    """Return what kind of track it is, and empty the name its maker gave it."""
    if end - at < 24:
        raise damaged("轨道信息不完整", "a track does not say what it is")
    data[at + 24 : end] = bytes(end - at - 24)
    return bytes(data[at + 8 : at + 12])

"""A recording as Ogg (Opus, Vorbis, Speex): one stream of sound, with an empty comment. Pure.

The second packet of each of these holds the comments: title, place, covers. It keeps its
length, so that no page moves; its maker's name becomes blanks. Source: RFC 3533, RFC 7845
§5.2, Vorbis I specification §5.
"""

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

from lianxin.attachments.refusal import a_video, damaged

_HEADS: Final = {b"OpusHead": b"OpusTags", b"\x01vorbis": b"\x03vorbis", b"Speex   ": b""}
"""How the first packet begins, and how the comments begin then."""
_LAST_OF_PACKET: Final = 255
_MORE: Final = 1


class _Page(NamedTuple):
    at: int
    serial: int
    continued: bool
    laces: bytes
    body: int

    @property
    def end(self) -> int:
        return self.body + sum(self.laces)


def wash_ogg(data: bytes) -> bytes:
    """Return the recording with an empty comment. Raises AttachmentRefused."""
    washed = bytearray(data)
    pages = list(_pages(data))
    if len({page.serial for page in pages}) != 1:
        raise a_video()
    first = _packet(data, pages, 0)
    begin = next((begin for begin in _HEADS if first.startswith(begin)), None)
    if begin is None:
        raise a_video() if first[1:].startswith(b"theora") else damaged("没有可识别的声音", "no sound that is known")
    comment = _packet(data, pages, 1)
    if not comment.startswith(_HEADS[begin]):
        raise damaged("缺少声音参数", "the head of its sound is missing")
    _put(washed, pages, 1, _empty(len(comment), _HEADS[begin], framed=begin == b"\x01vorbis"))
    return bytes(washed)


def _pages(data: bytes) -> Iterator[_Page]:
    at = 0
    while at < len(data):
        if data[at : at + 5] != b"OggS\0" or at + 27 > len(data):
            raise damaged("数据页不连续", "its pages do not follow each other")
        count = data[at + 26]
        page = _Page(
            at,
            struct.unpack_from("<I", data, at + 14)[0],
            bool(data[at + 5] & _MORE),
            data[at + 27 : at + 27 + count],
            at + 27 + count,
        )
        if len(page.laces) < count or page.end > len(data):
            raise damaged("录音被截断", "the recording is cut off")
        yield page
        at = page.end


def _pieces(pages: list[_Page], wanted: int) -> Iterator[tuple[_Page, int, int]]:
    """Yield where the pieces of the so-manieth packet (from 0) lie: page, begin, length."""
    packet = 0
    for page in pages:
        place = page.body
        for lace in page.laces:
            if packet == wanted:
                yield page, place, lace
            place += lace
            if lace < _LAST_OF_PACKET:
                packet += 1
                if packet > wanted:
                    return
    raise damaged("录音被截断", "the recording is cut off")


def _packet(data: bytes, pages: list[_Page], wanted: int) -> bytes:
    return b"".join(data[begin : begin + length] for _, begin, length in _pieces(pages, wanted))


def _put(data: bytearray, pages: list[_Page], wanted: int, packet: bytes) -> None:
    """Write a packet over the one that lies there, and the checks of its pages anew."""
    touched: dict[int, _Page] = {}
    done = 0
    for page, begin, length in _pieces(pages, wanted):
        data[begin : begin + length] = packet[done : done + length]
        done += length
        touched[page.at] = page
    for page in touched.values():
        data[page.at + 22 : page.at + 26] = bytes(4)
        data[page.at + 22 : page.at + 26] = struct.pack("<I", _check(data[page.at : page.end]))


def _empty(length: int, begin: bytes, *, framed: bool) -> bytes:
    """Return a packet of comments of this length that says nothing: a blank maker, no comment."""
    blanks = length - len(begin) - 8 - framed
    if blanks < 0:
        raise damaged("注释区不完整", "its comments are incomplete")
    return begin + struct.pack("<I", blanks) + b" " * blanks + struct.pack("<I", 0) + b"\1" * framed


def _table() -> tuple[int, ...]:
    rows = []
    for byte in range(256):
        check = byte << 24
        for _ in range(8):
            check = (check << 1 ^ 0x04C11DB7 if check & 0x80000000 else check << 1) & 0xFFFFFFFF
        rows.append(check)
    return tuple(rows)


_TABLE: Final = _table()


def _check(page: bytes | bytearray) -> int:
    """Return the CRC-32 of a page as Ogg reckons it (polynomial 04C11DB7, not reflected, from 0)."""
    check = 0
    for byte in page:
        check = (check << 8 & 0xFFFFFFFF) ^ _TABLE[check >> 24 ^ byte]
    return check

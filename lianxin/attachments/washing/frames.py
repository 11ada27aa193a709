"""Recordings that are one frame after the other: MP3, AAC (ADTS), AMR. Only whole frames are kept. Pure.

Tags before and behind the frames go; they can hold places, names and pictures. What lies
between frames and is none makes the file a damaged one. A last frame that was cut off is left out.
Sources: ISO/IEC 11172-3 and 13818-3 (MPEG audio), 13818-7 (ADTS); RFC 4867 §5 (AMR storage).
"""

from collections.abc import Callable
from typing import Final

from lianxin.attachments.media import AAC, MP3, Media
from lianxin.attachments.refusal import damaged

_FRAMES_LEAST: Final = 2
_KBPS_V1: Final = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBPS_V2: Final = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_HERTZ: Final = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
"""By version bits: MPEG 1, 2, 2.5."""
_AMR_BYTES: Final = (12, 13, 15, 17, 19, 20, 26, 31, 5)
_AMR_WB_BYTES: Final = (17, 23, 32, 36, 40, 46, 50, 58, 60, 5)
_SPEECH_LOST, _NO_DATA = 14, 15

FrameLength = Callable[[bytes, int], int]
"""How long is the frame at this place? 0: there is none."""


def wash_mp3_or_aac(data: bytes) -> tuple[Media, bytes]:
    """Return the frames of a stream without its tags, and what they are. Raises AttachmentRefused."""
    begin, end = _behind_tags(data, 0), _before_tags(data)
    while begin < end and data[begin] == 0:  # padding that some encoders leave behind their tag
        begin += 1
    if _mp3_length(data, begin):
        return MP3, _whole_frames(data, begin, end, _mp3_length)
    return AAC, _whole_frames(data, begin, end, _aac_length)


def wash_amr(data: bytes) -> bytes:
    """Return the head and the whole frames of a recording of a telephone. Raises AttachmentRefused."""
    wide = data.startswith(b"#!AMR-WB\n")
    head = b"#!AMR-WB\n" if wide else b"#!AMR\n"
    sizes = _AMR_WB_BYTES if wide else _AMR_BYTES

    def length(data: bytes, at: int) -> int:
        kind, padding = data[at] >> 3 & 15, data[at] & 0x83
        if padding:
            return 0
        if kind == _NO_DATA or (wide and kind == _SPEECH_LOST):
            return 1
        return 1 + sizes[kind] if kind < len(sizes) else 0

    return head + _whole_frames(data, len(head), len(data), length)


def _whole_frames(data: bytes, begin: int, end: int, length_at: FrameLength) -> bytes:
    place, count = begin, 0
    while place < end:
        length = length_at(data, place)
        if not length:
            if count >= _FRAMES_LEAST and end - place < 4:
                break  # a few bytes of a frame that was cut off within its head
            raise damaged("声音帧不连续", "its frames do not follow each other")
        if place + length > end:
            break
        place, count = place + length, count + 1
    if count < _FRAMES_LEAST:
        raise damaged("没有声音", "no sound in it")
    return data[begin:place]


def _mp3_length(data: bytes, at: int) -> int:
    if at + 4 > len(data) or data[at] != 0xFF or data[at + 1] & 0xE0 != 0xE0:
        return 0
    version, layer = data[at + 1] >> 3 & 3, data[at + 1] >> 1 & 3
    rate, hertz, padded = data[at + 2] >> 4, data[at + 2] >> 2 & 3, data[at + 2] >> 1 & 1
    if version == 1 or layer != 1 or rate in (0, 15) or hertz == 3:
        return 0
    kbps = (_KBPS_V1 if version == 3 else _KBPS_V2)[rate]
    samples_by_8 = 144 if version == 3 else 72
    return samples_by_8 * kbps * 1000 // _HERTZ[version][hertz] + padded


def _aac_length(data: bytes, at: int) -> int:
    if at + 7 > len(data) or data[at] != 0xFF or data[at + 1] & 0xF6 != 0xF0:
        return 0
    length = (data[at + 3] & 3) << 11 | data[at + 4] << 3 | data[at + 5] >> 5
    return length if length > 7 else 0


def _behind_tags(data: bytes, at: int) -> int:
    """Return the place behind all ID3v2 tags; their lengths are four times seven bits."""
    while data[at : at + 3] == b"ID3" and at + 10 <= len(data):
        size = 0
        for part in data[at + 6 : at + 10]:
            if part & 0x80:
                raise damaged("标签已损坏", "its tag is broken")
            size = size << 7 | part
        at += 10 + size + (10 if data[at + 5] & 0x10 else 0)
    return at


def _before_tags(data: bytes) -> int:
    """Return the place where the tags at the end begin: ID3v1, Lyrics3, APE, one behind the other."""
    end = len(data)
    while (begin := _tag_before(data, end)) < end:
        end = begin
    return end


def _tag_before(data: bytes, end: int) -> int:
    if end >= 128 and data[end - 128 : end - 125] == b"TAG":
        return end - 128
    if end >= 15 and data[end - 9 : end] == b"LYRICS200" and data[end - 15 : end - 9].isdigit():
        return max(0, end - 15 - int(data[end - 15 : end - 9]))
    if end >= 32 and data[end - 32 : end - 24] == b"APETAGEX":
        size = int.from_bytes(data[end - 20 : end - 16], "little")
        head = 32 if data[end - 9] & 0x80 else 0
        return max(0, end - size - head)
    return end

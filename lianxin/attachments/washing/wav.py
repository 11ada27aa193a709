"""A recording as WAV: only the format and the samples are kept. Pure.

Source: Multimedia Programming Interface and Data Specifications 1.0 (RIFF WAVE).
"""

import struct
from collections.abc import Iterator
from typing import Final

from lianxin.attachments.refusal import damaged

_STREAMED: Final = (0, 0xFFFFFFFF)
"""Lengths that a recorder wrote who did not know yet how long it would be: to the end of the file."""
_FORMATS: Final = frozenset({0x0001, 0x0002, 0x0003, 0x0006, 0x0007, 0x0011, 0x0031, 0x0055, 0xFFFE})
"""PCM, ADPCM, float, A-law, mu-law, IMA ADPCM, GSM, MP3, extensible."""


def wash_wav(data: bytes) -> bytes:
    """Return the recording without any chunk but `fmt `, `fact` and `data`. Raises AttachmentRefused."""
    kept: dict[bytes, bytes] = {}
    for name, body in _chunks(data):
        if name in (b"fmt ", b"fact", b"data"):
            kept.setdefault(name, body)
    form, samples = kept.get(b"fmt ", b""), kept.get(b"data", b"")
    if len(form) < 16 or struct.unpack_from("<H", form)[0] not in _FORMATS:
        raise damaged("没有可识别的声音格式", "no sound format that is known")
    if not samples:
        raise damaged("没有声音", "no sound in it")
    body = b"".join(_chunk(name, kept[name]) for name in (b"fmt ", b"fact", b"data") if name in kept)
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WAVE" + body


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 12
    while place + 8 <= len(data):
        name, length = data[place : place + 4], struct.unpack_from("<I", data, place + 4)[0]
        place += 8
        if name == b"data" and length in _STREAMED:
            length = len(data) - place
        if place + length > len(data):
            raise damaged("录音被截断", "the recording is cut off")
        yield name, data[place : place + length]
        place += length + (length & 1)


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) & 1)

"""A JPEG inside a document: its notes go, its picture stays bit for bit. Pure.

Scans in a PDF are often photos as the telephone made them, with the place in their EXIF.
They are not encoded anew, for a document's lettering would suffer. Source: ITU-T T.81 annex B.
"""

from typing import Final

_SCAN: Final = 0xDA
_WITHOUT_LENGTH: Final = frozenset({0x01, 0xD8, 0xD9, *range(0xD0, 0xD8)})
_NOTES: Final = frozenset({0xFE, *range(0xE1, 0xF0)} - {0xE2, 0xEE})
"""Comment and application segments, except colour profile (APP2) and Adobe's colour transform (APP14)."""


def without_notes(data: bytes) -> bytes | None:
    """Return the JPEG without its comments and application data; None where it is not one that can be read."""
    if data[:2] != b"\xff\xd8":
        return None
    kept, at = [data[:2]], 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:  # a filling byte before the marker
            at += 1
            continue
        if marker == _SCAN:
            end = data.rfind(b"\xff\xd9")
            kept.append(data[at : end + 2] if end > at else data[at:])
            return b"".join(kept)
        length = 0 if marker in _WITHOUT_LENGTH else int.from_bytes(data[at + 2 : at + 4])
        if marker not in _NOTES:
            kept.append(data[at : at + 2 + length])
        at += 2 + length
    return None

"""Which part of a file does a player ask for? One range at most; whatever cannot be read means the whole. Pure.

Source: RFC 9110 §14. Several ranges at once no player of ours asks for; they are answered by the whole file.
"""

import re
from typing import Final, NamedTuple

_ONE: Final = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


class Part(NamedTuple):
    """From byte `begin` to before `end`."""

    begin: int
    end: int


class BeyondTheEnd(Exception):
    """The part asked for lies behind the end of the file."""


def part_asked(header: str | None, size: int) -> Part | None:
    """Return the part that a `Range` header asks for, None for the whole. Raises BeyondTheEnd."""
    found = _ONE.fullmatch((header or "").strip())
    if found is None or found[0] == "bytes=-":
        return None
    first, last = found[1], found[2]
    if not first:
        if int(last) == 0:
            raise BeyondTheEnd
        return Part(max(0, size - int(last)), size)
    begin, end = int(first), min(int(last) + 1, size) if last else size
    if last and int(last) < int(first):
        return None
    if begin >= size:
        raise BeyondTheEnd
    return Part(begin, end)

"""A text message as a gateway brings it, and when its parts are a whole. Pure.

A long text comes in parts under one reference (GSM 03.40, concatenated short messages),
in any order and some of them late. What is not complete after a while is taken as it is,
with the gap shown: nothing that was received is lost.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Annotated, Final, NamedTuple

import msgspec

from lianxin.ground.clock import MINUTE_MS, Instant

PARTS_MAX: Final = 20
WAIT_MS: Final = 3 * MINUTE_MS
"""So long the parts of one text are waited for; the answer to a text is promised in minutes too."""
_Id = Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=r"^[\x21-\x7e]+$")]
_Count = Annotated[int, msgspec.Meta(ge=1, le=PARTS_MAX)]


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The n-th of so many parts (`of`) under one reference."""

    ref: _Id
    n: _Count
    of: _Count


class Part(msgspec.Struct, frozen=True, rename={"sender": "from"}):
    """What a gateway tells: its own id of the message, who sent it, the words, and its place in a long text."""

    id: _Id
    sender: Annotated[str, msgspec.Meta(min_length=3, max_length=30, pattern=r"^\+?[0-9 -]+$")]
    text: Annotated[str, msgspec.Meta(max_length=2_000)]
    part: Place | None = None

    def __post_init__(self) -> None:
        if self.part is not None and self.part.n > self.part.of:
            raise ValueError(f"part {self.part.n} of {self.part.of}")

    def __repr__(self) -> str:
        return f"Part({self.id})"


class Kept(NamedTuple):
    """A part that waits: when it arrived, and the group it belongs to (keyed hash of its sender, reference, count)."""

    part: Part
    arrived: Instant
    sender: str


class Text(NamedTuple):
    """A whole text, or what there is of it: its parts' ids, who sent it, the words, whether something is missing."""

    ids: tuple[str, ...]
    sender: str
    words: str
    arrived: Instant
    whole: bool

    @property
    def key(self) -> bytes:
        """The same for the same parts."""
        return sha256("\0".join(("sms", *sorted(self.ids))).encode()).digest()


def joined(parts: Iterable[Kept], now: Instant) -> tuple[list[Text], Instant | None]:
    """Return the texts that are whole or have waited long enough, and when to look again (None: nothing waits)."""
    groups: dict[tuple[str, str, int], list[Kept]] = {}
    for kept in parts:
        place = kept.part.part
        ref, of = (kept.part.id, 1) if place is None else (place.ref, place.of)
        groups.setdefault((kept.sender, ref, of), []).append(kept)
    texts: list[Text] = []
    waits: list[Instant] = []
    for (_, _, of), group in groups.items():
        until = min(kept.arrived for kept in group) + WAIT_MS
        if len({_n(kept) for kept in group}) == of or until <= now:
            texts.append(_text(group, of))
        else:
            waits.append(until)
    return sorted(texts, key=lambda text: (text.arrived, text.ids)), min(waits, default=None)


def _n(kept: Kept) -> int:
    return 1 if kept.part.part is None else kept.part.part.n


def _text(group: Sequence[Kept], of: int) -> Text:
    """Put the parts together; a part that the gateway brought under two ids counts once."""
    by_n = {_n(kept): kept for kept in reversed(group)}
    words = "".join(by_n[n].part.text if n in by_n else f"〔第{n}段没有收到〕" for n in range(1, of + 1))
    first = min(group, key=lambda kept: (kept.arrived, _n(kept)))
    return Text(tuple(kept.part.id for kept in group), first.part.sender, words, first.arrived, len(by_n) == of)

"""How is the book drawn as a flow, from what came in to who holds it?

On the left what was carried over and what was opened today, on the right the holders
and what was closed today; both ends have the same height, so one sees that it balances.
Lengths are in units of the drawing (864 wide). Pure.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

WIDTH, HEIGHT = 864, 684
BAR = 20
LEFT, RIGHT, MIDDLE = 164, 420, 292
GAP = 8
LEFT_GAP = 24
SCALE_MAX = 12.0
"""No order is thicker than this: a handful of orders does not fill the wall."""

Source = Literal["carried", "opened"]


class Stream(msgspec.Struct, frozen=True):
    """What ends in one place on the right: orders that were carried over and orders opened today.

    lines  lines of text beside it, which need room even where there are few orders
    """

    carried: int
    opened: int
    lines: int = 1
    closed: bool = False

    @property
    def orders(self) -> int:
        """Both."""
        return self.carried + self.opened


class Band(msgspec.Struct, frozen=True):
    """A ribbon from the left to the right, as an SVG path."""

    path: str
    source: Source
    closed: bool


class Bar(msgspec.Struct, frozen=True):
    """A bar at one end; `slot` is the room beside it, in which its words stand."""

    y: float
    height: float
    slot_y: float
    slot_height: float

    @property
    def middle(self) -> float:
        """The height at which its words are centred."""
        return round(self.slot_y + self.slot_height / 2, 1)


class Flow(msgspec.Struct, frozen=True):
    """The whole drawing; `right` has one bar per stream, in their order."""

    bands: tuple[Band, ...]
    left: dict[Source, Bar]
    right: tuple[Bar, ...]


def draw(streams: Sequence[Stream]) -> Flow:
    """Return the flow of the streams. The height has room for seven of them with thirteen lines in all."""
    scale = _scale(streams)
    left = _left(streams, scale)
    right = tuple(_right(streams, scale))
    return Flow(tuple(_bands(streams, left, right, scale)), left, right)


def _room(stream: Stream, scale: float) -> float:
    """Return the height of a stream's slot: its bar, but never less than its words need."""
    return max(stream.orders * scale, 28.0 + 32.0 * stream.lines)


def _scale(streams: Sequence[Stream]) -> float:
    """Return the height of one order, the largest with which both sides fit. Found by halving."""
    room = HEIGHT - GAP * (len(streams) - 1)
    total = sum(stream.orders for stream in streams)
    low, high = 0.0, min(SCALE_MAX, (HEIGHT - LEFT_GAP) / total if total else 0.0)
    if sum(_room(stream, high) for stream in streams) <= room:
        return high
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if sum(_room(stream, middle) for stream in streams) <= room else (low, middle)
    return low


def _left(streams: Sequence[Stream], scale: float) -> dict[Source, Bar]:
    carried = sum(stream.carried for stream in streams) * scale
    opened = sum(stream.opened for stream in streams) * scale
    top = max((HEIGHT - carried - opened - LEFT_GAP) / 2, 0.0)
    below = top + carried + LEFT_GAP
    # Two short bars would write their words over each other: each takes at least 96 for them.
    first, second = top + carried / 2, below + opened / 2
    apart = max(96.0 - (second - first), 0.0) / 2
    return {
        "carried": Bar(top, carried, first - apart - 48, 96.0),
        "opened": Bar(below, opened, second + apart - 48, 96.0),
    }


def _right(streams: Sequence[Stream], scale: float) -> list[Bar]:
    spare = HEIGHT - GAP * (len(streams) - 1) - sum(_room(stream, scale) for stream in streams)
    gap = GAP + (spare / (len(streams) - 1) if len(streams) > 1 else 0.0)
    bars, y = [], 0.0
    for stream in streams:
        slot, height = _room(stream, scale), stream.orders * scale
        bars.append(Bar(y + (slot - height) / 2, height, y, slot))
        y += slot + gap
    return bars


def _bands(streams: Sequence[Stream], left: dict[Source, Bar], right: Sequence[Bar], scale: float) -> list[Band]:
    at: dict[Source, float] = {"carried": left["carried"].y, "opened": left["opened"].y}
    bands = []
    for stream, bar in zip(streams, right, strict=True):
        y = bar.y
        sources: tuple[tuple[Source, int], ...] = (("carried", stream.carried), ("opened", stream.opened))
        for source, orders in sources:
            if orders:
                bands.append(Band(_ribbon(at[source], y, orders * scale), source, stream.closed))
                at[source] += orders * scale
                y += orders * scale
    return bands


def _ribbon(start: float, end: float, height: float) -> str:
    """Return the path of a ribbon of one height whose ends are level."""
    left, right = LEFT + BAR, RIGHT
    return (
        f"M{left} {start:.1f}C{MIDDLE} {start:.1f} {MIDDLE} {end:.1f} {right} {end:.1f}"
        f"v{height:.1f}C{MIDDLE} {end + height:.1f} {MIDDLE} {start + height:.1f} {left} {start + height:.1f}z"
    )

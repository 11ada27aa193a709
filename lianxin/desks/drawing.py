"""What is drawn of a book: the flow with the lines of words beside it. Pure."""

import msgspec

from lianxin.desks.book import Book, Group
from lianxin.desks.flow import Flow, Stream, draw
from lianxin.ground.web import marked

TRAY_WORDS: dict[str, str] = {
    "tray:review": marked("review %(n)s"),
    "tray:dispatch": marked("dispatch %(n)s"),
    "tray:followup": marked("follow-up %(n)s"),
}
SEAT_WORDS = marked("seats %(n)s")
UNIT_WORDS = marked("%(n)s units")

Line = tuple[tuple[str, int], ...]
"""Words with their number, side by side on one line."""


class Drawing(msgspec.Struct, frozen=True):
    """The flow, and per group the lines below its name."""

    flow: Flow
    lines: tuple[tuple[Line, ...], ...]


def drawing_of(book: Book) -> Drawing:
    """Return what is drawn of the book."""
    lines = tuple(_lines(group) for group in book.groups)
    held_new = sum(group.opened for group in book.groups)
    closed_new = min(max(book.opened - held_new, 0), book.closed)
    streams = [
        Stream(group.orders - group.opened, group.opened, lines=1 + len(beside))
        for group, beside in zip(book.groups, lines, strict=True)
    ]
    streams.append(Stream(book.closed - closed_new, closed_new, closed=True))
    return Drawing(draw(streams), lines)


def _lines(group: Group) -> tuple[Line, ...]:
    if group.name == "hall":
        return _hall(group)
    if group.name == "outside" or len(group.holders) < 2:
        return ()
    return (((UNIT_WORDS, len(group.holders)),),)


def _hall(group: Group) -> tuple[Line, ...]:
    trays = {holder.key: holder.orders for holder in group.holders}
    words = [(words, trays[key]) for key, words in TRAY_WORDS.items() if key in trays]
    seats = sum(orders for key, orders in trays.items() if key.startswith("staff:"))
    words += [(SEAT_WORDS, seats)] if seats else []
    return tuple(line for line in (tuple(words[:3]), tuple(words[3:])) if line)

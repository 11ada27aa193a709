"""What does a list of orders say, and how does one turn its pages?

A page is found by the key of the last row before it, never by counting rows, so the
thousandth page is as fast as the first and no row is shown twice when others come. Pure.
"""

import re

import msgspec

from lianxin.ground.clock import Instant

PAGE = 50

_CURSOR = re.compile(r"(n|\d{1,16})\.(\d{1,19})")


class Cursor(msgspec.Struct, frozen=True):
    """The last row of the page before: its due instant (None: the date is not known) and its order."""

    due: Instant | None
    order_id: int

    def __str__(self) -> str:
        return f"{'n' if self.due is None else self.due}.{self.order_id}"


def cursor_of(text: str) -> Cursor | None:
    """Return the cursor written in an address; None for none and for one that is no cursor: then it is page one."""
    match = _CURSOR.fullmatch(text)
    if match is None:
        return None
    return Cursor(None if match[1] == "n" else int(match[1]), int(match[2]))


class Row(msgspec.Struct, frozen=True, gc=False):
    """One order of a list."""

    order_id: int
    number: str
    title: str
    state: str
    holder: str | None
    held_since: Instant | None
    offered_to: str | None
    category: str
    region: str
    urgency: str
    flags: tuple[str, ...]
    opened_at: Instant
    due: Instant | None
    closed_at: Instant | None


class HolderLine(msgspec.Struct, frozen=True, gc=False):
    """How many open orders a holder has, and how many of them are overdue."""

    key: str
    orders: int
    overdue: int


class Listing(msgspec.Struct, frozen=True):
    """A page of orders.

    holder   whose orders they are, None for all
    query    what was searched for, "" for nothing
    rows     at most `PAGE`, most urgent first; a search: newest first
    after    cursor of the next page, None on the last
    total    open orders of the holder, None where none is chosen
    """

    now: Instant
    holder: str | None
    query: str
    rows: tuple[Row, ...]
    after: str | None = None
    first: bool = True
    total: int | None = None
    demo: bool = False

"""What is a tray, and what does a line of it say? Values. Pure."""

from collections.abc import Callable
from typing import Any, Literal

import msgspec

from lianxin.ground.clock import Instant

Way = Literal["holder", "offered", "tracker", "unit", "helping", "region", "state", "flag", "proposal", "undelivered"]
"""How the orders of a tray are found: by who holds, who was offered, who follows, whose unit leads or has a part,
what lies in the region, the state, a mark, what waits for a decision, how a message to the citizen failed. Each way has
its index."""


class Tray(msgspec.Struct, frozen=True, kw_only=True):
    """A tray of a desk.

    name    in the address;  words, empty, teaches: English msgids: its title, what it says when nothing is in it,
            and what would come into it how
    way     how its orders are found
    keys    who asks -> the values looked for (holder keys, units, states, flags); no values: an empty tray
    states  only in these; empty: in all
    overdue only what is past its date
    """

    name: str
    words: str
    empty: str
    teaches: str
    way: Way
    keys: Callable[[Any], tuple[str, ...]]
    states: tuple[str, ...] = ()
    overdue: bool = False


class TrayRow(msgspec.Struct, frozen=True, gc=False):
    """One order in a tray; due: until when its holder must act; next: the next date of any kind."""

    order_id: int
    number: str
    title: str
    state: str
    holder: str | None
    held_since: Instant | None
    offered_to: str | None
    tracker: str | None
    unit: str | None
    category: str
    region: str
    urgency: str
    flags: tuple[str, ...]
    opened_at: Instant
    due: Instant | None
    next: Instant | None


class TrayPage(msgspec.Struct, frozen=True):
    """A page of a tray; after: the place of the next page, "" on the last."""

    rows: tuple[TrayRow, ...]
    after: str
    first: bool


class Place(msgspec.Struct, frozen=True):
    """The last row of the page before: its date (-1: none known) and its order."""

    at: Instant
    order_id: int

    def __str__(self) -> str:
        return f"{self.at}.{self.order_id}"


def place_of(word: str) -> Place | None:
    """Return the place written in an address; None for none, and for what is no place: then it is page one."""
    at, _, order = word.partition(".")
    sign, digits = at[:1] == "-", at.lstrip("-")
    if not (digits.isascii() and digits.isdigit() and order.isascii() and order.isdigit()):
        return None
    if len(digits) > 15 or len(order) > 18:
        return None
    return Place(-1 if sign else int(digits), int(order))

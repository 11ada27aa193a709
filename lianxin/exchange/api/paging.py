"""How does one turn the pages of a list? By the key of the last line, never by counting. Pure.

Lists of orders are sorted by number, newest first: the key of a line never changes, so
whatever happens between two pages no order is left out or shown twice, and one opened
meanwhile stands before the first page. Contacts are sorted by their arrival, which never
changes either, promises by their date.
"""

import re
from typing import Final, NamedTuple

from lianxin.ground.clock import Instant

PAGE: Final = 50
PAGE_MAX: Final = 200
FIRST: Final = 2**63 - 1
"""Above every order."""
_ORDER: Final = re.compile(r"o([0-9]{1,16})")
_CONTACT: Final = re.compile(r"c([0-9]{1,13})\.([0-9]{1,16})")
_PROMISE: Final = re.compile(r"p(-?[0-9]{1,13}|n)\.([0-9]{1,16})\.([0-9]{1,9})")


class BadCursor(ValueError):
    """This is no cursor of such a list."""


class BehindContact(NamedTuple):
    """A contact behind which a page begins: when it arrived, and its id."""

    arrived: Instant
    id: int


class BehindPromise(NamedTuple):
    """A promise behind which a page begins: its due instant (None: not known), its order, its number in the order."""

    due: Instant | None
    order_id: int
    id: int


def order_cursor(order_id: int) -> str:
    """Return the cursor behind an order."""
    return f"o{order_id}"


def below(cursor: str | None) -> int:
    """Return the id below which a page of orders begins; None: the first page. Raises BadCursor."""
    if cursor is None:
        return FIRST
    return int(_read(_ORDER, cursor)[1])


def contact_cursor(arrived: Instant, contact_id: int) -> str:
    """Return the cursor behind a contact."""
    return f"c{arrived}.{contact_id}"


def earlier(cursor: str | None) -> BehindContact | None:
    """Return the contact behind which a page begins; None: the first page. Raises BadCursor."""
    if cursor is None:
        return None
    match = _read(_CONTACT, cursor)
    return BehindContact(int(match[1]), int(match[2]))


def promise_cursor(due: Instant | None, order_id: int, number: int) -> str:
    """Return the cursor behind a promise."""
    return f"p{'n' if due is None else due}.{order_id}.{number}"


def behind(cursor: str | None) -> BehindPromise | None:
    """Return the promise behind which a page begins; None: the first page. Raises BadCursor."""
    if cursor is None:
        return None
    match = _read(_PROMISE, cursor)
    return BehindPromise(None if match[1] == "n" else int(match[1]), int(match[2]), int(match[3]))


def _read(kind: "re.Pattern[str]", cursor: str) -> "re.Match[str]":
    """Return the parts of a cursor of this kind. Raises BadCursor."""
    match = kind.fullmatch(cursor)
    if match is None:
        raise BadCursor(cursor)
    return match

"""To which order does a message belong? What its words name, and what its sender is known for. Pure.

A number in a text proves nothing: anybody can write one. A message is put to an order only
where its sender is known as a citizen of that order, or gives its query code; else the
order is only suggested to the agent who reads it.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final, Literal, NamedTuple

from lianxin.ground.text import NumberError, parse_number

NUMBERS_MAX: Final = 5
"""So many numbers of one message are looked at; a list of more is no question about one of them."""
CODES_MAX: Final = 2
"""So many codes are tried per message: guessing eight digits by mail must stay hopeless."""
SUGGESTED_MAX: Final = 10
_READ_MAX: Final = 20_000
_NUMBER: Final = re.compile(r"(?<!\d)(?:19|20)\d{6}[ \t]{0,2}[-‐‑‒–—―－﹣]?[ \t]{0,2}\d{6,7}(?!\d)")
_CODE: Final = re.compile(r"(?<![\d-])\d{4}[ -]?\d{4}(?![\d-])")

BoundBy = Literal["reply", "sender", "code"]


class Known(NamedTuple):
    """An order for which the sender is known, and the contact by which they are its citizen."""

    order: int
    contact: int
    open: bool


class Belonging(NamedTuple):
    """order and contact: where the message is put, as whose citizen's; suggested: orders an agent may think of."""

    order: int | None = None
    contact: int | None = None
    by: BoundBy | None = None
    suggested: tuple[int, ...] = ()


def numbers_in(text: str) -> tuple[str, ...]:
    """Return the order numbers a text names, each once; a wrong check digit is no number."""
    found: dict[str, None] = {}
    for one in _NUMBER.finditer(unicodedata.normalize("NFKC", text[:_READ_MAX])):
        try:
            found[parse_number(one[0])] = None
        except NumberError:
            continue
        if len(found) >= NUMBERS_MAX:
            break
    return tuple(found)


def codes_in(text: str) -> tuple[str, ...]:
    """Return what may be query codes in a text: eight digits that are no part of a number."""
    plain = _NUMBER.sub(" ", unicodedata.normalize("NFKC", text[:_READ_MAX]))
    return tuple(dict.fromkeys(re.sub(r"\D", "", one) for one in _CODE.findall(plain)))[:CODES_MAX]


def belonging(
    answered: Iterable[int], named: Sequence[int], known: Sequence[Known], trusted: bool, coded: Known | None
) -> Belonging:
    """Return where a message belongs.

    answered  orders of the mails of ours that it answers
    named     orders whose numbers it names
    known     orders for which its sender is known, the latest first
    trusted   nothing says that the sender is not who it claims to be
    coded     the one order named whose query code it gives
    """
    by_sender = {one.order: one for one in known if one.open} if trusted else {}
    replied = [by_sender[order] for order in dict.fromkeys(answered) if order in by_sender]
    meant = [by_sender[order] for order in dict.fromkeys(named) if order in by_sender]
    ways: tuple[tuple[BoundBy, list[Known]], ...] = (
        ("sender", meant),
        ("code", [coded] if coded is not None and coded.open else []),
        ("reply", replied),
    )
    for by, orders in ways:
        if len(orders) == 1:
            return Belonging(orders[0].order, orders[0].contact, by)
        if orders:
            break  # it speaks of two: a person decides
    thinkable = [*named, *answered, *(one.order for one in known if one.open), *(one.order for one in known)]
    return Belonging(suggested=tuple(dict.fromkeys(thinkable))[:SUGGESTED_MAX])

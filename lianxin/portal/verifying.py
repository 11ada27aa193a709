"""Does what a citizen holds in hand fit the books? The whole receipt, or the mark that is printed on it."""

import re
from typing import Final, Literal, NamedTuple

from lianxin.ground.web import marked
from lianxin.orders.service import order_id_of
from lianxin.portal.following import Following
from lianxin.receipts import BadReceipt, Receipt, Receipts, read_receipt

MARK_LEAST: Final = 12
"""So many characters of a mark are enough: nobody finds another history that begins with them."""
_NOT_A_MARK: Final = re.compile(r"[^0-9a-f]")

UNREAD: Final = marked("This is neither a mark (at least 12 of the characters 0-9 and a-f) nor a whole receipt.")
OTHER: Final = marked("This receipt belongs to another matter. Please open that one with its number and code.")
SEALED: Final = marked(
    "It fits: the record is the one your receipt was given for, and a published seal says so. "
    "It has %(entries)s entries now."
)
FITS: Final = marked(
    "It fits: the record is the one your receipt was given for. It has %(entries)s entries now; "
    "the next seal follows soon."
)
BROKEN: Final = marked(
    "It does not fit: the record is not the one this receipt was given for. Please keep the receipt and call 12345."
)


class Answer(NamedTuple):
    """What is said about it; entries: how many the record has now."""

    kind: Literal["fits", "broken", "unread"]
    words: str
    entries: int = 0


async def answer_to(written: str, number: str, following: Following, receipts: Receipts) -> Answer:
    """Return whether a receipt, or a mark, fits the order of this number."""
    chained = await following.chained(order_id_of(number))
    entries = len(chained.entries)
    receipt = _receipt(written)
    if receipt is not None:
        if receipt.number != number:
            return Answer("unread", OTHER)
        verdict = await receipts.verify(receipt)
        if not (verdict.ok and chained.intact):
            return Answer("broken", BROKEN)
        return Answer("fits", SEALED if verdict.sealed else FITS, entries)
    mark = "".join(written.lower().split())
    if len(mark) < MARK_LEAST or _NOT_A_MARK.search(mark):
        return Answer("unread", UNREAD)
    fits = chained.intact and any(digest.startswith(mark) for digest in chained.hashes)
    return Answer("fits", FITS, entries) if fits else Answer("broken", BROKEN)


def _receipt(written: str) -> Receipt | None:
    try:
        return read_receipt(written.strip().encode())
    except BadReceipt:
        return None

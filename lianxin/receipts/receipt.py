"""What is a receipt, and what does it prove? Pure.

`head` is the hash of the order's chain after entry `seq`. Once a checkpoint has sealed
it, `checkpoint` and `path` lead from that head to the root which everybody can look up.
"""

from collections.abc import Iterable, Sequence
from typing import Annotated, Final, Literal, NamedTuple

import msgspec

from lianxin.ground.clock import at_iso
from lianxin.ground.ledger import GENESIS, ORDER, chain_of, link, merkle
from lianxin.ground.ledger.checkpoint import BadLine, Checkpoint, chain_of_lines, leaf, read_line
from lianxin.ground.text import NumberError, digits, parse_number

Hash = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
Path = tuple[tuple[Literal["left", "right"], Hash], ...]
BYTES_MAX: Final = 65_536
"""A receipt has about two thousand bytes."""


class BadReceipt(ValueError):
    """This is no receipt; the sentence says what is wrong with it."""


class Receipt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A receipt; code is None where it was written without one, checkpoint and path until it is sealed."""

    number: str
    code: str | None
    head: Hash
    seq: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
    at: str
    checkpoint: Annotated[int, msgspec.Meta(ge=1)] | None
    path: Path | None

    @property
    def order_id(self) -> int:
        """The order (and chain) it belongs to."""
        return chain_of(ORDER, digits(self.number))

    def json(self) -> bytes:
        """Return what stands in the file and in the QR code."""
        return msgspec.json.encode(self)


class Verdict(msgspec.Struct, frozen=True):
    """ok: the books agree with the receipt; sealed: a signed checkpoint says so; reason: why, in a sentence."""

    ok: bool
    sealed: bool
    reason: str


class Sealing(NamedTuple):
    """A checkpoint that covers the order at some entry: its line, that place and head, and the path to its root."""

    line: str
    seq: int
    head: bytes
    path: Path


def read_receipt(data: bytes) -> Receipt:
    """Return the receipt in a file or QR text. Raises BadReceipt."""
    if len(data) > BYTES_MAX:
        raise BadReceipt("This file is too large to be a receipt.")
    try:
        receipt = msgspec.json.decode(data, type=Receipt)
    except msgspec.ValidationError as wrong:
        raise BadReceipt(f"This is no receipt: {wrong}.") from wrong
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        raise BadReceipt("This is no receipt: it is not JSON, or it was cut off.") from wrong
    try:
        number = parse_number(receipt.number)
        at_iso(receipt.at)
    except NumberError as wrong:
        raise BadReceipt(f"The order number in the receipt is wrong. {wrong.en}") from wrong
    except ValueError as wrong:
        raise BadReceipt(f"The time in the receipt, {receipt.at!r}, is none.") from wrong
    if number != receipt.number:
        raise BadReceipt(f"The order number {receipt.number} is not written as in a receipt.")
    if (receipt.checkpoint is None) != (receipt.path is None):
        raise BadReceipt("The receipt names a checkpoint or a path, but not both.")
    return receipt


def path_of(leaves: Sequence[bytes], index: int) -> Path:
    """Return the path of a receipt from the leaf at `index` to the root."""
    return tuple(("left" if side == "left" else "right", sibling.hex()) for side, sibling in merkle.path(leaves, index))


def leads_to(receipt: Receipt, checkpoint: Checkpoint) -> bool:
    """Return whether the receipt's path leads from its head to the root of the checkpoint."""
    data = leaf(receipt.order_id, receipt.seq, bytes.fromhex(receipt.head))
    steps = [(side, bytes.fromhex(sibling)) for side, sibling in receipt.path or ()]
    return merkle.climb(data, steps).hex() == checkpoint.root


def verify_with_file(receipt: Receipt, lines: Iterable[str]) -> Verdict:
    """Verify against published checkpoints alone, without a database."""
    if receipt.checkpoint is None:
        return Verdict(False, False, "The receipt is not sealed yet; fetch the completed one from the follow page.")
    found: Checkpoint | None = None
    try:
        for _, checkpoint in chain_of_lines(lines):
            if checkpoint.id == receipt.checkpoint:
                found = checkpoint
    except BadLine as wrong:
        return Verdict(False, False, f"The file of checkpoints is not whole: {wrong}.")
    if found is None:
        return Verdict(False, False, f"The file of checkpoints does not have checkpoint {receipt.checkpoint}.")
    if not leads_to(receipt, found):
        return Verdict(False, False, f"The receipt does not lead to the root of checkpoint {found.id}: it was changed.")
    return Verdict(True, True, f"Checkpoint {found.id} of {found.at} sealed the order as the receipt says.")


Links = Iterable[tuple[int, bytes, bytes]]
"""Entries of a chain in order: seq, hash, body."""


def verify_with_chain(receipt: Receipt, entries: Links, sealing: Sealing | None) -> Verdict:
    """Verify against the books: the order's chain, and the first checkpoint that sealed it at `seq` or later.

    A later head is fine: the receipt's is its ancestor.
    """
    heads: dict[int, bytes] = {}
    head = GENESIS
    for seq, digest, body in entries:
        if seq != len(heads) + 1 or link(head, body) != digest:
            return Verdict(False, False, f"The order's chain is broken at entry {len(heads) + 1}.")
        head = heads[seq] = digest
    if not heads:
        return Verdict(False, False, f"There is no order {receipt.number} in the books.")
    if receipt.seq not in heads:
        return Verdict(False, False, f"The books end at entry {len(heads)}; the receipt was given for {receipt.seq}.")
    if heads[receipt.seq].hex() != receipt.head:
        return Verdict(False, False, f"Entry {receipt.seq} in the books is not the one the receipt was given for.")
    later = "" if receipt.seq == len(heads) else f"; {len(heads) - receipt.seq} entries have followed since"
    held = f"The books hold the order as the receipt says{later}"
    if sealing is None:
        if receipt.checkpoint is not None:
            return Verdict(False, False, f"Checkpoint {receipt.checkpoint} sealed the receipt, the books deny it.")
        return Verdict(True, False, f"{held}. No checkpoint has sealed it yet.")
    return _sealed(receipt, heads, sealing, held)


def _sealed(receipt: Receipt, heads: dict[int, bytes], sealing: Sealing, held: str) -> Verdict:
    try:
        checkpoint = read_line(sealing.line)
    except BadLine as wrong:
        return Verdict(False, False, f"The checkpoint that sealed the order does not hold: {wrong}.")
    data = leaf(receipt.order_id, sealing.seq, sealing.head)
    root = merkle.climb(data, [(side, bytes.fromhex(sibling)) for side, sibling in sealing.path])
    if heads.get(sealing.seq) != sealing.head or root.hex() != checkpoint.root:
        return Verdict(False, False, f"Checkpoint {checkpoint.id} sealed another history of this order.")
    if receipt.checkpoint == checkpoint.id and not leads_to(receipt, checkpoint):
        return Verdict(False, False, f"The receipt does not lead to the root of checkpoint {checkpoint.id}.")
    return Verdict(True, True, f"{held}. Checkpoint {checkpoint.id} of {checkpoint.at} sealed it.")

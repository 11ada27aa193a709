"""Do the entries of a chain hang together, and do their columns say what was hashed? Pure."""

from collections.abc import Callable
from hashlib import sha256
from typing import TypeVar

from lianxin.ground.ledger import GENESIS, Envelope
from lianxin.insight.audit.evidence import UNREADABLE, Evidence, Row
from lianxin.insight.audit.tally import Tally
from lianxin.insight.audit.violation import when

Entry = TypeVar("Entry", bound=Envelope)


class Read(list[Entry]):
    """The entries of a chain, decoded; `whole` is False when one is missing or cannot be read."""

    whole = True


def read_entries(evidence: Evidence, decode: Callable[[bytes], Entry], tally: Tally) -> Read[Entry]:
    """Return the chain's entries, and note every break between them and in them."""
    read: Read[Entry] = Read()
    head, before, at_before = GENESIS, 0, 0
    for row in evidence.entries or ():
        chain, seq, at, kind, actor, command, digest, body = row
        if seq != before + 1:
            read.whole = False
            tally.found("entry_missing", evidence.chain, _missing(before + 1, seq - 1))
        elif sha256(head + body).digest() != digest:
            tally.found("chain_broken", evidence.chain, f"entry {seq} is not the one chained to entry {before}")
        head, before = digest, seq
        try:
            entry = decode(body)
        except UNREADABLE:
            tally.found("chain_broken", evidence.chain, f"entry {seq} cannot be read")
            read.whole = False
            continue
        if (entry.chain, entry.seq, entry.kind, entry.actor, entry.command) != (chain, seq, kind, actor, command):
            tally.found("chain_broken", evidence.chain, _columns(entry, row))
        if entry.at != at:
            tally.found(
                "entry_back_dated", evidence.chain, f"entry {seq}: {when(entry.at)} was hashed, {when(at)} is stored"
            )
        if entry.at < at_before:
            tally.found(
                "entry_back_dated", evidence.chain, f"entry {seq} of {when(entry.at)} follows one of {when(at_before)}"
            )
        at_before = entry.at
        read.append(entry)
    _check_end(evidence, before, head, tally, read)
    return read


def _missing(first: int, last: int) -> str:
    return f"entry {first} is missing" if first == last else f"entries {first} to {last} are missing"


def _columns(entry: Envelope, row: Row) -> str:
    hashed = (entry.chain, entry.seq, entry.kind, entry.actor, entry.command)
    stored = (row[0], row[1], row[3], row[4], row[5])
    named = zip(("chain", "seq", "kind", "actor", "command"), hashed, stored, strict=True)
    return f"entry {row[1]}: " + ", ".join(f"{name} {a} was hashed, {b} is stored" for name, a, b in named if a != b)


def _check_end(evidence: Evidence, seq: int, head: bytes, tally: Tally, read: Read[Entry]) -> None:
    """Compare the last entry with where the chain is said to stand, and with what was sealed."""
    stands, leaves = evidence.stands, evidence.leaves
    if stands is None:
        tally.found("projection_differs", evidence.chain, "it has entries, but the list of chains does not know it")
    elif stands.seq > seq:
        read.whole = False
        tally.found("entry_missing", evidence.chain, _missing(seq + 1, stands.seq))
    elif (stands.seq, stands.head) != (seq, head):
        tally.found("projection_differs", evidence.chain, f"the list of chains ends it at {stands.seq}, not {seq}")
    if leaves.missing is not None:
        read.whole = False
    check_leaves(evidence, tally)


def check_leaves(evidence: Evidence, tally: Tally) -> None:
    """Compare a chain with what the checkpoints sealed of it."""
    leaves = evidence.leaves
    if leaves.missing is not None:
        tally.found("entry_missing", evidence.chain, f"entry {leaves.missing} was sealed by a checkpoint and is gone")
    if leaves.contradicted is not None:
        tally.found(
            "chain_broken",
            evidence.chain,
            f"entry {leaves.contradicted} is not the one that a checkpoint sealed: what stands here was written later",
        )
    if evidence.stands is not None and leaves.missing is None and evidence.stands.sealed_seq != leaves.seq:
        tally.found(
            "checkpoint_broken",
            evidence.chain,
            f"said to be sealed up to entry {evidence.stands.sealed_seq}, the checkpoints seal it up to {leaves.seq}",
        )

"""How do chains that are no order and no contact (staff, packs) come into a batch? Pure."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from lianxin.ground.clock import Instant
from lianxin.ground.ledger.batch import Batch, Guard
from lianxin.ground.ledger.entry import Envelope, seal
from lianxin.ground.ledger.store import Standing

_encode = msgspec.json.Encoder().encode


class Chained(NamedTuple):
    """What one command adds to one chain: where it stood, the entries, and the value after them.

    No entries: the chain was only read, and must still stand there.
    """

    chain: int
    stood: Standing
    entries: Sequence[Envelope]
    after: msgspec.Struct


def chained_batch(
    command: UUID, now: Instant, result: dict[str, Any], chains: Iterable[Chained], writes: dict[str, list[Any]]
) -> Batch:
    """Return the batch of a command that writes these chains and these rows, by writer."""
    batch = Batch(command=command, at=now, result=result, guards=[], entries=[], snapshots={}, writes=writes)
    return extended(batch, chains)


def extended(batch: Batch, chains: Iterable[Chained]) -> Batch:
    """Return the batch with further chains, none of which it has already."""
    guards = {guard.chain: guard.seq for guard in batch.guards}
    entries, snapshots = list(batch.entries), dict(batch.snapshots)
    for chain, stood, written, after in chains:
        assert chain not in guards, chain
        guards[chain] = stood.seq
        head = stood.head
        for entry in written:
            sealed = seal(head, entry)
            head = sealed.hash
            entries.append(sealed)
        if written:
            snapshots[chain] = _encode(after)
    return msgspec.structs.replace(
        batch,
        guards=[Guard(chain, seq) for chain, seq in sorted(guards.items())],
        entries=entries,
        snapshots=snapshots,
    )

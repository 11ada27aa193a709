"""What came in and belongs to nobody yet, and secrets of receivers: how are they locked anew with a new house key?"""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from lianxin.channels.hooks import secret_place
from lianxin.channels.sms_room import part_place
from lianxin.ground.store import load_queries
from lianxin.people.keys import KeyFolder
from lianxin.people.rewrapping import SealedRows, Wrapped

if TYPE_CHECKING:
    from lianxin.people.rewrapping import Reach

_QUERIES = load_queries("lianxin.channels")


async def renumbered(reach: "Reach", pairs: Sequence[tuple[str, str]]) -> None:
    """Note the new hashes of numbers whose owners want no more ratings."""
    was, now = [bytes.fromhex(one[0]) for one in pairs], [bytes.fromhex(one[1]) for one in pairs]
    await reach.execute(_QUERIES.renumber_stops.sql, was, now)


def wrapped(keys: KeyFolder) -> tuple[Wrapped, ...]:
    """Return what of this room hangs on a chain of secrets: parts of texts that wait, and secrets of receivers."""
    if keys.chain != "house":
        return ()
    ring = keys.ring("channels")
    parts, part = _QUERIES.sealed_parts.sql, _QUERIES.reseal_part.sql
    hooks, hook = _QUERIES.sealed_hooks.sql, _QUERIES.reseal_hook.sql
    return (
        SealedRows("sms_parts", ring, parts, part, ("",), lambda id_: part_place(id_).encode()),
        SealedRows("webhooks", ring, hooks, hook, (UUID(int=0),), lambda id_: secret_place(id_).encode()),
    )

"""What came in and belongs to nobody yet: how is it locked anew when the house key is replaced?"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

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
    """Return what of this room hangs on a chain of secrets: parts of text messages that wait for the others."""
    if keys.chain != "house":
        return ()
    select, replace = _QUERIES.sealed_parts.sql, _QUERIES.reseal_part.sql
    return (SealedRows("sms_parts", keys.ring("channels"), select, replace, ("",), _bound),)


def _bound(gateway_id: str) -> bytes:
    """What `sealing` binds a part to."""
    return part_place(gateway_id).encode()

"""The data keys of files: how are they wrapped anew when the house key is replaced? Contents stay as they are."""

import secrets
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any

from lianxin.attachments.locker import Locker
from lianxin.attachments.sealing import SealBroken
from lianxin.ground.store import load_queries
from lianxin.people.keys import KeyFolder
from lianxin.people.rewrapping import NOBODY, Turned, Wrapped

if TYPE_CHECKING:
    from lianxin.people.rewrapping import Reach

_QUERIES = load_queries("lianxin.attachments")


class WrappedFiles:
    """See `people.rewrapping.Wrapped`."""

    name = "attachments"

    def __init__(self, keys: KeyFolder) -> None:
        self._locker = Locker(keys.ring("files"), secrets.token_bytes)

    async def turn(self, reach: "Reach", after: Any, limit: int, *, write: bool) -> Turned:
        """See `Wrapped.turn`. Each file is a statement of its own: there are few of them."""
        rows = await reach.fetch(_QUERIES.wrapped_keys.sql, after or NOBODY, limit)
        old = closed = 0
        for row in rows:
            try:
                anew = self._locker.anew(row["attachment_id"], b64encode(row["wrapped_key"]).decode())
            except SealBroken:
                old, closed = old + 1, closed + 1
                continue
            if anew is None:
                continue
            old += 1
            if write:
                statement = _QUERIES.rewrap.sql
                await reach.fetchval(statement, b64decode(anew), row["attachment_id"], row["wrapped_key"])
        end = rows[-1]["attachment_id"] if len(rows) == limit else None
        return Turned(end, len(rows), old, closed)


def wrapped(keys: KeyFolder) -> tuple[Wrapped, ...]:
    """Return what of this room hangs on a chain of secrets."""
    return (WrappedFiles(keys),) if keys.chain == "house" else ()

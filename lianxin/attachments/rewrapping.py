"""The data keys of files: how are they wrapped anew when the house key is replaced? Contents stay as they are."""

from uuid import UUID

from lianxin.ground.store import load_queries
from lianxin.people.keys import KeyFolder
from lianxin.people.rewrapping import NOBODY, SealedRows, Wrapped

_QUERIES = load_queries("lianxin.attachments")


def wrapped(keys: KeyFolder) -> tuple[Wrapped, ...]:
    """Return what of this room hangs on a chain of secrets."""
    if keys.chain != "house":
        return ()
    select, replace = _QUERIES.wrapped_keys.sql, _QUERIES.rewrap.sql
    return (SealedRows("attachments", keys.ring("files"), select, replace, (NOBODY,), _bound),)


def _bound(attachment: UUID) -> bytes:
    """What `locker` binds a wrapped key to."""
    return attachment.bytes + b"key"

"""Drafts: how are they locked anew when the house key is replaced?"""

from lianxin.ground.store import load_queries
from lianxin.orders.drafts import bound
from lianxin.people.keys import KeyFolder
from lianxin.people.rewrapping import SealedRows, Wrapped

_QUERIES = load_queries("lianxin.orders")


def wrapped(keys: KeyFolder) -> tuple[Wrapped, ...]:
    """Return what of this room hangs on a chain of secrets."""
    if keys.chain != "house":
        return ()
    select, replace = _QUERIES.sealed_drafts.sql, _QUERIES.reseal_draft.sql
    return (SealedRows("drafts", keys.ring("drafts"), select, replace, ("", "", ""), bound),)

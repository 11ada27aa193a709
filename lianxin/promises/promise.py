"""What is a promise, and which row does the store keep of it? Pure values."""

from typing import Final

import msgspec

from lianxin.deadlines import UNRESOLVED
from lianxin.ground.clock import DAY_MS, Instant

LOOK_AGAIN_MS: Final = 7 * DAY_MS
"""A date that cannot be computed is looked at again after at most 7 days (C10)."""


class Promise(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Something owed to a citizen by a time; only open ones stand in an order or contact.

    kind  answer | contact | followup | news | ring_back
    to    the contact whose citizen is owed
    due   None while the calendar of that year is missing; `next` then says when to look again
    """

    id: int
    kind: str
    to: int
    made: Instant
    due: Instant | None
    next: Instant


class PromiseRow(msgspec.Struct, gc=False):
    """A promise as it stands in the table, as `promises_write` takes it; the last row of an id wins."""

    subject: int
    id: int
    kind: str
    to: int
    made: Instant
    due: Instant | None
    next: Instant
    state: str
    settled: Instant | None


def promise_due(promise_id: int, kind: str, to: int, made: Instant, due: Instant) -> Promise:
    """Return a promise for `due`, which may be UNRESOLVED."""
    if due == UNRESOLVED:
        return Promise(promise_id, kind, to, made, None, made + LOOK_AGAIN_MS)
    return Promise(promise_id, kind, to, made, due, due)


def settled(subject: int, promise: Promise, state: str, at: Instant | None) -> PromiseRow:
    """Return the row of a promise in a state: open (at None), kept, broken or moved at an instant."""
    return PromiseRow(
        subject,
        promise.id,
        promise.kind,
        promise.to,
        promise.made,
        promise.due,
        promise.next,
        state,
        at,
    )

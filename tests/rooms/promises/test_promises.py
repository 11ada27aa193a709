"""A promise is owed to a citizen by a time; it is kept, broken or moved on the record, never forgotten."""

import pytest

from lianxin.deadlines import UNRESOLVED
from lianxin.ground.clock import DAY_MS, at_iso
from lianxin.promises import LOOK_AGAIN_MS, promise_due, settled

MADE = at_iso("2026-12-25T09:00:00+08:00")


def test_a_promise_with_a_date_is_looked_at_on_that_date() -> None:
    promise = promise_due(3, "answer", 7, MADE, MADE + DAY_MS)
    assert (promise.id, promise.to, promise.due, promise.next) == (3, 7, MADE + DAY_MS, MADE + DAY_MS)


def test_one_whose_date_nobody_can_compute_is_looked_at_within_a_week() -> None:
    promise = promise_due(1, "answer", 7, MADE, UNRESOLVED)
    assert promise.due is None and promise.next == MADE + LOOK_AGAIN_MS <= MADE + 7 * DAY_MS


@pytest.mark.parametrize("state", ["kept", "broken", "moved"])
def test_its_row_says_how_and_when_it_ended(state: str) -> None:
    promise = promise_due(1, "contact", 7, MADE, MADE + DAY_MS)
    row = settled(9, promise, state, MADE + 5)
    assert (row.subject, row.id, row.kind, row.state, row.settled) == (9, 1, "contact", state, MADE + 5)
    assert settled(9, promise, "open", None).settled is None

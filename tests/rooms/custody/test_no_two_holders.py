"""The database itself refuses two holders at one instant, to the millisecond, in every part."""

from collections.abc import Iterator

import psycopg
import pytest

from lianxin.ground.store import Database

FIRST = 10**15 + 20260309000013
LAST = 10**15 + 202603099999993
"""The smallest and the largest id that an order of the day can have: beyond 2^50 a float has quarters only."""
PARTS = (0, 1, 2, 21, 22, 500)
Interval = tuple[int, int | None]


@pytest.fixture
def owner(database: Database) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    assert database.owner_url is not None
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        yield connection


def stored(owner: "psycopg.Connection[tuple[object, ...]]", subject: int, part: int, *intervals: Interval) -> bool:
    """Store the intervals (in milliseconds after ten o'clock) and take them away again; False where it is refused."""
    at = "timestamptz '2026-03-09T10:00:00+08' + %s * interval '1 ms'"
    insert = f"INSERT INTO custody VALUES (%s, %s, %s, 'tray:review', {at}, {at})"
    try:
        with owner.transaction(force_rollback=True):
            for n, (since, until) in enumerate(intervals, 1):
                owner.execute(insert.encode(), (subject, part, n, since, until))
            owner.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except psycopg.errors.ExclusionViolation:
        return False
    return True


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("subject", [FIRST, LAST])
def test_intervals_that_follow_each_other_are_taken(owner, subject, part):
    assert stored(owner, subject, part, (0, 1), (1, 2), (2, None))


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("subject", [FIRST, LAST])
def test_several_moves_at_one_instant_are_taken(owner, subject, part):
    assert stored(owner, subject, part, (0, 1), (1, 1), (1, 1), (1, None))


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("subject", [FIRST, LAST])
@pytest.mark.parametrize(
    "first, second",
    [
        ((0, 2), (1, 3)),  # one millisecond held by two
        ((0, 9), (3, 4)),  # one within the other
        ((1, 2), (1, 2)),  # the same twice
        ((0, None), (5, 6)),  # still held by the first
        ((1, 3), (2, None)),
    ],
)
def test_two_holders_at_one_instant_are_refused(owner, subject, part, first, second):
    assert not stored(owner, subject, part, first, second)


def test_neighbours_do_not_disturb_each_other(owner):
    insert = b"INSERT INTO custody VALUES (%s, %s, 1, 'tray:review', '2026-03-09T10:00:00+08', NULL)"
    for subject in (LAST, LAST + 1):
        for part in (0, 1):
            owner.execute(insert, (subject, part))
    assert owner.execute("SELECT count(*) FROM custody").fetchone() == (4,)

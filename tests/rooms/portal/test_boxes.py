"""What the portal keeps for a browser: nobody else opens it, and it is gone in time."""

from base64 import urlsafe_b64encode

import pytest

from lianxin.ground.clock import HOUR_MS, MINUTE_MS, VirtualClock, at_iso
from lianxin.portal.boxes import Boxes, Kept

WORDS = "锦苑小区暖气不热，王小芳 13800138000".encode()


@pytest.fixture
def clock():
    return VirtualClock(at_iso("2026-03-09T09:00:00+08:00"))


@pytest.fixture
def boxes(pool, clock):
    return Boxes(pool, clock)


async def test_what_was_put_in_comes_out(boxes):
    secret = await boxes.put(WORDS, HOUR_MS)
    assert await boxes.open(secret) == Kept(WORDS, 1)


async def test_the_house_cannot_read_a_box(boxes, pool):
    secret = await boxes.put(WORDS, HOUR_MS)
    row = await pool.fetchrow("SELECT * FROM portal_boxes")
    assert "王小芳".encode() not in row["sealed"] and secret.encode() not in row["box_id"] + row["sealed"]


@pytest.mark.parametrize(
    "secret",
    ["", "x", "%00", "../../etc", "💥", urlsafe_b64encode(bytes(32)).decode(), urlsafe_b64encode(bytes(31)).decode()],
)
async def test_a_secret_that_was_made_up_opens_nothing(boxes, secret):
    await boxes.put(WORDS, HOUR_MS)
    assert await boxes.open(secret) is None
    await boxes.drop(secret)


async def test_a_box_moved_to_another_name_does_not_open(boxes, pool):
    mine, theirs = await boxes.put(b"mine", HOUR_MS), await boxes.put(b"theirs", HOUR_MS)
    rows = await pool.fetch("SELECT box_id, sealed FROM portal_boxes")
    for one, other in ((rows[0], rows[1]), (rows[1], rows[0])):
        await pool.execute("UPDATE portal_boxes SET sealed = $1 WHERE box_id = $2", other["sealed"], one["box_id"])
    assert await boxes.open(mine) is None and await boxes.open(theirs) is None


async def test_of_two_changes_at_once_the_second_sees_the_first(boxes):
    secret = await boxes.put(b"one", HOUR_MS)
    assert await boxes.change(secret, 1, b"two", HOUR_MS)
    assert not await boxes.change(secret, 1, b"other", HOUR_MS)
    assert await boxes.open(secret) == Kept(b"two", 2)


async def test_its_time_is_over_to_the_millisecond_and_a_change_lets_it_last(boxes, clock):
    secret = await boxes.put(WORDS, 30 * MINUTE_MS)
    clock.set(clock.now() + 30 * MINUTE_MS - 1)
    assert await boxes.open(secret) is not None
    assert await boxes.change(secret, 1, WORDS, 30 * MINUTE_MS)
    clock.set(clock.now() + 30 * MINUTE_MS - 1)
    assert await boxes.open(secret) is not None
    clock.set(clock.now() + 1)
    assert await boxes.open(secret) is None


async def test_old_boxes_go_when_new_ones_come(boxes, pool, clock):
    await boxes.put(WORDS, MINUTE_MS)
    clock.set(clock.now() + HOUR_MS)
    await boxes.put(WORDS, MINUTE_MS)
    assert await pool.fetchval("SELECT count(*) FROM portal_boxes") == 1


async def test_a_dropped_box_is_gone(boxes):
    secret = await boxes.put(WORDS, HOUR_MS)
    await boxes.drop(secret)
    assert await boxes.open(secret) is None

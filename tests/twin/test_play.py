"""The twin's city: it repeats exactly, ends everything it begins, and acts only as people may."""

from itertools import pairwise

import pytest
from city import MONDAY, city, enrolled, played
from made.orders import Case

from lianxin.contacts import course
from lianxin.contacts.contact import DISPOSITIONS, Contact
from lianxin.ground.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, local_date, midnight
from lianxin.twin.arrivals import HOURS, arrivals, share_until
from lianxin.twin.dice import Dice, command_id
from lianxin.twin.play import LONGEST_MS, Play


def test_a_seed_plays_the_same_day_again_to_the_last_command() -> None:
    assert played(5)[0] == played(5)[0]


def test_another_seed_plays_another_day() -> None:
    assert played(5)[0] != played(6)[0]


@pytest.mark.parametrize("seed", range(12))
def test_every_order_of_a_day_reaches_the_archive(seed: int) -> None:
    operations, play = played(seed)
    opened = sum(op.what == "submit" for op in operations)
    assert (play.archived, play.orders, play.contacts) == (opened, {}, {})


def test_every_contact_ends_in_one_disposition() -> None:
    operations, _ = played(7)
    last = {op.subject: op.state for op in operations if op.what == "meet"}
    assert len(last) == 150
    assert set(last.values()) <= set(DISPOSITIONS)


async def test_whoever_acts_has_the_role_they_act_in() -> None:
    _, rights = await enrolled()
    for op in played(8)[0]:
        if op.what in ("act", "join", "submit"):
            assert rights(op.command.by, op.command.role), op.command


def test_nobody_follows_up_an_order_they_took_in_or_sent_out() -> None:
    took_in: dict[int, set[str]] = {}
    for op in played(9, 400)[0]:
        name = type(op.command).__name__
        if name in ("Submit", "Dispatch"):
            took_in.setdefault(op.subject, set()).add(op.command.by)
        if name == "RecordFollowup":
            assert op.command.by not in took_in[op.subject]


def test_operations_of_one_order_never_go_back_in_time() -> None:
    last: dict[int, int] = {}
    for op in played(10)[0]:
        for chain in op.chains:
            assert op.at >= last.get(chain, 0)
            last[chain] = op.at


def test_calls_come_by_the_hours_profile_and_all_on_their_day() -> None:
    calls = arrivals(MONDAY, 20_000, 3)
    assert len(calls) == 20_000
    assert {local_date(at) for at in calls} == {local_date(MONDAY)}
    by_hour = [sum(MONDAY + h * HOUR_MS <= at < MONDAY + (h + 1) * HOUR_MS for at in calls) for h in range(24)]
    # 20,000 throws: an hour with a share of 10 % has a standard deviation of about 42.
    for hour, count in enumerate(by_hour):
        assert abs(count - 20_000 * HOURS[hour] / sum(HOURS)) < 250
    assert share_until(0) == 0.0 and share_until(DAY_MS) == 1.0


def test_dice_are_fair_and_forget_nothing() -> None:
    throws = [Dice(1, n).throw() for n in range(10_000)]
    assert abs(sum(throws) / len(throws) - 0.5) < 0.02
    assert Dice(1, 2, 3).throw() == Dice(1, 2, 3).throw() != Dice(1, 3, 2).throw()


def test_a_commands_id_is_a_uuid_of_version_7_that_carries_its_time() -> None:
    found = command_id(MONDAY, 1, 2, 3)
    assert (found.version, found.int >> 80) == (7, MONDAY)
    assert midnight(local_date(MONDAY)) == MONDAY


def test_beside_a_worker_a_step_that_is_not_possible_now_is_tried_later_and_not_at_once() -> None:
    order = Case("2026-03-09T09:30").to_followup(at="2026-03-09T10:00").order
    play = Play(city(5), MONDAY + LONGEST_MS, ticks=False)
    play.adopt(order, not_before=MONDAY + 22 * HOUR_MS)  # nobody is called at that hour
    assert list(play.run_until(MONDAY + DAY_MS)) == []
    called = list(play.run_until(MONDAY + DAY_MS + 12 * HOUR_MS))
    assert called and all(op.at >= MONDAY + DAY_MS + 8 * HOUR_MS + 30 * 60_000 for op in called)


def test_a_caller_who_waited_while_the_city_was_off_is_answered_and_written_up() -> None:
    operations, _ = played(7)
    first = next(op.command for op in operations if op.what == "submit")
    arrived = next(op for op in operations if op.subject == first.contact)
    _, waiting = course.decide(Contact(id=arrived.subject), arrived.command, city(7).rules, arrived.at)
    play = Play(city(7), MONDAY + LONGEST_MS, ticks=False)
    play.now = arrived.at + HOUR_MS
    play.adopt_contact(waiting)
    done = list(play.run_until(arrived.at + 2 * HOUR_MS))
    assert [type(op.command).__name__ for op in done if arrived.subject in op.chains][:2] == ["Take", "Submit"]
    assert play.contacts == {}
    assert all(earlier.at <= later.at for earlier, later in pairwise(done))


def test_what_somebody_at_a_desk_would_have_done_is_left_to_them_until_they_go() -> None:
    order = Case("2026-03-09T09:30").to_followup(at="2026-03-09T10:00").order
    alone = Play(city(5), MONDAY + LONGEST_MS, ticks=False)
    alone.adopt(order)
    caller = next(alone.run_until(MONDAY + DAY_MS)).command.by
    play = Play(city(5), MONDAY + LONGEST_MS, ticks=False)
    assert play.leave_to(frozenset({caller})) == ()
    play.adopt(order)
    assert list(play.run_until(MONDAY + DAY_MS)) == []
    play.leave_to(frozenset())
    assert next(play.run_until(MONDAY + DAY_MS)).command.by == caller


def test_a_caller_is_left_to_the_agent_at_the_desk() -> None:
    operations, _ = played(7)
    taken = next(op for op in operations if type(op.command) is course.Take)
    play = Play(city(7), MONDAY + LONGEST_MS, ticks=False)
    play.leave_to(frozenset({taken.command.by}))
    for at in arrivals(MONDAY, 150, 7):
        play.call(at)
    done = [op for op in play.run_until(taken.at + HOUR_MS) if taken.subject in op.chains]
    assert [type(op.command).__name__ for op in done] == ["Arrive"]
    assert taken.subject in play.leave_to(frozenset())


@pytest.mark.parametrize("seed", [3, 7])
def test_beside_others_nothing_is_done_before_its_time(seed: int) -> None:
    """Found by a kill: calls were ended as soon as they were written up, hours ahead where the script said so."""
    play = Play(city(seed), MONDAY + LONGEST_MS, ticks=False)
    for at in arrivals(MONDAY, 150, seed):
        play.call(at)
    ended = 0
    for minute in range(0, 24 * 60, 5):
        now = MONDAY + minute * MINUTE_MS
        for op in play.run_until(now):
            assert op.at < now + SECOND_MS, "the matters of one call are a millisecond apart"
            ended += type(op.command) is course.End
    assert ended > 100

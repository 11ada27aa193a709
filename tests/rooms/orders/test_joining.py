"""Several orders, one matter: every citizen is still owed an answer, and what was united can be parted again."""

import pytest
from made.orders import AGENT, NEIGHBOURS, REVIEWER, RULES, Case, instant
from made.orders_in_states import PLACES, followup_due, in_progress, join, pair, part

from lianxin.ground.clock import DAY_MS, HOUR_MS
from lianxin.orders import commands as c
from lianxin.orders.refusal import Refused
from lianxin.orders.steps import joining


def owed(case: Case) -> list[int]:
    """Return whom something is promised, each once, in the order's own order."""
    return [to for to in case.order.appellants if any(p.to == to for p in case.order.promises.values())]


def group(size: int) -> tuple[list[Case], Case]:
    """Return orders of `size` - 1 neighbours, joined into one that a unit has."""
    parent = in_progress()
    children = [Case(contact=NEIGHBOURS[n]) for n in range(size - 1)]
    for child in children:
        join(child, parent)
    return children, parent


def test_a_joined_order_is_closed_and_its_citizen_is_owed_by_the_one_that_goes_on() -> None:
    child, parent = pair()
    assert (child.order.state, child.order.holder, child.order.promises) == ("merged", None, {})
    assert child.order.parent == parent.order.id and parent.order.joined == (child.order.id,)
    assert owed(parent) == [parent.order.contact, NEIGHBOURS[0]]


def test_the_citizen_keeps_the_date_they_were_told() -> None:
    child = Case("2026-03-09T09:00", contact=NEIGHBOURS[0])
    told = next(iter(child.order.promises.values())).due
    parent = Case("2026-03-05T09:00").to_unit()
    join(child, parent)
    assert next(p.due for p in parent.order.promises.values() if p.to == NEIGHBOURS[0]) == told


def test_the_same_citizen_is_not_owed_twice() -> None:
    child, parent = pair(Case(contact=in_progress().order.contact))
    assert owed(parent) == [parent.order.contact]
    assert len([p for p in parent.order.promises.values() if p.kind == "answer"]) == 1
    assert child.order.state == "merged"


@pytest.mark.parametrize(("citizens", "flag"), [(4, False), (5, True)])
def test_five_appellants_make_it_a_group_appeal(citizens: int, flag: bool) -> None:
    assert ("group" in group(citizens)[1].order.flags) is flag


@pytest.mark.parametrize(("citizens", "level"), [(9, -1), (10, 2)])
def test_ten_bring_it_under_supervision(citizens: int, level: int) -> None:
    assert group(citizens)[1].order.level == level


def test_news_of_a_fifth_citizen_makes_it_a_group_as_well() -> None:
    _, parent = group(4)
    parent.act(c.Add, AGENT, "agent", contact=NEIGHBOURS[9], text_hash="dd")
    assert "group" in parent.order.flags and NEIGHBOURS[9] in owed(parent)


def test_each_of_twelve_citizens_is_called() -> None:
    _, parent = group(12)
    parent.reply(signed_by_leader=True)
    parent.accept()
    calls = [promise.to for promise in parent.order.promises.values() if promise.kind == "followup"]
    assert sorted(calls) == sorted(parent.order.appellants) and len(calls) == 12


def test_undoing_opens_the_order_again_and_its_citizen_is_owed_there() -> None:
    child, parent = pair()
    part(child, parent)
    assert (child.order.state, child.order.holder, child.order.parent) == ("submitted", "tray:review", None)
    assert child.order.closed_at is None and owed(child) == [NEIGHBOURS[0]]
    assert parent.order.joined == () and parent.order.owed == () and owed(parent) == [parent.order.contact]


def test_an_undone_joining_gives_the_date_back() -> None:
    child = Case("2026-03-09T09:00", contact=NEIGHBOURS[0])
    told = next(iter(child.order.promises.values())).due
    parent = Case("2026-03-05T09:00").to_unit()
    join(child, parent)
    part(child, parent)
    assert [p.due for p in child.order.promises.values()] == [told]


def test_undoing_is_possible_when_the_other_is_answered_already() -> None:
    child, parent = pair()
    parent.reply()
    parent.accept()
    parent.ask(contact=NEIGHBOURS[0])
    parent.ask()
    part(child, parent)
    assert child.order.state == "submitted" and owed(child) == [NEIGHBOURS[0]]
    assert parent.order.state == "completed" and parent.order.promises == {}


def test_undoing_is_possible_after_the_joined_order_was_archived() -> None:
    child, parent = pair()
    child.tick()
    assert child.order.state == "archived"
    part(child, parent)
    assert (child.order.state, child.order.archived_at) == ("submitted", None)


def test_a_citizen_with_two_joined_orders_is_owed_until_both_are_undone() -> None:
    parent = in_progress()
    first, second = Case(contact=NEIGHBOURS[0]), Case(contact=NEIGHBOURS[0])
    join(first, parent)
    join(second, parent)
    part(second, parent)
    assert NEIGHBOURS[0] in owed(parent)
    part(first, parent)
    assert owed(parent) == [parent.order.contact]


def test_who_was_joined_to_a_joined_order_leaves_them_all() -> None:
    child, middle, root = Case(contact=NEIGHBOURS[0]), Case(contact=NEIGHBOURS[1]), in_progress()
    join(child, middle)
    join(middle, root)
    assert owed(root) == [root.order.contact, NEIGHBOURS[1], NEIGHBOURS[0]]
    part(child, middle, root)
    assert owed(root) == [root.order.contact, NEIGHBOURS[1]] and owed(child) == [NEIGHBOURS[0]]
    part(middle, root)
    assert owed(middle) == [NEIGHBOURS[1]], "the child went its own way before"


def test_an_order_cannot_be_joined_to_itself() -> None:
    case = Case()
    command = case.command(c.Join, REVIEWER, "reviewer", parent=case.order.id, reason="同一处")
    assert isinstance(command, c.Join)
    with pytest.raises(Refused, match="不能把工单并入它自己"):
        joining.join(case.order, case.order, command, RULES, case.now)


@pytest.mark.parametrize("state", sorted(set(PLACES) - joining.GOES_ON - {""}))
def test_nothing_is_joined_to_an_order_whose_answer_is_out(state: str) -> None:
    with pytest.raises(Refused, match=r"已经答复或了结|不能做"):
        pair(Case(contact=NEIGHBOURS[0]), PLACES[state]())


@pytest.mark.parametrize("state", sorted(set(PLACES) - joining.JOINABLE - {""}))
def test_an_order_on_its_way_is_not_joined_any_more(state: str) -> None:
    with pytest.raises(Refused) as refused:
        pair(PLACES[state](), Case(contact=NEIGHBOURS[3]).to_unit())
    assert refused.value.code == "wrong_state"


def test_nobody_joins_what_they_wrote_themselves() -> None:
    case, parent = Case(), in_progress()
    command = case.command(c.Join, AGENT, "reviewer", parent=parent.order.id, reason="同一处")
    assert isinstance(command, c.Join)
    with pytest.raises(Refused, match="您在这张工单上做过受理"):
        joining.join(case.order, parent.order, command, RULES, parent.now)


def test_a_late_joiner_is_never_promised_a_date_in_the_past() -> None:
    parent = Case("2026-03-02T09:00").to_unit()
    parent.run_until("2026-03-20T09:00")
    child = Case("2026-03-20T10:00", contact=NEIGHBOURS[0])
    join(child, parent)
    assert all(p.due is not None and p.due > parent.now for p in parent.order.promises.values())


def test_one_of_several_may_withdraw_and_the_others_are_answered() -> None:
    _, parent = group(3)
    assert parent.refusal(c.Withdraw, "citizen", "citizen", evidence="录音").code == "others_wait"
    parent.act(c.Withdraw, "citizen", "citizen", contact=NEIGHBOURS[0], evidence="录音")
    assert owed(parent) == [parent.order.contact, NEIGHBOURS[1]] and parent.order.open
    refused = parent.refusal(c.Withdraw, "citizen", "citizen", contact=NEIGHBOURS[0], evidence="录音")
    assert refused.code == "not_owed"


def test_news_for_all_keeps_what_was_promised_to_each() -> None:
    _, parent = group(3)
    parent.run_until(parent.order.clock.due + 2 * HOUR_MS)  # type: ignore[union-attr]
    assert {p.kind for p in parent.order.promises.values()} == {"news"}
    parent.unit(c.Note, told="已告知全部来电人")
    assert owed(parent) == list(parent.order.appellants)


def test_whoever_calls_while_the_others_are_followed_up_is_called_too() -> None:
    case = followup_due()
    case.act(c.Add, AGENT, "agent", contact=NEIGHBOURS[0], text_hash="dd")
    assert {(p.kind, p.to) for p in case.order.promises.values()} == {
        ("followup", case.order.contact),
        ("followup", NEIGHBOURS[0]),
    }


def test_a_reopened_group_owes_each_of_its_citizens_again() -> None:
    _, parent = group(3)
    parent.reply()
    parent.accept()
    for to in (*NEIGHBOURS[:2], parent.order.contact):
        parent.ask(contact=to)
    at = parent.now + 3 * DAY_MS
    parent.act(c.Reopen, REVIEWER, "reviewer", at, contact=NEIGHBOURS[7], facts="又停了")
    assert owed(parent) == [parent.order.contact, *NEIGHBOURS[:2], NEIGHBOURS[7]]


def test_a_not_acceptable_matter_of_several_is_parted_first() -> None:
    child, parent = Case(contact=NEIGHBOURS[0]), Case()
    join(child, parent)
    ground = {"ground": "petition", "legal_way": "凭信访编号查询"}
    assert parent.refusal(c.ProposeNotAccepted, REVIEWER, "reviewer", **ground).code == "others_wait"


def test_the_joined_orders_own_clock_of_the_citizen_stands() -> None:
    child, parent = pair(Case("2026-03-09T08:00", contact=NEIGHBOURS[0]))
    part(child, parent)
    assert child.order.citizen_since == instant("2026-03-09T08:00")

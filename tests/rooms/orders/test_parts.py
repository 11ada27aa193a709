"""Pieces of an order in other hands: co-units, and the dialysis medicine that goes from checkpoint to checkpoint."""

import pytest
from made.orders import DISPATCHER, DUTY_MANAGER, WORKDAY, Case
from made.orders_in_states import in_progress

from lianxin.ground.clock import HOUR_MS, MINUTE_MS
from lianxin.orders import commands as c
from lianxin.orders.project import rows_of

RELAY = ("unit:zp-gaj", "unit:cs-gaj", "outside:120", "unit:hm-rmyy")
"""Who carries the medicine: two road checkpoints, an ambulance, the hospital."""


def with_co_unit() -> Case:
    """The housing bureau leads, the city management assists."""
    return Case(WORKDAY).to_unit(at="2026-03-09T10:00", assist=("csglj",))


def co(case: Case, kind: type[c.Command], **content: object) -> None:
    case.act(kind, "unit:csglj:contact", "unit_contact", part=1, **content)


def relay() -> Case:
    """The duty manager owns the chain of a life-or-death order; each leg waits for the one before."""
    case = Case(WORKDAY, urgency="life_danger", flags=("emergency",)).to_unit("wsj")
    for n, to in enumerate(RELAY):
        due = case.now + (n + 1) * HOUR_MS
        leg = {"kind": "leg", "to": to, "due": due, "what": f"第 {n + 1} 棒", "after": n}
        case.act(c.OpenPart, DUTY_MANAGER, "duty_manager", **leg)
    return case


def test_the_lead_unit_holds_the_order_and_the_co_unit_its_part() -> None:
    case = with_co_unit()
    assert case.order.holder == "unit:zjj" and case.order.parts[1].holder == "tray:dispatch"
    co(case, c.SignPart)
    assert case.order.parts[1].holder == "unit:csglj"


def test_the_lead_unit_cannot_answer_while_a_part_is_open() -> None:
    case = with_co_unit()
    content = {"answer_hash": "bb", "basis": "条例", "contacted": "电话"}
    refused = case.refusal(c.Reply, *case.officer(), **content)
    assert refused.sentence == "协办单位还有 1 个子项没有办完，暂不能答复。"
    co(case, c.SignPart)
    co(case, c.FinishPart, result="已清运")
    case.reply()
    assert case.order.state == "replied"


def test_nobody_signs_for_anothers_part_and_nobody_signs_twice() -> None:
    case = with_co_unit()
    assert case.refusal(c.SignPart, "unit:zjj:contact", "unit_contact", part=1).code == "not_yours"
    co(case, c.SignPart)
    assert case.refusal(c.SignPart, "unit:csglj:contact", "unit_contact", part=1).code == "not_offered"
    assert case.refusal(c.SignPart, "unit:csglj:contact", "unit_contact", part=7).code == "no_such_part"


def test_a_part_nobody_signed_for_is_ended_by_the_house() -> None:
    case = with_co_unit()
    case.act(c.FinishPart, DISPATCHER, "dispatcher", part=1, result="协办单位不需参与")
    case.reply()
    assert case.order.parts == {}


def test_a_part_nobody_signs_for_in_time_stays_where_it_is_under_supervision() -> None:
    case = with_co_unit()
    case.run_until(case.order.parts[1].due)
    assert "part_overdue" in {entry.kind for entry in case.entries}
    assert (case.order.parts[1].holder, case.order.level) == ("tray:dispatch", 1)
    assert case.order.parts[1].offer is not None


def test_a_withdrawal_ends_the_parts_too() -> None:
    case = with_co_unit()
    case.act(c.Withdraw, "citizen", "citizen", evidence="录音")
    assert case.order.parts == {} and case.last().parts_closed == (1,)


def test_a_part_has_a_taker_a_content_and_a_date() -> None:
    case = in_progress()
    right = {"kind": "item", "to": "unit:csglj", "due": case.now + HOUR_MS, "what": "清运"}
    for wrong, code in (
        ({"to": "csglj"}, "no_taker"),
        ({"to": "tray:review"}, "no_taker"),
        ({"what": ""}, "no_content"),
        ({"due": case.now}, "past_due"),
        ({"due": None}, "no_due"),
        ({"kind": "below"}, "not_an_office"),
        ({"after": 1}, "no_such_part"),
    ):
        assert case.refusal(c.OpenPart, *case.officer(), **{**right, **wrong}).code == code


def test_another_unit_opens_no_part_of_an_order_that_is_not_theirs() -> None:
    case = in_progress()
    item = {"kind": "item", "to": "unit:x", "due": case.now + HOUR_MS, "what": "清运"}
    assert case.refusal(c.OpenPart, "unit:csglj:contact", "unit_contact", **item).code == "not_your_unit"


# The relay


def test_each_leg_opens_when_the_one_before_has_confirmed() -> None:
    case = relay()
    assert [part.offer is not None for part in case.order.parts.values()] == [True, False, False, False]
    for n, to in enumerate(RELAY, 1):
        role = "outside" if to.startswith("outside") else "unit_contact"
        by = to if role == "outside" else f"{to}:contact"
        for following in range(n + 1, len(RELAY) + 1):
            assert case.order.parts[following].offer is None
        case.act(c.SignPart, by, role, part=n)
        case.act(c.FinishPart, by, role, part=n, result="药已交到下一棒")
    assert case.order.parts == {}
    case.reply(signed_by_leader=True)
    assert case.order.state == "replied"


def test_a_leg_whose_turn_has_not_come_cannot_be_signed() -> None:
    case = relay()
    refused = case.refusal(c.SignPart, "unit:cs-gaj:contact", "unit_contact", part=2)
    assert refused.sentence == "这个子项要等第 1 个子项办完。"


def test_a_leg_that_is_late_is_told_and_the_chain_goes_on() -> None:
    case = relay()
    happened = case.run_until(case.now + HOUR_MS)
    assert "part_overdue" in {kind for _, kind in happened}
    case.act(c.SignPart, "unit:zp-gaj:contact", "unit_contact", part=1)
    case.act(c.FinishPart, "unit:zp-gaj:contact", "unit_contact", part=1, result="已过卡口")
    assert case.order.parts[2].offer is not None


@pytest.mark.parametrize("build", [with_co_unit, relay])
def test_a_part_is_held_without_gap_from_its_opening_to_its_end(build: object) -> None:
    assert callable(build)
    case: Case = build()
    case.act(c.SignPart, f"{case.order.parts[1].to}:contact", "unit_contact", part=1)
    case.act(c.FinishPart, f"{case.order.parts[1].to}:contact", "unit_contact", part=1, result="完成")
    empty = Case(submit=False).order
    empty.id, empty.number = case.order.id, case.order.number
    moves = [move for move in rows_of(empty, case.entries).moves if move.part == 1]
    assert [move.n for move in moves] == [1, 2, 2]
    assert [move.holder is None for move in moves] == [False, False, True]
    assert moves == sorted(moves, key=lambda move: move.at)


def test_what_a_leaving_colleague_had_of_an_order_goes_to_the_successor() -> None:
    case = in_progress()
    item = {"kind": "item", "to": DISPATCHER, "due": case.now + HOUR_MS, "what": "联系来电人"}
    case.act(c.OpenPart, DUTY_MANAGER, "duty_manager", **item)
    case.act(c.SignPart, DISPATCHER, "dispatcher", part=1)
    case.act(c.PassOn, DISPATCHER, "system", successor="staff:3002")
    assert (case.order.parts[1].holder, case.order.parts[1].n) == ("staff:3002", 3)
    assert case.order.tracker == "staff:3002"
    assert case.act(c.PassOn, DISPATCHER, "system", case.now + MINUTE_MS, successor="staff:3002") == []

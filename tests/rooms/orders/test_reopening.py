"""A citizen asks that a closed order be opened again (申请重新办理): it cannot sink, and it is answered."""

import pytest
from made.orders import AGENT, NEIGHBOURS, REVIEWER, WORKDAY, Case, instant
from made.orders_house import House
from made.orders_in_states import PLACES, completed, in_progress, informed, join, part, reopen_asked, withdrawn

from lianxin.contacts.contact import Matter
from lianxin.ground.clock import DAY_MS, MINUTE_MS
from lianxin.orders import commands as c
from lianxin.orders.messages import messages_of
from lianxin.orders.project import rows_of
from lianxin.orders.service import Words, contact_id_of

ASK = (c.AskReopen, "citizen", "citizen")
DECLINED = {"reason": "没有新的情况", "told": "3月12日电话告知"}


def asked(case: Case, **more: object) -> Case:
    case.act(*ASK, **{"contact": case.order.contact, "text_hash": "ff", **more})
    return case


def test_the_question_lies_in_the_review_tray_with_a_date_and_a_promise() -> None:
    case = Case(WORKDAY).to_followup()
    case.ask()
    closed = case.now
    case.act(*ASK, at="2026-03-11T15:00", contact=case.order.contact, text_hash="ff")
    order = case.order
    assert (order.state, order.holder, order.open) == ("reopen_asked", "tray:review", True)
    (promise,) = order.promises.values()
    assert (promise.kind, promise.to, promise.due) == ("answer", order.contact, instant("2026-03-13T00:00"))
    assert order.desk_due == instant("2026-03-13T00:00")  # one working day: Thursday 12 March, to its 24:00
    assert (order.was_state, order.was_closed) == ("completed", closed)
    assert order.texts == 3 and case.last().text == "ff"


def test_declined_it_is_closed_as_it_was_and_the_citizen_is_told_why() -> None:
    case = reopen_asked()
    entries = case.act(c.DeclineReopen, REVIEWER, "reviewer", **DECLINED)
    order = case.order
    assert (order.state, order.result, order.holder, order.was_state) == ("completed", "solved", None, None)
    assert order.promises == {} and case.last().say == {"reason": "没有新的情况", "evidence": "3月12日电话告知"}
    order.person = "somebody"
    assert [message.body["template"] for message in messages_of(order, entries)] == ["reopen_declined"]


def test_a_withdrawal_that_is_not_opened_again_stays_a_withdrawal() -> None:
    case = asked(withdrawn())
    case.act(c.DeclineReopen, REVIEWER, "reviewer", **DECLINED)
    assert (case.order.state, case.order.result) == ("withdrawn", "withdrawn")


@pytest.mark.parametrize("missing", ["reason", "told"])
def test_nobody_is_declined_without_a_reason_and_without_being_told(missing: str) -> None:
    refused = reopen_asked().refusal(c.DeclineReopen, REVIEWER, "reviewer", **{**DECLINED, missing: ""})
    assert refused.code == ("no_reason" if missing == "reason" else "not_told")


def test_who_took_the_call_decides_neither_way() -> None:
    case = reopen_asked()
    assert case.refusal(c.DeclineReopen, AGENT, "reviewer", **DECLINED).code == "separation"
    reopen = {"contact": case.order.contact, "facts": "又停了"}
    assert case.refusal(c.Reopen, AGENT, "reviewer", **reopen).code == "separation"


def test_opened_again_it_goes_to_its_unit_with_a_new_clock_and_the_question_is_answered() -> None:
    case = reopen_asked()
    (asking,) = case.order.promises
    case.act(c.Reopen, REVIEWER, "reviewer", contact=case.order.contact, facts="又停了")
    order = case.order
    assert (order.state, order.holder, order.result) == ("dispatched", "tray:dispatch", "")
    assert asking in case.last().kept and asking not in order.promises
    assert (order.was_state, order.was_closed) == (None, None)


def test_what_no_unit_had_stays_in_the_review_tray_without_changing_hands() -> None:
    case = asked(withdrawn())
    case.act(c.Reopen, REVIEWER, "reviewer", contact=case.order.contact, facts="撤回并非本意")
    assert case.order.state == "submitted" and case.last().holder is None
    empty = Case(submit=False).order
    empty.id, empty.number = case.order.id, case.order.number
    moves = rows_of(empty, case.entries).moves
    assert [move.holder for move in moves] == ["tray:review", None, "tray:review"]


def test_thirty_days_count_from_the_first_closing_however_often_it_is_asked() -> None:
    case = completed()
    closed = case.now
    case.act(*ASK, at=closed + 29 * DAY_MS, contact=case.order.contact, text_hash="ff")
    case.act(c.DeclineReopen, REVIEWER, "reviewer", **DECLINED)
    late = case.refusal(*ASK, at=closed + 30 * DAY_MS + 1, contact=case.order.contact, text_hash="ff")
    assert late.sentence == "办结已超过 30 天，不能重新打开。" and "新建工单" in late.instead
    reopen = {"contact": case.order.contact, "facts": "又停了"}
    assert case.refusal(c.Reopen, REVIEWER, "reviewer", at=closed + 30 * DAY_MS + 1, **reopen).code == "too_late"


def test_asked_in_time_it_may_be_decided_later() -> None:
    case = completed()
    closed = case.now
    case.act(*ASK, at=closed + 29 * DAY_MS, contact=case.order.contact, text_hash="ff")
    at = closed + 31 * DAY_MS
    case.act(c.Reopen, REVIEWER, "reviewer", at, contact=case.order.contact, facts="又停了")
    assert case.order.state == "dispatched"


def test_a_question_nobody_decides_is_told_to_the_duty_manager_and_stays_owed() -> None:
    case = Case(WORKDAY).to_followup()
    case.ask()
    case.act(*ASK, at="2026-03-11T15:00", contact=case.order.contact, text_hash="ff")
    kinds = {kind for _, kind in case.run_until("2026-03-13T01:00")}
    assert {"desk_overdue", "promise_broken"} <= kinds
    assert case.order.promises, "news is promised in its place"


def test_without_new_facts_there_is_nothing_to_decide() -> None:
    refused = completed().refusal(*ASK, contact=1, text_hash="")
    assert refused.code == "no_facts" and refused.instead


@pytest.mark.parametrize("place", [informed, PLACES["not_accepted"], PLACES["merged"], in_progress])
def test_what_was_not_answered_here_is_not_opened_again(place: object) -> None:
    assert callable(place)
    case: Case = place()
    assert case.refusal(*ASK, contact=case.order.contact, text_hash="ff").code in ("wrong_state", "not_reopenable")


def test_while_it_is_asked_it_is_neither_withdrawn_nor_transferred_nor_joined_by_a_stranger() -> None:
    case = reopen_asked()
    assert case.refusal(c.Withdraw, "citizen", "citizen", evidence="录音").code == "wrong_state"
    transfer = {"system": "sd-12345", "foreign_id": "SD-1"}
    assert case.refusal(c.Transfer, "staff:3001", "dispatcher", **transfer).code == "wrong_state"
    assert case.refusal(c.Add, AGENT, "agent", contact=NEIGHBOURS[3], text_hash="dd").code == "only_asked"
    case.act(c.Add, "citizen", "citizen", contact=case.order.contact, text_hash="dd")


def test_a_neighbour_asks_and_is_parted_then_there_is_nothing_left_to_decide() -> None:
    child, case = Case(contact=NEIGHBOURS[0]), in_progress()
    join(child, case)
    case.reply()
    case.accept()
    case.ask(contact=NEIGHBOURS[0])
    case.ask()
    asked(case, contact=NEIGHBOURS[0])
    assert {promise.to for promise in case.order.promises.values()} == {NEIGHBOURS[0]}
    part(child, case)
    assert (case.order.state, case.order.result) == ("completed", "solved")


def test_who_calls_instead_of_writing_is_owed_the_answer_as_the_orders_own_citizen() -> None:
    case = asked(completed(), contact=NEIGHBOURS[7])
    assert {promise.to for promise in case.order.promises.values()} == {case.order.contact}
    assert case.last().say == {"contact": NEIGHBOURS[7]}


async def test_the_citizens_form_is_a_contact_of_its_own_and_sent_twice_it_asks_once() -> None:
    house = House()
    order = await house.open()
    await house.to_unit(order)
    await house.act(order, c.Reply, "unit:zjj:contact", "unit_contact", basis="条例", contacted="电话")
    await house.act(order, c.AcceptReply, "staff:2001", "reviewer")
    own = (await house.order(order)).contact
    rating = {"contact": own, "solved": "solved", "satisfied": "yes"}
    await house.act(order, c.Rate, "citizen", "citizen", **rating)
    words, form = Words("", "电梯昨晚又停了", b"s" * 16), contact_id_of(house.number())
    ask = c.AskReopen(id=house.id(), by="citizen", role="citizen", contact=own, text_hash=words.hash())
    first = await house.services.add(order, ask, house.later(), words, "added", form=form)
    again = await house.services.add(order, ask, house.later(), words, "added", form=form)
    assert first == again and first["state"] == "reopen_asked"
    contact = await house.services.contact(form)
    assert (contact.disposition, contact.matters) == ("added", (Matter("added", order=order),))
    house.check()


def test_a_minute_later_the_books_count_it_open_once_more() -> None:
    case = reopen_asked()
    empty = Case(submit=False).order
    empty.id, empty.number = case.order.id, case.order.number
    case.act(c.DeclineReopen, REVIEWER, "reviewer", case.now + MINUTE_MS, **DECLINED)
    assert [event.what for event in rows_of(empty, case.entries).events] == ["opened", "closed"] * 2

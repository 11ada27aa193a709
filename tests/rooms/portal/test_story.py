"""What a citizen is told of their order's course, and above all what not."""

from datetime import date
from typing import Any

import pytest
from made.orders import AGENT, DUTY_MANAGER, NEIGHBOURS, OBJECTION, REVIEWER, SHIFT_LEAD, SUPERVISOR, Case
from made.orders_in_states import PLACES, RETURN, join, long_run, received, replied, rework, suspended

from lianxin.ground.clock import DAY_MS, midnight
from lianxin.orders import commands as c
from lianxin.orders.states import CLOSED_STATES, OPEN
from lianxin.orders.steps.written import TakeIn
from lianxin.orders.words import ENTRY_WORDS
from lianxin.portal.standing import ENDED, HOLDS, standing_of
from lianxin.portal.story import OF_JOINED, OF_ONE, WAYS, Seen, Told, story_of

TEXTS = {1: ("", "暖气不热"), 2: ("", "第二段"), 3: ("", "第三段")}
NAMES = {"unit:zjj": "住建局", "unit:csglj": "城管局", "outside:sd-12345": "省平台"}


def name(key: str) -> str:
    return NAMES.get(key, "")


def told(case: Case, own: int | None = None, **about: Any) -> list[Told]:
    """What is told, oldest first."""
    seen = Seen(case.entries, about.pop("texts", TEXTS), own or case.order.contact, name, **about)
    return list(reversed(story_of(seen)))


def said(case: Case, **about: Any) -> list[str]:
    return [one.words for one in told(case, **about)]


def of(case: Case, kind: str) -> Told:
    return next(one for one in reversed(told(case)) if one.words == WAYS[kind].words)


def test_the_usual_way_reads_like_a_story():
    case = received()
    case.act(TakeIn, AGENT, "agent", kind="complaint", category="0401", region="371602")
    case.to_followup()
    case.ask()
    kinds = ["received", "taken_in", "approved", "dispatched", "signed", "replied", "reply_accepted", "completed"]
    assert said(case) == [WAYS[kind].words for kind in kinds]
    assert [one.unit for one in told(case)[3:7]] == ["住建局"] * 4
    assert (told(case)[0].text, told(case)[0].voice) == ("暖气不热", True)


def test_the_answer_is_read_once_it_passed_review_and_not_before():
    case = replied()
    assert all("第二段" not in one.text for one in told(case))
    case.act(c.ReturnReply, REVIEWER, "reviewer", defects="答非所问，措辞生硬")
    assert of(case, "reply_returned").text == ""
    case.unit(c.Sign)
    case.reply()  # the third text
    case.accept()
    assert of(case, "reply_accepted").text == "第三段"
    assert all("第二段" not in one.text and "措辞" not in one.text for one in told(case))


def test_notes_are_the_houses_own_unless_they_were_told():
    case = Case().to_unit()
    case.unit(c.Note, text_hash="ee")
    assert said(case)[-1] == WAYS["signed"].words
    case.unit(c.Note, told="维修资金已申请，下周一开工")
    assert of(case, "noted").text == "维修资金已申请，下周一开工"
    case.unit(c.Note, text_hash="ff", told="已电话告知")
    assert of(case, "noted").text == "第三段"


def test_what_the_house_does_among_itself_is_left_out():
    case = Case()
    case.act(c.SendBack, REVIEWER, "reviewer", remarks={"region": "地点写错了"})
    case.act(c.Revise, AGENT, "agent", region="371603")
    case.to_unit()
    case.unit(c.AskExtension, leader=True, amount=5, reason="人手不够", interim="已勘查", told="已告知")
    case.act(c.DecideExtension, SUPERVISOR, "supervisor", granted=True, text="下不为例")
    everything = " ".join(f"{one.words} {one.text}" for one in told(case))
    assert not [word for word in ("地点写错了", "人手不够", "下不为例", "已勘查") if word in everything]
    assert of(case, "extended").day == midnight(date(2026, 3, 24))  # 24:00 of the 23rd: 5 working days after the 16th


def test_a_return_is_told_without_its_quarrel():
    case = PLACES["send_back_review"]()
    assert of(case, "send_back_asked").text == ""
    case.act(c.DecideSendBack, OBJECTION, "objection_reviewer", accepted=True, text="三定不清")
    case.dispatch("csglj")
    assert of(case, "dispatched").unit == "城管局"
    assert all(RETURN["basis"] not in one.text and "三定" not in one.text for one in told(case))


def test_not_accepted_tells_the_legal_way():
    case = Case()
    case.act(c.ProposeNotAccepted, REVIEWER, "reviewer", ground="litigation", legal_way="请向受理法院反映")
    assert said(case) == [WAYS["submitted"].words], "a proposal is nothing to tell yet"
    case.act(c.ConfirmNotAccepted, SHIFT_LEAD, "shift_lead", told="电话告知，录音 77")
    assert of(case, "not_accepted").text == "请向受理法院反映"


def test_dates_that_a_step_speaks_of():
    assert of(suspended(), "suspended").day is not None
    assert of(long_run(), "long_run_registered").day is not None
    assert of(rework(), "rework_ordered").unit == "住建局"


def test_who_asks_for_reopening_reads_their_own_words_and_what_became_of_it():
    case = PLACES["completed"]()
    case.act(c.AskReopen, "citizen", "citizen", contact=case.order.contact, text_hash="ff")
    asked = of(case, "reopen_asked")
    assert (asked.text, asked.voice, asked.mark) == ("第三段", True, "own")
    case.act(c.DeclineReopen, REVIEWER, "reviewer", reason="新的情况与原诉求无关", told="已电话说明")
    assert of(case, "reopen_declined").text == "新的情况与原诉求无关"


def test_what_was_promised_and_not_kept_is_said():
    case = Case().to_unit()
    happened = [kind for _, kind in case.run_until(case.now + 30 * DAY_MS)]
    assert "promise_broken" in happened and "card_red" in happened
    assert {WAYS[kind].words for kind in ("promise_broken", "card_red", "overdue_3")} <= set(said(case))
    assert {one.mark for one in told(case) if one.words == WAYS["card_red"].words} == {"late"}


def test_nothing_of_other_citizens_in_the_same_order():
    parent = Case().to_unit()
    parent.act(c.Add, AGENT, "agent", contact=NEIGHBOURS[3], text_hash="dd")  # another citizen wants the same
    assert WAYS["added"].words not in said(parent)
    parent.act(c.Add, "citizen", "citizen", contact=parent.order.contact, text_hash="ee")
    assert of(parent, "added").text == "第三段"


def test_who_was_joined_is_told_of_the_order_that_goes_on_from_then():
    parent = Case().to_unit()
    parent.unit(c.Note, told="第一位来电人的私事")
    child = Case(contact=NEIGHBOURS[0])
    child.now = parent.now
    join(child, parent)
    joined = child.order.closed_at
    assert joined is not None and said(child)[-1] == WAYS["merged"].words
    parent.unit(c.Note, told="只说给第一位的话")
    parent.reply()
    parent.accept()
    parent.ask(contact=NEIGHBOURS[0])
    parent.ask()
    about = {"own": child.order.contact, "joined": joined}
    assert said(parent, **about) == [WAYS[kind].words for kind in ("replied", "reply_accepted", "joined_followed_up")]
    assert all("私事" not in one.text and "第一位" not in one.text for one in told(parent, **about))
    assert WAYS["joined_followed_up"].words not in said(parent), "the other one is not told of it"


def test_who_was_not_reached_is_told_and_only_they():
    parent = Case().to_unit()
    child = Case(contact=NEIGHBOURS[0])
    join(child, parent)
    parent.reply()
    parent.accept()
    again = parent.now + DAY_MS
    parent.act(c.AttemptFailed, "staff:4001", "followup_caller", result="no_answer", again_at=again)
    assert WAYS["joined_attempted"].words in said(parent, own=NEIGHBOURS[0], joined=0)
    assert not {WAYS["joined_attempted"].words, WAYS["followup_attempted"].words} & set(said(parent)[-1:])


def test_a_kind_that_is_told_is_a_kind_that_exists():
    assert set(WAYS) <= set(ENTRY_WORDS) | {"completed"}
    assert set(WAYS) >= OF_ONE | OF_JOINED


# How it stands


@pytest.mark.parametrize("place", OPEN)
def test_every_open_place_says_who_has_it_and_what_comes_next(place):
    order = PLACES[place]().order
    standing = standing_of(order, order.contact, name)
    assert standing.words == HOLDS[place] and not standing.closed
    assert standing.next is not None and standing.next.day is not None
    if "%(unit)s" in standing.words:
        assert standing.unit, f"{place} names no unit"


@pytest.mark.parametrize("place", CLOSED_STATES)
def test_every_closed_place_says_how_it_ended(place):
    order = PLACES[place]().order
    standing = standing_of(order, order.contact, name)
    assert standing.closed and standing.next is None
    assert standing.words == ENDED[order.result]


def test_only_what_is_promised_to_oneself_is_told():
    case = Case().to_followup()
    join_late = NEIGHBOURS[0]
    assert standing_of(case.order, join_late, name).next is None


def test_nobody_of_the_house_is_named():
    for way in PLACES.values():
        case = way()
        if not case.entries:
            continue
        for one in told(case):
            shown = f"{one.words} {one.unit} {one.text}"
            assert "staff:" not in shown and not [who for who in (AGENT, REVIEWER, DUTY_MANAGER) if who[6:] in shown]

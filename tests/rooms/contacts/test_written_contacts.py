"""What was written (短信、微信、邮件、来信): a reply within its limit, never ended by the clock, never rung back."""

from itertools import count
from typing import Any
from uuid import UUID

import msgspec
import pytest
from made.orders import RULES, instant
from made.orders_house import House

from lianxin.contacts.commands import ContactCommand
from lianxin.contacts.contact import Contact, ContactEntry, Matter, evolve, next_date
from lianxin.contacts.course import (
    Arrive,
    ContactRefused,
    End,
    Leave,
    Look,
    NoteMatter,
    RingBack,
    Take,
    WriteBack,
    WriteIn,
    decide,
)
from lianxin.contacts.project import row_of
from lianxin.ground.clock import DAY_MS, HOUR_MS, MINUTE_MS, Instant
from lianxin.orders import commands as c
from lianxin.orders.service import Words, order_id_of
from lianxin.rules import Rules, load_rules

AGENT, COLLEAGUE = "staff:1001", "staff:1002"
NINE = instant("2026-11-23T09:00")
TEXTS, LETTERS = ("sms", "wechat"), ("web", "mail", "letter", "province")
REPLY = UUID(int=77)


class Letter:
    """One written contact, led by hand; a second passes with each step unless told otherwise."""

    def __init__(self, channel: str = "sms", rules: Rules = RULES, taken: bool = False) -> None:
        self.contact = Contact(id=2 * 10**15 + 2026112300001)
        self.entries: list[ContactEntry] = []
        self.rules = rules
        self.now: Instant = NINE - 1000
        self._ids = (UUID(int=n) for n in count(1))
        self.do(Arrive, "citizen", channel=channel)
        if taken:
            self.do(Take)

    def do(self, kind: type[ContactCommand], by: str = AGENT, at: Instant | None = None, **content: Any) -> None:
        self.now = self.now + 1000 if at is None else at
        before = self.contact
        entries, self.contact = decide(before, kind(id=next(self._ids), by=by, **content), self.rules, self.now)
        replayed = before
        for entry in entries:
            replayed = evolve(replayed, entry)
        assert replayed == self.contact
        self.entries += entries

    def refused(self, kind: type[ContactCommand], by: str = AGENT, **content: Any) -> ContactRefused:
        before = self.contact
        with pytest.raises(ContactRefused) as refusal:
            self.do(kind, by, **content)
        assert self.contact == before
        return refusal.value

    def look(self) -> list[str]:
        """Let the clock look at the next date; return what happened."""
        due, known = next_date(self.contact), len(self.entries)
        assert due is not None
        self.do(Look, "system", at=due)
        return [entry.kind for entry in self.entries[known:]]


@pytest.mark.parametrize("channel", TEXTS)
def test_a_text_is_answered_within_three_minutes(channel: str) -> None:
    letter = Letter(channel)
    (promise,) = letter.contact.promises.values()
    assert (promise.kind, promise.due) == ("text_reply", NINE + 3 * MINUTE_MS)
    assert letter.contact.limit == NINE + 30 * MINUTE_MS


@pytest.mark.parametrize("channel", LETTERS)
def test_a_letter_is_answered_within_a_day(channel: str) -> None:
    letter = Letter(channel)
    (promise,) = letter.contact.promises.values()
    assert (promise.kind, promise.due) == ("mailbox_reply", NINE + DAY_MS)
    assert letter.contact.limit == NINE + DAY_MS


@pytest.mark.parametrize(("channel", "within"), [("sms", 3 * MINUTE_MS), ("mail", DAY_MS)])
def test_a_pack_that_says_nothing_gives_the_standards_own_time(channel: str, within: int) -> None:
    letter = Letter(channel, load_rules("gd-2022"))
    assert [promise.due for promise in letter.contact.promises.values()] == [NINE + within]


def test_a_call_is_promised_no_reply() -> None:
    assert Letter("call").contact.promises == {}


def test_taking_it_in_hand_is_no_answer_yet() -> None:
    letter = Letter("mail", taken=True)
    assert (letter.contact.stage, letter.contact.holder, letter.contact.agent) == ("writing", AGENT, AGENT)
    assert letter.contact.promises and letter.contact.limit == letter.now + 30 * MINUTE_MS


def test_writing_back_keeps_the_promise_and_names_what_went_out() -> None:
    letter = Letter("mail", taken=True)
    letter.do(WriteBack, message=REPLY)
    assert letter.contact.promises == {} and letter.contact.answered_at == letter.now
    assert letter.entries[-1].kept == (1,) and letter.entries[-1].say == {"message": str(REPLY)}
    letter.do(WriteBack, message=UUID(int=78))  # and once more
    letter.do(End, matter=Matter("answered", item="K18 v2"))
    assert letter.contact.disposition == "answered" and letter.contact.matters[0].item == "K18 v2"


def test_only_who_has_it_in_hand_writes_back_and_only_to_what_was_written() -> None:
    assert "还没有接听" in letter_refusal(Letter("mail"))
    assert "另一位话务员" in letter_refusal(Letter("mail", taken=True), COLLEAGUE)
    call = Letter("call", taken=True)
    refused = call.refused(WriteBack, message=REPLY)
    assert refused.sentence == "这是一通来电，没有可以回复的来件。" and refused.instead


def letter_refusal(letter: Letter, by: str = AGENT) -> str:
    return letter.refused(WriteBack, by, message=REPLY).sentence


@pytest.mark.parametrize(
    "matter",
    [Matter("opened", order=7), Matter("joined", order=7), Matter("added", order=7), Matter("answered", item="K1 v1")],
)
def test_dealing_with_it_keeps_the_promise(matter: Matter) -> None:
    letter = Letter("wechat", taken=True)
    letter.do(NoteMatter, matter=matter, message=REPLY)
    assert letter.contact.promises == {} and letter.entries[-1].say == {"message": str(REPLY)}
    letter = Letter("wechat", taken=True)
    letter.do(End, matter=matter)
    assert letter.contact.promises == {} and letter.contact.stage == "ended"


def test_one_letter_may_hold_several_matters() -> None:
    letter = Letter("mail", taken=True)
    letter.do(NoteMatter, matter=Matter("opened", order=7))
    letter.do(NoteMatter, matter=Matter("opened", order=8))
    letter.do(End, matter=Matter("answered", item="K18 v2"))
    assert letter.contact.disposition == "opened" and len(letter.contact.matters) == 3


def test_a_reply_that_does_not_come_in_time_is_broken_on_the_record_and_still_owed() -> None:
    letter = Letter("sms")
    assert letter.look() == ["reply_late"]
    assert letter.now == NINE + 3 * MINUTE_MS and letter.entries[-1].broken == (1,)
    assert letter.entries[-1].say == {"promise": "text_reply", "to": "duty_manager"}
    (again,) = letter.contact.promises.values()
    assert (again.kind, again.due) == ("text_reply", letter.now + 30 * MINUTE_MS)


def test_from_the_third_on_it_is_promised_once_a_day() -> None:
    letter = Letter("sms")
    while letter.contact.promised < 3:
        letter.look()
    (promise,) = letter.contact.promises.values()
    assert promise.due == promise.made + DAY_MS


def test_left_lying_it_stays_in_the_tray_for_the_duty_manager_and_is_never_ended() -> None:
    letter = Letter("mail")
    happened = letter.look()
    assert happened == ["left_lying", "reply_late"] and letter.now == NINE + DAY_MS
    contact = letter.contact
    assert (contact.stage, contact.holder, contact.disposition) == ("waiting", "tray:intake", "pending")
    assert contact.limit == letter.now + 30 * MINUTE_MS and row_of(contact).lying == 1
    assert next(one for one in letter.entries if one.kind == "left_lying").say["to"] == "duty_manager"
    for _ in range(20):
        letter.look()
    assert letter.contact.disposition == "pending" and letter.contact.promises


def test_the_duty_manager_is_asked_after_half_an_hour_and_then_daily() -> None:
    letter = Letter("mail")
    letter.look()
    letter.look()
    assert letter.now == NINE + DAY_MS + 30 * MINUTE_MS and letter.contact.limit == letter.now + DAY_MS


def test_an_agent_who_walks_away_leaves_it_to_the_next_with_what_was_noted() -> None:
    letter = Letter("mail", taken=True)
    letter.do(NoteMatter, matter=Matter("opened", order=7))
    limit = letter.contact.limit
    assert limit is not None
    letter.do(Look, "system", at=limit)
    assert (letter.contact.stage, letter.contact.holder) == ("waiting", "tray:intake")
    assert letter.refused(End, AGENT).sentence == "这通来电还没有接听，或已经结束。"
    letter.do(Take, COLLEAGUE)
    letter.do(End, COLLEAGUE, matter=Matter("answered", item="K1 v1"))
    assert [one.outcome for one in letter.contact.matters] == ["opened", "answered"]
    assert letter.contact.disposition == "opened"


def test_nobody_rings_back_to_what_was_written_and_nobody_hangs_up() -> None:
    letter = Letter("mail")
    assert letter.refused(RingBack, reached=True).sentence == "这通来电没有待回拨的承诺。"
    assert letter.refused(Leave).sentence == "这是一份来件，不能按挂机登记。"


@pytest.mark.parametrize("why", ["bounce", "spam", "automatic"])
def test_what_nobody_waits_for_an_answer_to_is_a_contact_too_with_its_reason(why: str) -> None:
    letter = Letter("call")
    letter.contact = Contact(id=letter.contact.id)
    letter.do(WriteIn, "system", channel="mail", matter=Matter("silent", ground=why))
    assert (letter.contact.disposition, letter.contact.stage, letter.contact.promises) == ("silent", "ended", {})
    assert letter.entries[-1].say == {"reason": why}
    by_hand = Letter("mail", taken=True)
    by_hand.do(End, matter=Matter("silent", ground=why))
    assert by_hand.entries[-1].say == {"reason": why} and by_hand.contact.promises == {}


def test_without_a_reason_nothing_written_is_put_aside() -> None:
    letter = Letter("mail", taken=True)
    assert letter.refused(End, matter=Matter("silent")).sentence == "不必答复的来件要写明原因。"
    call = Letter("call", taken=True)
    call.do(End, matter=Matter("silent"))  # a silent call has none
    assert call.entries[-1].say == {}


@pytest.mark.parametrize("item", ["K18", "K18 ", "K18v2", "K18 v", "K18 v2 v3"])
def test_a_direct_answer_names_the_version_of_its_item(item: str) -> None:
    refused = Letter("mail", taken=True).refused(End, matter=Matter("answered", item=item))
    assert refused.sentence == "直接答复要注明知识条目的版本。" and "K18 v2" in refused.instead


def test_an_expert_answers_under_their_own_name() -> None:
    letter = Letter("mail", taken=True)
    letter.do(End, matter=Matter("answered", item="unit:zjj:leader"))
    assert letter.contact.disposition == "answered"


def test_a_contact_from_before_without_a_promise_is_not_ended_by_the_clock_either() -> None:
    letter = Letter("web")
    letter.contact = msgspec.structs.replace(letter.contact, promises={}, promised=0)
    limit = letter.contact.limit
    assert limit is not None
    letter.do(Look, "system", at=limit)
    assert (letter.contact.stage, letter.contact.disposition) == ("waiting", "pending")


async def test_a_letter_becomes_two_orders_and_a_piece_of_news_and_the_books_hold() -> None:
    house = House()
    contact = await house.letter("mail")
    numbers = []
    for text in ("锦苑小区电梯停运", "门口路灯不亮"):
        words, number = Words("", text, b"s" * 16), house.number()
        submit = c.Submit(
            id=house.id(), by=AGENT, role="agent", number=number, contact=contact, citizen_since=house.now,
            kind="complaint", category="0401", region="371602", text_hash=words.hash(),
        )  # fmt: skip
        await house.services.submit(contact, submit, house.later(), words)
        numbers.append(order_id_of(number))
    words = Words("", "上次反映的还没有好", b"t" * 16)
    add = c.Add(id=house.id(), by=AGENT, role="agent", contact=contact, text_hash=words.hash())
    await house.services.add(numbers[0], add, house.later(), words, "added")
    await house.services.meet(contact, End(id=house.id(), by=AGENT), house.later())
    found = await house.services.contact(contact)
    assert [one.outcome for one in found.matters] == ["opened", "opened", "added"] and found.promises == {}
    house.check()


def test_hours_later_the_first_answer_is_still_the_answer() -> None:
    letter = Letter("sms")
    letter.look()
    letter.do(Take, at=letter.now + HOUR_MS)
    letter.do(WriteBack, message=REPLY)
    assert letter.contact.promises == {}

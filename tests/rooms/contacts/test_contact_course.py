"""Every contact ends in exactly one disposition; whoever was not answered is rung back."""

from itertools import count
from typing import Any
from uuid import UUID

import pytest

from lianxin.contacts.contact import DISPOSITIONS, OUTCOMES, PENDING, Contact, ContactEntry, Matter, disposition_of
from lianxin.contacts.contact import evolve as evolve
from lianxin.contacts.contact import next_date as next_date
from lianxin.contacts.course import (
    Arrive,
    ContactCommand,
    ContactRefused,
    End,
    Leave,
    Look,
    NoteMatter,
    RingBack,
    Take,
    decide,
)
from lianxin.contacts.project import promise_rows
from lianxin.ground.clock import DAY_MS, HOUR_MS, MINUTE_MS, Instant, at_iso
from lianxin.rules import load_rules

RULES = load_rules("sd-binzhou")
NINE = at_iso("2026-11-23T09:05:00+08:00")
AGENT = "staff:1001"
COMPLETE = Matter("opened", order=7, item="K18 v2", to="12348", ground="petition")
"""Says everything any outcome asks for."""


class Call:
    """One contact, led by hand."""

    def __init__(self, taken: bool = True) -> None:
        self.contact = Contact(id=2 * 10**15 + 2026112300001)
        self.entries: list[ContactEntry] = []
        self.now: Instant = NINE
        self._ids = (UUID(int=n) for n in count(1))
        self.do(Arrive, "system", channel="call")
        if taken:
            self.do(Take)

    def do(self, kind: type[ContactCommand], by: str = AGENT, at: Instant | None = None, **content: Any) -> None:
        """Let it happen a second later, or at an instant."""
        self.now = self.now + 1000 if at is None else at
        before = self.contact
        entries, self.contact = decide(before, kind(id=next(self._ids), by=by, **content), RULES, self.now)
        replayed = before
        for entry in entries:
            replayed = evolve(replayed, entry)
        assert replayed == self.contact
        self.entries += entries

    def refused(self, kind: type[ContactCommand], by: str = AGENT, **content: Any) -> str:
        """Return the sentence of a step that is not possible."""
        before = self.contact
        with pytest.raises(ContactRefused) as refusal:
            self.do(kind, by, **content)
        assert self.contact == before
        return str(refusal.value)

    def due(self) -> Instant:
        """Return when the clock looks next."""
        due = next_date(self.contact)
        assert due is not None
        return due


def matter(outcome: str) -> Matter:
    return Matter(outcome, COMPLETE.order, COMPLETE.item, to=COMPLETE.to, ground=COMPLETE.ground)


# Dispositions


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_contact_is_named_by_its_only_matter(outcome: str) -> None:
    call = Call()
    call.do(End, matter=matter(outcome))
    assert (call.contact.disposition, call.contact.stage, call.contact.holder) == (outcome, "ended", None)


@pytest.mark.parametrize("first", OUTCOMES)
@pytest.mark.parametrize("second", OUTCOMES)
def test_of_several_matters_the_gravest_names_it(first: str, second: str) -> None:
    expected = min(first, second, key=OUTCOMES.index)
    assert disposition_of((matter(first), matter(second))) == expected


def test_the_order_of_names_is_the_houses() -> None:
    names = "emergency opened joined added not_accepted referred answered heard test silent harassment"
    assert " ".join(OUTCOMES) == names and (*OUTCOMES, "ring_back") == DISPOSITIONS


def test_two_matters_of_one_call_are_both_kept() -> None:
    call = Call()
    call.do(NoteMatter, matter=matter("answered"))
    call.do(NoteMatter, matter=matter("opened"))
    call.do(End)
    assert [one.outcome for one in call.contact.matters] == ["answered", "opened"]
    assert call.contact.disposition == "opened"


def test_a_call_without_any_matter_does_not_end() -> None:
    assert "诉求" in Call().refused(End)


@pytest.mark.parametrize(
    ("incomplete", "word"),
    [
        (Matter("opened"), "工单"),
        (Matter("joined"), "工单"),
        (Matter("added"), "工单"),
        (Matter("answered"), "知识条目"),
        (Matter("answered", item="K18 v2", agreed=False), "建单"),
        (Matter("referred"), "转给了谁"),
        (Matter("emergency", order=7), "转给了谁"),
        (Matter("not_accepted"), "依据"),
        (Matter("gossip"), "没有"),
    ],
)
def test_an_outcome_says_what_it_rests_on(incomplete: Matter, word: str) -> None:
    for kind in (NoteMatter, End):
        assert word in Call().refused(kind, matter=incomplete)


def test_a_direct_answer_keeps_its_item_and_version() -> None:
    call = Call()
    call.do(End, matter=Matter("answered", item="K18 v2"))
    assert call.contact.matters[0].item == "K18 v2" and call.contact.promises == {}


# Who and how long


def test_only_the_agent_who_took_it_writes_it_up_and_ends_it() -> None:
    call = Call()
    call.do(NoteMatter, matter=matter("heard"))
    assert "另一位" in call.refused(NoteMatter, "staff:1002", matter=matter("heard"))
    assert "另一位" in call.refused(End, "staff:1002")


def test_nobody_takes_a_call_that_is_taken_or_over() -> None:
    call = Call()
    assert "已有人接听" in call.refused(Take, "staff:1002")
    call.do(End, matter=matter("heard"))
    assert "已有人接听" in call.refused(Take, "staff:1002")
    assert "结束" in call.refused(End)


def test_a_contact_arrives_once() -> None:
    assert "已经登记" in Call().refused(Arrive, "system", channel="call")


def test_until_it_has_ended_somebody_answers_for_it_with_a_limit() -> None:
    call = Call(taken=False)
    assert (call.contact.disposition, call.contact.holder) == (PENDING, "tray:intake")
    assert call.due() == call.now + 30 * MINUTE_MS
    call.do(Take)
    assert (call.contact.stage, call.contact.holder, call.due()) == ("talking", AGENT, call.now + 3 * HOUR_MS)


def test_a_matter_noted_early_does_not_end_a_long_call() -> None:
    call = Call()
    limit = call.due()
    call.do(NoteMatter, matter=matter("heard"))
    assert call.due() == limit


def test_a_call_left_lying_with_its_matter_noted_is_what_was_noted() -> None:
    call = Call()
    call.do(NoteMatter, matter=matter("opened"))
    call.do(Look, "system", at=call.due())
    assert (call.contact.disposition, call.contact.promises) == ("opened", {})


@pytest.mark.parametrize("taken", [False, True])
def test_a_contact_left_lying_without_any_is_owed_a_ring_back(taken: bool) -> None:
    call = Call(taken)
    call.do(Look, "system", at=call.due())
    assert call.contact.disposition == "ring_back" and len(call.contact.promises) == 1


# Ring-backs


def left() -> Call:
    """A caller hung up at 09:05:32 after waiting."""
    call = Call(taken=False)
    call.do(Leave, "citizen", at=NINE + 32_000)
    return call


def test_who_left_before_the_answer_is_rung_back_within_half_an_hour() -> None:
    call = left()
    assert (call.contact.disposition, call.contact.stage) == ("ring_back", "ended")
    assert call.due() == at_iso("2026-11-23T09:35:32+08:00")


def test_who_was_taken_did_not_leave_before_the_answer() -> None:
    assert "已有人接听" in Call().refused(Leave, "citizen")


def test_a_caller_who_is_reached_is_owed_nothing_more() -> None:
    call = left()
    call.do(RingBack, reached=True)
    assert call.contact.promises == {} and next_date(call.contact) is None
    assert "没有待回拨" in call.refused(RingBack, reached=True)


def test_two_attempts_are_made() -> None:
    call = left()
    call.do(RingBack, reached=False)
    assert (call.contact.tries, len(call.contact.promises)) == (1, 1)
    call.do(RingBack, reached=False)
    assert (call.contact.tries, call.contact.promises) == (2, {})


def test_a_ring_back_nobody_made_is_broken_and_owed_again() -> None:
    call = left()
    call.do(Look, "system", at=call.due())
    states = [(row.id, row.state) for row in promise_rows(Contact(id=call.contact.id), call.entries)]
    assert states == [(1, "open"), (1, "broken"), (2, "open")]
    assert call.due() == call.now + 30 * MINUTE_MS


def test_after_three_broken_ones_it_is_asked_for_once_a_day() -> None:
    call = left()
    for _ in range(3):
        call.do(Look, "system", at=call.due())
    assert call.due() == call.now + DAY_MS and len(call.contact.promises) == 1


def test_a_clock_that_looks_twice_does_nothing_twice() -> None:
    call = left()
    call.do(Look, "system", at=call.due())
    entries = len(call.entries)
    call.do(Look, "system", at=call.now)
    assert len(call.entries) == entries


def test_a_clock_far_behind_writes_nothing() -> None:
    call = Call()
    call.now -= 10 * MINUTE_MS
    assert "时钟" in call.refused(NoteMatter, matter=matter("heard"))

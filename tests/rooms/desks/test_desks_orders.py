"""The page of an order: its days, its course, its chain. And how lists turn their pages."""

import re
from datetime import date
from pathlib import Path
from typing import get_args
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made.orders import SUPERVISOR, Case

from lianxin.deadlines import official_calendar
from lianxin.ground.clock import DAY_MS, HOUR_MS, at_iso
from lianxin.ground.ledger import GENESIS, seal
from lianxin.orders import commands as c
from lianxin.orders import steps, words
from lianxin.orders.course import course_of, handovers
from lianxin.orders.evolve import replay
from lianxin.orders.listing import Cursor, cursor_of
from lianxin.orders.order import Offer, Order, OrderEntry, Promise, State
from lianxin.orders.sheet import Found, StoredEntry, due_state, sheet_of
from lianxin.orders.strip import strip_of
from lianxin.rules import load_rules

CALENDAR = official_calendar()
DISPATCHED = at_iso("2026-09-23T10:00:00+08:00")  # a Wednesday before the National Day holidays


def test_a_strip_skips_the_holidays_and_counts_the_make_up_days():
    # five working days from Wednesday 23 September 2026: 24, (25–27 Mid-Autumn), 28, 29, 30, then 1–7 October off, 8
    due = at_iso("2026-10-09T00:00:00+08:00")
    days = strip_of(DISPATCHED, due, DISPATCHED, CALENDAR, working=True)
    assert days[0].start and days[0].number is None
    assert {cell.day: cell.number for cell in days if cell.number} == {
        date(2026, 9, 24): 1,
        date(2026, 9, 28): 2,
        date(2026, 9, 29): 3,
        date(2026, 9, 30): 4,
        date(2026, 10, 8): 5,
    }
    assert days[-1].last and days[-1].day == date(2026, 10, 8)
    assert all(cell.name for cell in days if cell.day in (date(2026, 9, 25), date(2026, 10, 1)))


def test_a_strip_marks_today_and_what_is_past():
    due, now = at_iso("2026-09-26T00:00:00+08:00"), at_iso("2026-09-24T15:00:00+08:00")
    days = strip_of(DISPATCHED, due, now, CALENDAR, working=False)
    assert [(cell.past, cell.today) for cell in days] == [(True, False), (False, True), (False, False)]


def test_days_on_which_the_clock_stood_are_not_counted():
    pauses = [(at_iso("2026-03-11T09:00:00+08:00"), at_iso("2026-03-12T09:00:00+08:00"))]
    start, due = at_iso("2026-03-09T09:00:00+08:00"), at_iso("2026-03-17T00:00:00+08:00")
    days = strip_of(start, due, start, CALENDAR, working=True, pauses=pauses)
    assert [cell.day.day for cell in days if cell.paused] == [11, 12]
    assert [cell.day.day for cell in days if cell.number] == [10, 13, 16]


def test_a_strip_that_is_too_long_or_beyond_the_calendar_is_left_out():
    assert strip_of(DISPATCHED, DISPATCHED + 60 * DAY_MS, DISPATCHED, CALENDAR, working=True) == ()
    beyond = at_iso("2031-01-05T00:00:00+08:00")
    assert strip_of(beyond, beyond + DAY_MS, beyond, CALENDAR, working=True) == ()


@pytest.mark.parametrize(
    "due, yellow, state",
    [(None, None, "open"), (-1, None, "open"), (50, None, "over"), (101, None, "last"), (101, 100, "last")],
)
def test_how_a_date_stands(due, yellow, state):
    assert due_state(due, 100, yellow) == state


def test_a_date_runs_until_its_last_working_day_begins():
    assert due_state(10 * DAY_MS, DAY_MS, yellow=9 * DAY_MS) == "running"
    assert due_state(10 * DAY_MS, 9 * DAY_MS, yellow=9 * DAY_MS) == "last"


def _entry(seq: int, at: int, kind: str, **effects: object) -> OrderEntry:
    return OrderEntry(chain=ORDER_ID, seq=seq, at=at, kind=kind, actor="staff:1001", command=UUID(int=seq), **effects)


ORDER_ID = 10**15 + 20260309000929
OPENED = at_iso("2026-03-09T09:16:00+08:00")
PROMISE = Promise(1, "answer", 2 * 10**15 + 1, OPENED, OPENED + DAY_MS, OPENED + DAY_MS)
ENTRIES = [
    _entry(
        1, OPENED, "submitted", state="submitted", holder="tray:review", made=(PROMISE,),
        fields={"number": "20260309-000929", "citizen_since": OPENED, "pack": "sd-binzhou@2026.1", "kind": "help"},
    ),
    _entry(2, OPENED + HOUR_MS, "approved", state="approved", holder="tray:dispatch", giver="tray:review"),
    _entry(3, OPENED + 2 * HOUR_MS, "dispatched", state="dispatched", offer=Offer("unit:zjj", None)),
    _entry(
        4, OPENED + 5 * HOUR_MS, "signed", state="in_progress", holder="unit:zjj", giver="tray:dispatch", no_offer=True
    ),
    _entry(5, OPENED + 6 * HOUR_MS, "contacted", kept=(1,), say={"how": "电话", "letter": "hidden"}),
]  # fmt: skip


def _order(entries: list[OrderEntry]) -> Order:
    return replay(Order(id=ORDER_ID, number="20260309-000929"), entries)


def test_the_course_tells_who_gave_to_whom_and_how_long_it_took_to_sign():
    course = course_of(_order(ENTRIES), ENTRIES)
    assert [step.node for step in course] == ["now", "hand", "note", "hand", "start"]
    signed = course[1]
    assert (signed.giver, signed.taker, signed.wait_ms) == ("tray:dispatch", "unit:zjj", 3 * HOUR_MS)
    assert handovers(course) == 2


def test_a_handover_is_pending_until_it_is_signed():
    before = course_of(_order(ENTRIES[:3]), ENTRIES[:3])
    assert (before[0].node, before[0].pending, before[0].offered) == ("wait", True, "unit:zjj")
    after = course_of(_order(ENTRIES), ENTRIES)
    assert not any(step.pending for step in after)


def test_a_kept_promise_shows_by_how_much_it_was_early():
    step = course_of(_order(ENTRIES), ENTRIES)[0]
    assert [(one.kind, one.kept, one.early_ms) for one in step.settled] == [("answer", True, 18 * HOUR_MS)]


def test_what_is_only_for_the_machine_stays_off_the_page():
    assert course_of(_order(ENTRIES), ENTRIES)[0].say == {"how": "电话"}


def _found(entries: list[OrderEntry]) -> Found:
    stored, head = [], GENESIS
    for entry in entries:
        sealed = seal(head, entry)
        head = sealed.hash
        stored.append(StoredEntry(sealed.seq, sealed.hash, sealed.body))
    return Found(ORDER_ID, "20260309-000929", tuple(stored))


def test_a_page_shows_the_order_that_its_chain_makes():
    sheet = sheet_of(_found(ENTRIES), load_rules("sd-binzhou"), OPENED + 30 * HOUR_MS, "zh")
    assert (sheet.order.holder, sheet.order.state) == ("unit:zjj", "in_progress")
    assert sheet.chain.intact and sheet.chain.entries == 5
    assert sheet.waited_days == 2  # the day of the contact is the first
    assert sheet.title == "20260309-000929"  # nobody wrote anything down


@pytest.mark.parametrize("place", range(5))
def test_a_changed_entry_breaks_the_chain_on_the_page(place):
    found = _found(ENTRIES)
    changed = msgspec.structs.replace(
        found.entries[place], body=found.entries[place].body.replace(b"staff:1001", b"staff:9999")
    )
    entries = (*found.entries[:place], changed, *found.entries[place + 1 :])
    sheet = sheet_of(msgspec.structs.replace(found, entries=entries), load_rules("sd-binzhou"), OPENED + DAY_MS, "zh")
    assert not sheet.chain.intact


def test_an_order_paused_in_the_time_it_was_extended_by_explains_its_date():
    case = Case("2026-09-30T09:30").to_unit(at="2026-09-30T10:00")
    case.unit(
        c.AskExtension, "2026-10-12T15:00", leader=True, amount=10, reason="补勘", interim="已勘", told="已电话告知"
    )
    case.act(c.DecideExtension, SUPERVISOR, "supervisor", granted=True, text="同意")
    case.unit(c.AskSuspension, "2026-10-20T10:00", ground="court", resume_at=at_iso("2026-11-02T09:00:00+08:00"))
    case.act(c.DecideSuspension, SUPERVISOR, "supervisor", granted=True, text="同意")
    case.run_until("2026-11-02T09:00")
    found = msgspec.structs.replace(_found(case.entries), order_id=case.order.id, number=case.number)
    deadline = sheet_of(found, case.rules, case.now, "zh").deadline
    assert deadline is not None and deadline.due == at_iso("2026-11-11T00:00:00+08:00")
    assert [step.at for step in deadline.steps if step.kind == "due"] == [deadline.due]


def test_a_paused_order_shows_the_date_it_will_have_when_it_goes_on_as_planned():
    case = Case("2026-11-02T08:30").to_unit(at="2026-11-02T09:00")  # due 9 November 24:00
    case.unit(c.AskSuspension, "2026-11-04T14:00", ground="appraisal", resume_at=at_iso("2026-11-13T10:00:00+08:00"))
    case.act(c.DecideSuspension, SUPERVISOR, "supervisor", "2026-11-04T15:00", granted=True, text="同意")
    found = msgspec.structs.replace(_found(case.entries), order_id=case.order.id, number=case.number)
    deadline = sheet_of(found, case.rules, case.now, "zh").deadline
    # One working day was used (3 November); four are left after the 13th: 16, 17, 18, 19 November.
    assert deadline is not None and deadline.due == at_iso("2026-11-20T00:00:00+08:00")
    assert deadline.state == "paused"
    assert {promise.due for promise in case.order.promises.values() if promise.kind == "answer"} == {deadline.due}


def test_a_missing_entry_breaks_the_chain_on_the_page():
    found = _found(ENTRIES)
    without = msgspec.structs.replace(found, entries=(*found.entries[:1], *found.entries[2:]))
    assert not sheet_of(without, load_rules("sd-binzhou"), OPENED + DAY_MS, "zh").chain.intact


@given(st.one_of(st.none(), st.integers(min_value=0, max_value=10**15)), st.integers(min_value=0, max_value=2**62))
def test_a_cursor_survives_the_address_bar(due, order_id):
    assert cursor_of(str(Cursor(due, order_id))) == Cursor(due, order_id)


@given(st.text(max_size=40))
def test_what_is_no_cursor_is_page_one(text):
    cursor = cursor_of(text)
    assert cursor is None or str(cursor) == text or text.startswith("0")


def test_every_kind_of_entry_and_mark_has_words():
    source = "".join(file.read_text("utf-8") for file in Path(steps.__file__).parent.glob("*.py"))
    kinds = set(re.findall(r'\w+\.write\(\s*"(\w+)"', source))
    flags = {flag for found in re.findall(r"flags=\(([^)]*)\)", source) for flag in re.findall(r'"(\w+)"', found)}
    assert len(kinds) > 40  # the pattern still finds them
    assert kinds - set(words.ENTRY_WORDS) == set()
    assert flags - set(words.FLAG_WORDS) == set()


def test_every_state_of_an_order_has_words():
    assert set(get_args(State)) == set(words.STATE_WORDS)

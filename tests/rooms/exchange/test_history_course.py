"""An order of the old system becomes a chain like any other: nothing invented, nothing left out."""

from datetime import date
from uuid import UUID

import pytest
from made_history import CLOSED, NOW, OPEN, SOURCE, TRACKER, past

from lianxin.exchange.history import BadPast, Brought, Import, Past, bring, check
from lianxin.exchange.history_rows import tables_of
from lianxin.ground.clock import DAY_MS, iso
from lianxin.ground.ledger import ORDER, chain_of
from lianxin.ground.text import TextError, digits, make_number
from lianxin.orders.evolve import replay
from lianxin.orders.order import Order
from lianxin.orders.texts import text_hash
from lianxin.rules import load_rules

NUMBER = make_number(date(2025, 11, 3), 1)
ID = chain_of(ORDER, digits(NUMBER))


def brought(record: Past) -> Brought:
    about = Import(SOURCE, UUID(int=7), NOW, load_rules("sd-binzhou"), TRACKER, lambda: b"salt" * 4)
    return bring(check(record, NOW), NUMBER, ID, about)


def test_a_closed_order_has_six_entries_two_custodies_and_one_promise():
    done = brought(CLOSED)
    kinds = [entry.kind for entry in done.entries]
    assert kinds == ["imported", "dispatched", "signed", "replied", "result_imported", "archived"]
    tables = tables_of([done])
    assert [(row[2], row[3]) for row in tables["custody"]] == [(1, "tray:dispatch"), (2, "unit:zjj")]
    assert [(row[1], row[7]) for row in tables["promises"]] == [(1, "kept")]
    assert "timers" not in tables  # an archived order has no next date
    assert [row[3] for row in tables["order_events"]] == ["opened", "closed"]


def test_the_value_kept_is_the_one_the_entries_make():
    done = brought(CLOSED)
    assert replay(Order(id=ID, number=NUMBER), done.entries) == done.order
    assert (done.order.state, done.order.closed_at) == ("archived", CLOSED.closed)


def test_the_first_entry_says_where_it_comes_from_and_when_it_was_brought_in():
    first = brought(CLOSED).entries[0]
    assert first.say == {"source": SOURCE, "old_number": "2025-000731", "imported_at": iso(NOW)}
    assert (first.at, first.actor) == (CLOSED.received, "outside:old-hotline")


def test_texts_stand_beside_it_and_only_their_hashes_in_it():
    done = brought(CLOSED)
    assert [(text.n, text.title, text.text) for text in done.texts] == [
        (1, CLOSED.title, CLOSED.text),
        (2, "", CLOSED.answer),
    ]
    assert done.entries[0].text == text_hash(b"salt" * 4, CLOSED.title, CLOSED.text)


def test_an_answer_after_its_date_broke_the_promise_also_in_the_past():
    late = past(due=CLOSED.replied)
    assert [row.state for row in brought(late).rows.promises] == ["open", "broken"]


def test_an_order_closed_within_thirty_days_is_archived_by_the_clock_later():
    recent = {"received": 9, "dispatched": 8, "signed": 7, "replied": 6, "closed": 5}
    done = brought(past(due=None, **{name: NOW - days * DAY_MS for name, days in recent.items()}))
    assert done.entries[-1].kind == "result_imported"
    assert [row[0] for row in tables_of([done])["timers"]] == [ID]


def test_an_open_order_goes_on_at_its_unit_with_clock_promise_and_tracker():
    done = brought(OPEN)
    order = done.order
    assert (order.state, order.holder, order.tracker) == ("in_progress", "unit:zjj", TRACKER)
    assert order.clock is not None and order.clock.due == OPEN.due
    assert [promise.due for promise in order.promises.values()] == [OPEN.due]


def test_an_order_nobody_had_dispatched_waits_in_the_dispatch_tray():
    order = brought(past(OPEN, unit=None, dispatched=None, signed=None)).order
    assert (order.state, order.holder) == ("approved", "tray:dispatch")


@pytest.mark.parametrize(
    "changes, why",
    [
        ({"replied": None}, "closed, but replied has no date"),
        ({"signed": CLOSED.dispatched - 1}, "signed before it was dispatched"),
        ({"closed": NOW + 1}, "in the future"),
        ({"unit": None}, "no unit is named"),
        ({"kind": "grumble"}, "kind is 'grumble'"),
        ({"old_number": ""}, "old_number is empty"),
    ],
)
def test_a_record_that_cannot_have_happened_so_is_refused(changes, why):
    with pytest.raises(BadPast, match=why):
        check(past(**changes), NOW)


def test_a_record_without_words_is_refused():
    with pytest.raises(TextError):
        check(past(text=" \u200b "), NOW)

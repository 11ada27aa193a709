"""Cursors: a place in a list, and nothing else is taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianxin.exchange.api.paging import (
    FIRST,
    BadCursor,
    BehindContact,
    BehindPromise,
    behind,
    below,
    contact_cursor,
    earlier,
    order_cursor,
    promise_cursor,
)

ORDER = 1_020260309_000019


def test_without_a_cursor_a_list_begins_at_its_beginning():
    assert below(None) == FIRST
    assert behind(None) is None and earlier(None) is None


@given(st.integers(0, 10**16 - 1))
def test_a_cursor_of_orders_leads_back_to_its_order(order_id):
    assert below(order_cursor(order_id)) == order_id


@given(st.none() | st.integers(0, 10**13 - 1), st.integers(0, 10**16 - 1), st.integers(0, 10**9 - 1))
def test_a_cursor_of_promises_leads_back_to_its_promise(due, order_id, number):
    assert behind(promise_cursor(due, order_id, number)) == BehindPromise(due, order_id, number)


@pytest.mark.parametrize(
    "cursor",
    ["", "o", "o-1", "o1.5", "o" + "9" * 17, "1020260309000019", "oⅧ", "o１", f"p1.{ORDER}.1", "o1\n", "' OR 1=1"],
)
def test_what_is_no_cursor_of_orders_is_refused(cursor):
    with pytest.raises(BadCursor):
        below(cursor)


@pytest.mark.parametrize("cursor", ["", f"o{ORDER}", "p1", "pn.1", f"p{10**13}.1.1", "p1.1.9999999999", "p1.x.1"])
def test_what_is_no_cursor_of_promises_is_refused(cursor):
    with pytest.raises(BadCursor):
        behind(cursor)


@given(st.integers(0, 10**13 - 1), st.integers(0, 10**16 - 1))
def test_a_cursor_of_contacts_leads_back_to_its_contact(arrived, contact_id):
    assert earlier(contact_cursor(arrived, contact_id)) == BehindContact(arrived, contact_id)


@pytest.mark.parametrize(
    "cursor", ["", f"o{ORDER}", f"p1.{ORDER}.1", "c1", "c-1.1", "c" + "9" * 14 + ".1", "c1.1\n", "c１.1"]
)
def test_what_is_no_cursor_of_contacts_is_refused(cursor):
    with pytest.raises(BadCursor):
        earlier(cursor)

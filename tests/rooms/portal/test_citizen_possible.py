"""What a citizen may do now: the rules of the house are asked, once for each."""

import pytest
from made.orders import NEIGHBOURS, RULES, Case
from made.orders_in_states import PLACES, join

from lianxin.ground.clock import DAY_MS
from lianxin.orders import commands as c
from lianxin.orders.states import CLOSED_STATES, OPEN
from lianxin.portal.possible import TRIED, acts_of
from lianxin.portal.possible import Case as Under
from lianxin.portal.words import OFFERS


def acts(case: Case, going: Case | None = None, now: int | None = None) -> set[str]:
    own, root = Under(case.order, RULES), Under((going or case).order, RULES)
    return set(acts_of(own, root, case.now if now is None else now))


@pytest.mark.parametrize("place", OPEN)
def test_while_it_is_open_one_may_add_to_it(place):
    assert {"add", "file"} <= acts(PLACES[place]())


def test_taking_back_rating_and_reopening_each_have_their_time():
    assert "withdraw" in acts(PLACES["received"]()) and "rate" not in acts(PLACES["in_progress"]())
    assert "rate" in acts(PLACES["followup_due"]()) and "rate" in acts(PLACES["followup_failed"]())
    assert acts(PLACES["completed"]()) == {"reopen"} == acts(PLACES["withdrawn"]())
    assert acts(PLACES["not_accepted"]()) == set()


@pytest.mark.parametrize("place", CLOSED_STATES)
def test_nothing_is_added_to_what_is_closed(place):
    assert not {"add", "file", "withdraw", "rate"} & acts(PLACES[place]())


def test_after_thirty_days_a_new_request_is_the_way():
    case = PLACES["completed"]()
    closed = case.order.closed_at
    assert closed is not None
    assert "reopen" in acts(case, now=closed + 30 * DAY_MS)
    assert "reopen" not in acts(case, now=closed + 30 * DAY_MS + 1)


def test_what_endangers_others_or_what_others_wait_for_is_not_taken_back():
    danger = Case(urgency="life_danger", flags=("emergency",))
    assert "withdraw" not in acts(danger)
    case = Case().to_unit()
    assert "withdraw" in acts(case)
    join(Case(contact=NEIGHBOURS[0]), case)
    assert "withdraw" not in acts(case)


def test_who_was_joined_acts_on_the_order_that_goes_on():
    parent, child = Case().to_unit(), Case(contact=NEIGHBOURS[0])
    join(child, parent)
    assert acts(child, parent) == {"add", "withdraw"}
    parent.reply()
    parent.accept()
    assert "rate" in acts(child, parent)


def test_who_rated_has_rated():
    case = PLACES["followup_due"]()
    case.act(c.Rate, "citizen", "citizen", contact=case.order.contact, solved="partly", satisfied="no", reason="slow")
    assert "rate" not in acts(case)


def test_every_act_has_its_page():
    assert set(OFFERS) == set(TRIED)

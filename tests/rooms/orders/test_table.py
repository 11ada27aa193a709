"""The table of steps holds: every command in every place either does what the row says or is refused with a way on."""

import pytest
from made.orders_in_states import PLACES, content_of, person_of

from lianxin.orders import commands as c
from lianxin.orders.lifecycle import STEPS
from lianxin.orders.refusal import Refused
from lianxin.orders.states import place_of

PAIRS = [(place, kind) for place in PLACES for kind in STEPS]
ROWS = [(place, kind) for kind, step in STEPS.items() for place in step.frm]


@pytest.mark.parametrize("place", PLACES)
def test_each_place_of_the_table_can_be_reached(place: str) -> None:
    assert place_of(PLACES[place]().order) == place


@pytest.mark.parametrize(("place", "kind"), PAIRS, ids=lambda one: one if isinstance(one, str) else one.__name__)
def test_a_command_does_what_its_row_says_or_is_refused_with_what_is_possible(
    place: str, kind: type[c.Command]
) -> None:
    case, step = PLACES[place](), STEPS[kind]
    role = step.who[0]
    by = person_of(kind, role, case)
    if kind is c.Sign and case.order.offer is not None:
        by = case.order.offer.to
    try:
        case.act(kind, by, role, **content_of(kind, case))
    except Refused as refused:
        assert refused.sentence.endswith(("。", ")")), refused.sentence
        if place not in step.frm:
            assert refused.code == "wrong_state" and step.zh in refused.sentence and refused.instead
        else:
            assert refused.code not in ("wrong_state", "not_your_role"), refused.code
        return
    assert place in step.frm
    after = place_of(case.order)
    assert after == place or (place, after) in step.leads(), f"{place} → {after}"


@pytest.mark.parametrize(("place", "kind"), ROWS, ids=lambda one: one if isinstance(one, str) else one.__name__)
def test_who_has_no_part_in_a_step_is_told_whose_it_is(place: str, kind: type[c.Command]) -> None:
    case = PLACES[place]()
    refused = case.refusal(kind, "staff:5001", "qa", **content_of(kind, case))
    assert refused.code == "not_your_role" and "由" in refused.instead

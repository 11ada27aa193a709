"""What the pages offer is what the rules allow: no step is offered that is refused, none is left out that is not."""

from typing import Any

import pytest
from made.orders import AGENT, REVIEWER, RULES, SUPERVISOR, Case
from made.orders_in_states import PLACES, content_of, person_of

from lianxin.ground.clock import DAY_MS, at_iso
from lianxin.orders import commands as c
from lianxin.orders.forms import FORMS
from lianxin.orders.lifecycle import STEPS, decide
from lianxin.orders.possible import Asks, Possible, possible, why_not
from lianxin.orders.refusal import Refused
from lianxin.orders.step import ROLE_ZH
from lianxin.units import load_units

ROLES = sorted({role for form in FORMS.values() for role in form.step.who} - {"system", "citizen"})
EVERYWHERE = sorted(place for place in PLACES if place)


def can(case: Case, by: str, *roles: str) -> Possible:
    return possible(case.order, Asks(by, frozenset(roles)), RULES, case.now)


def allowed(case: Case, kind: type[c.Command], by: str, role: str, **content: Any) -> bool:
    try:
        decide(case.order, case.command(kind, by, role, **{**content_of(kind, case), **content}), RULES, case.now)
    except Refused:
        return False
    return True


@pytest.mark.parametrize("place", EVERYWHERE)
def test_whatever_the_table_allows_with_right_content_is_offered(place: str) -> None:
    case = PLACES[place]()
    for form in FORMS.values():
        if form.command not in STEPS:
            continue
        for role in set(form.step.who) & set(ROLES):
            by = person_of(form.command, role, case)
            if allowed(case, form.command, by, role):
                assert form.slug in can(case, by, role).slugs, (form.slug, role)


@pytest.mark.parametrize("place", EVERYWHERE)
@pytest.mark.parametrize("role", ROLES)
def test_nothing_is_offered_that_no_content_could_make_possible(place: str, role: str) -> None:
    """Each offered step stands in the row of the state and of the role."""
    case = PLACES[place]()
    by = person_of(c.Note, role, case)
    for action in can(case, by, role).actions:
        assert place in action.form.step.frm and role in action.form.step.who
        assert action.role == role


@pytest.mark.parametrize("role", ["qa", "analyst", "sysadmin", "kb_editor", "media_editor"])
@pytest.mark.parametrize("place", EVERYWHERE)
def test_who_has_no_part_in_an_order_is_offered_nothing(place: str, role: str) -> None:
    assert can(PLACES[place](), "staff:7777", role) == Possible()


def test_what_comes_next_stands_first() -> None:
    assert can(PLACES["submitted"](), REVIEWER, "reviewer").slugs[0] == "approve"
    assert can(PLACES["dispatched"](), "unit:zjj:contact", "unit_contact").slugs[0] == "sign"
    assert can(PLACES["in_progress"](), "unit:zjj:contact", "unit_contact").slugs[0] == "reply"
    assert can(PLACES["received"](), AGENT, "agent").slugs[0] == "take-in"


def test_a_decision_is_offered_only_where_one_waits() -> None:
    case = PLACES["in_progress"]()
    assert "decide-extension" not in can(case, SUPERVISOR, "supervisor").slugs
    case.unit(c.AskExtension, leader=True, **content_of(c.AskExtension, case))
    assert can(case, SUPERVISOR, "supervisor").slugs[0] == "decide-extension"
    assert "ask-suspension" not in can(case, "unit:zjj:contact", "unit_contact").slugs


def test_only_who_it_is_offered_to_signs() -> None:
    case = PLACES["dispatched"]()
    assert "sign" in can(case, "unit:zjj:contact", "unit_contact").slugs
    assert can(case, "unit:cgj:contact", "unit_contact").slugs == ()


def test_who_wrote_it_does_not_review_it_and_is_told_why() -> None:
    case = Case()
    both = can(case, AGENT, "agent", "reviewer")
    assert "approve" not in both.slugs
    told = {one.form.slug: one for one in both.barred}
    assert told["approve"].code == "separation"
    assert "另一位同事" in told["approve"].sentence


def test_what_has_become_too_late_says_so_with_its_rule() -> None:
    case = PLACES["in_progress"]()
    late = case.now + 10 * DAY_MS
    barred = possible(case.order, Asks("unit:zjj:contact", frozenset({"unit_contact"})), RULES, late).barred
    told = {one.form.slug: one for one in barred}
    assert "退单窗口已在" in told["ask-send-back"].sentence
    assert "山东省政务服务热线管理办法" in told["ask-send-back"].source


def test_what_nobody_asked_for_is_not_told_of() -> None:
    barred = can(PLACES["in_progress"](), SUPERVISOR, "supervisor").barred
    assert not {"decide-extension", "decide-suspension", "decide-long-run"} & {one.form.slug for one in barred}


def test_one_answer_that_is_forbidden_does_not_forbid_the_other() -> None:
    """A suspension beyond the pack's limit is the duty manager's to grant, but a supervisor may refuse it."""
    case = PLACES["in_progress"]()
    far = at_iso("2026-06-30T09:00:00+08:00")
    case.unit(c.AskSuspension, ground="court", resume_at=far)
    assert not allowed(case, c.DecideSuspension, SUPERVISOR, "supervisor", granted=True)
    assert "decide-suspension" in can(case, SUPERVISOR, "supervisor").slugs


def test_each_part_is_signed_and_finished_by_itself() -> None:
    case = PLACES["in_progress"]()
    for what in ("清运", "复绿"):
        case.unit(c.OpenPart, **{**content_of(c.OpenPart, case), "what": what})
    signing = [(one.form.slug, one.part) for one in can(case, "unit:csglj:contact", "unit_contact").actions]
    assert signing.count(("sign-part", 1)) == signing.count(("sign-part", 2)) == 1
    case.act(c.SignPart, "unit:csglj:contact", "unit_contact", part=1)
    after = [(one.form.slug, one.part) for one in can(case, "unit:csglj:contact", "unit_contact").actions]
    assert ("sign-part", 1) not in after and ("finish-part", 1) in after and ("sign-part", 2) in after


def test_who_has_two_roles_acts_in_the_one_that_may_more() -> None:
    case = PLACES["in_progress"]()
    action = can(case, "staff:9001", "supervisor", "duty_manager").action("urge")
    assert action is not None and action.role == "duty_manager"


def test_a_countys_office_sends_on_only_inside_its_region() -> None:
    case = Case().to_unit("bc")
    by, levels = "unit:bc:contact", load_units().levels
    asks = Asks(by, frozenset({"unit_contact", "county_office"}))
    action = possible(case.order, asks, RULES, case.now, levels).action("open-part")
    assert action is not None and action.role == "county_office"


def test_the_reason_against_a_step_is_the_tables_own() -> None:
    case = PLACES["submitted"]()
    refusal = why_not(FORMS["dispatch"], case.order, Asks("staff:3001", frozenset({"dispatcher"})), RULES, case.now)
    assert refusal is not None and refusal.code == "wrong_state"
    assert why_not(FORMS["dispatch"], case.order, Asks("staff:1", frozenset({"qa"})), RULES, case.now) is None


def test_nothing_is_written_by_asking() -> None:
    case = PLACES["in_progress"]()
    before = list(case.entries), case.order.seq
    for role in ROLES:
        can(case, person_of(c.Note, role, case), role)
    assert (case.entries, case.order.seq) == before
    assert all(role in ROLE_ZH for role in ROLES)

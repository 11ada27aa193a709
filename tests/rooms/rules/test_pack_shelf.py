"""Versions side by side: an order keeps its own, a new one never reaches back."""

import pytest

from lianxin.ground.clock import at_iso
from lianxin.rules import Rules, load_rules, rules_from_text
from lianxin.rules.loading import SHIPPED
from lianxin.rules.shelf import NoRules, PackRefused, Shelf

NEW_YEAR = "2027-01-01T00:00:00+08:00"
BEFORE = at_iso("2026-12-30T23:50:00+08:00")
AFTER = at_iso("2027-01-04T09:00:00+08:00")


def next_years(*, applies_to_open: bool = False) -> Rules:
    """The pack 2027.1: three working days instead of five."""
    text = (SHIPPED / "sd-binzhou-2026.1.yaml").read_text(encoding="utf-8")
    text = text.replace('version: "2026.1"', 'version: "2027.1"', 1).replace("2026-01-01T00:00:00+08:00", NEW_YEAR)
    text = text.replace("default:     {value: 5", "default:     {value: 3")
    return rules_from_text(text + ("applies_to_open: true\n" if applies_to_open else ""))


@pytest.fixture
def shelf() -> Shelf:
    return Shelf([load_rules("sd-binzhou"), load_rules("gd-2022")])


def test_an_order_accepted_before_the_change_keeps_its_five_days(shelf):
    both = shelf.admit(next_years(), BEFORE)
    accepted_under = both.in_force("sd-binzhou", BEFORE).ref
    assert accepted_under == "sd-binzhou@2026.1"
    assert both.for_order(accepted_under, AFTER).clock("order.handle.default").value == 5
    assert both.in_force("sd-binzhou", AFTER).clock("order.handle.default").value == 3


def test_a_pack_that_applies_to_open_orders_takes_them_over_from_its_first_day(shelf):
    both = shelf.admit(next_years(applies_to_open=True), BEFORE)
    assert both.for_order("sd-binzhou@2026.1", BEFORE).version == "2026.1"
    assert both.for_order("sd-binzhou@2026.1", AFTER).version == "2027.1"


def test_a_pack_that_begins_in_the_past_is_refused(shelf):
    with pytest.raises(PackRefused, match="lies in the past"):
        shelf.admit(next_years(), AFTER)
    assert shelf.admit(next_years(), at_iso(NEW_YEAR)).frozen("sd-binzhou@2027.1")


def test_a_version_is_loaded_once(shelf):
    with pytest.raises(PackRefused, match="loaded already"):
        shelf.admit(load_rules("gd-2022"), BEFORE)
    with pytest.raises(PackRefused, match="twice"):
        Shelf([load_rules("gd-2022"), load_rules("gd-2022")])


def test_before_the_first_day_and_for_strangers_no_rules_hold(shelf):
    with pytest.raises(NoRules):
        shelf.in_force("sd-binzhou", at_iso("2025-12-31T23:59:59+08:00"))
    with pytest.raises(NoRules):
        shelf.frozen("sd-binzhou@1999")
    with pytest.raises(NoRules):
        shelf.for_order("nowhere@1", AFTER)


def test_a_pack_that_has_ended_holds_no_more_but_its_orders_keep_it():
    text = (SHIPPED / "gd-2022-2022-09-01.yaml").read_text(encoding="utf-8")
    shelf = Shelf([rules_from_text(text.replace("to: null", f'to: "{NEW_YEAR}"'))])
    with pytest.raises(NoRules):
        shelf.in_force("gd-2022", AFTER)
    assert shelf.for_order("gd-2022@2022-09-01", AFTER).pack == "gd-2022"

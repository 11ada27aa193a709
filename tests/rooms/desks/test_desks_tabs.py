"""Who sees which tab? The rooms' own list, asked as the masthead asks it."""

import pytest

from lianxin.desks.pages import own_desk
from lianxin.desks.site import all_tabs


def seen_by(*roles: str) -> set[str]:
    return {tab.path for tab in all_tabs() if not tab.roles or tab.roles.intersection(roles)}


@pytest.mark.parametrize("role", ["sysadmin", "secadmin", "auditadmin"])
def test_an_administrator_sees_only_what_is_theirs(role):
    own = {tab.path for tab in all_tabs() if role in tab.roles}
    assert own and seen_by(role) == own
    assert not {"/book", "/orders"} & own


@pytest.mark.parametrize("role", ["agent", "dispatcher", "unit_contact", "leader", "duty_manager"])
def test_whoever_works_on_orders_sees_the_book_and_the_orders(role):
    assert {"/book", "/orders"} <= seen_by(role)


def test_an_administrator_who_stands_in_for_a_dispatcher_sees_both():
    assert {"/book", "/orders"} < seen_by("sysadmin", "dispatcher")


@pytest.mark.parametrize("role", ["kb_editor", "kb_owner", "media_editor"])
def test_the_book_takes_the_place_of_nobodys_own_desk(role):
    assert own_desk(all_tabs(), frozenset({role})) == "/knowledge"

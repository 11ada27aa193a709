"""The book: what balances, who belongs to which group, and how the city is drawn."""

import msgspec
from made_book import made_book

from lianxin.desks.book import Book, HolderCount
from lianxin.desks.city import draw_city
from lianxin.desks.grouping import by_county, group_of, grouped
from lianxin.desks.terms import actor_name
from lianxin.units import load_units

UNITS = load_units()


def test_the_books_balance_when_events_and_holders_agree():
    book = made_book()
    assert book.held == 887
    assert book.balanced


def test_one_order_that_nobody_holds_unbalances_the_books():
    book = made_book()
    assert not msgspec.structs.replace(book, opened=book.opened + 1).balanced


def test_a_book_without_any_order_is_balanced_and_empty():
    book = Book(now=0)
    assert book.balanced and book.empty
    assert not made_book().empty


def test_every_unit_of_the_city_belongs_to_a_group():
    assert {group_of(unit.holder, UNITS) for unit in (*UNITS.all, *UNITS.outside)} == {
        "bureau",
        "county",
        "zone",
        "enterprise",
        "outside",
    }


def test_trays_and_seats_are_the_hall_and_a_forgotten_unit_still_counts():
    holders = [HolderCount("tray:review", 2), HolderCount("staff:1001", 3), HolderCount("unit:gone-since", 4)]
    groups = {group.name: group.orders for group in grouped(holders, UNITS)}
    assert (groups["hall"], groups["bureau"], sum(groups.values())) == (5, 4, 9)


def test_a_development_zone_counts_with_the_county_it_lies_in():
    zone = next(unit for unit in UNITS.all if unit.group == "zone")
    county = UNITS.places.region(zone.place).inside
    assert by_county([HolderCount(zone.holder, 7)], UNITS) == {county: 7}


def test_bureaus_of_the_city_are_in_no_county():
    assert by_county([HolderCount("unit:zjj", 7), HolderCount("tray:review", 2)], UNITS) == {}


def test_the_map_has_the_seven_counties_within_its_frame():
    city = draw_city("binzhou")
    assert [county.name for county in city.counties] == ["滨城", "沾化", "惠民", "阳信", "无棣", "博兴", "邹平"]
    for county in city.counties:
        assert 0 < county.x < city.width and 0 < county.y < city.height
        assert county.path.startswith("M") and county.path.endswith("z")
    by_name = {county.name: county for county in city.counties}
    assert by_name["无棣"].y < by_name["滨城"].y < by_name["邹平"].y  # from north to south


def test_whoever_acts_has_a_name():
    assert actor_name("system", "zh") == "系统"
    assert actor_name("unit:zjj:contact", "zh") == "市住建局"
    assert actor_name("unit:zjj:contact", "en") == "Housing and Urban Construction Bureau"
    assert actor_name("citizen", "en") == "the citizen"

"""What a citizen may write in the three steps, and what comes back to them as it was."""

import pytest

from lianxin.places import load_places
from lianxin.portal.draft import (
    EMPTY,
    NO_KIND,
    NO_MAIL,
    NO_NUMBER,
    NO_PLACE,
    NO_UNIT,
    TEXT_MAX,
    TOO_LONG,
    Draft,
    Fault,
    place_words,
    whole_text,
    with_addition,
    with_matter,
    with_person,
)
from lianxin.units import load_units

PLACES, UNITS = load_places(), load_units()
WHAT = {"kind": "complaint", "place": "371602", "where": "锦苑小区 6 号楼", "text": "暖气不热"}
TOWN = next(town for town in PLACES.towns if town.region == "371602")


def test_what_is_right_is_kept_word_for_word():
    draft, wrong = with_matter(Draft(), WHAT, PLACES)
    assert wrong == {}
    assert (draft.kind, draft.place, draft.where, draft.text) == ("complaint", "371602", "锦苑小区 6 号楼", "暖气不热")


@pytest.mark.parametrize(
    ("change", "field", "fault"),
    [
        ({"kind": "gossip"}, "kind", Fault(NO_KIND)),
        ({"kind": ""}, "kind", Fault(NO_KIND)),
        ({"place": ""}, "place", Fault(NO_PLACE)),
        ({"place": "110000"}, "place", Fault(NO_PLACE)),  # Beijing is not in this city
        ({"place": "371602' OR 1=1"}, "place", Fault(NO_PLACE)),
        ({"text": ""}, "text", Fault(EMPTY)),
        ({"text": " \n\u200b\u202e\x00 "}, "text", Fault(EMPTY)),
        ({"text": "字" * (TEXT_MAX + 1)}, "text", Fault(TOO_LONG, TEXT_MAX)),
        ({"text": "字" * 40_000}, "text", Fault(TOO_LONG, TEXT_MAX)),  # more than the store takes at all
        ({"where": "路" * 101}, "where", Fault(TOO_LONG, 100)),
    ],
)
def test_what_is_wrong_is_named_and_everything_comes_back(change, field, fault):
    form = {**WHAT, **change}
    draft, wrong = with_matter(Draft(), form, PLACES)
    assert wrong == {field: fault}
    for name in ("text", "where"):
        if name not in change or fault.words == TOO_LONG:
            assert getattr(draft, name) == form[name]


def test_missing_fields_are_all_named_at_once():
    assert set(with_matter(Draft(), {}, PLACES)[1]) == {"kind", "place", "text"}


def test_exactly_as_much_as_fits_is_taken():
    assert with_matter(Draft(), {**WHAT, "text": "字" * TEXT_MAX}, PLACES)[1] == {}


def test_what_can_be_read_stays_and_what_cannot_be_seen_goes():
    text = "𠮷田家👨‍👩‍👧\u202e反过来\x00\r\n第二行"
    assert with_matter(Draft(), {**WHAT, "text": text}, PLACES)[0].text == "𠮷田家👨‍👩‍👧反过来\n第二行"


def test_one_line_stays_one_line():
    assert with_matter(Draft(), {**WHAT, "where": "黄河\n八路\t12 号"}, PLACES)[0].where == "黄河 八路 12 号"


def test_a_town_says_its_region_and_both_stand_under_the_words():
    draft, wrong = with_matter(Draft(), {**WHAT, "place": TOWN.code}, PLACES)
    assert wrong == {} and place_words(draft, PLACES) == f"滨城区{TOWN.name} 锦苑小区 6 号楼"
    assert whole_text(draft, PLACES) == f"暖气不热\n地点：滨城区{TOWN.name} 锦苑小区 6 号楼"


def test_nobody_need_say_who_they_are():
    draft, wrong = with_person(Draft(), {}, UNITS)
    assert wrong == {} and draft.anonymous and not draft.secret


def test_who_one_is_stays_as_it_was_typed():
    form = {"name": " 王小芳 ", "phone": "138 0013 8000", "mail": "wang@example.org", "secret": "yes"}
    draft, wrong = with_person(Draft(), form, UNITS)
    assert wrong == {} and (draft.name, draft.phone, draft.secret) == ("王小芳", "138 0013 8000", True)
    assert not draft.anonymous and draft.person.numbers == ("138 0013 8000",)


@pytest.mark.parametrize(
    "phone", ["13800138000", "+86 138 0013 8000", "１３８００１３８０００", "0543-3366789", "008613800138000"]
)
def test_ways_of_writing_a_number(phone):
    assert with_person(Draft(), {"phone": phone}, UNITS)[1] == {}


@pytest.mark.parametrize("phone", ["12", "1380013800", "3366789", "没有", "13800138000 13900139000"])
def test_what_is_no_number(phone):
    assert with_person(Draft(), {"phone": phone}, UNITS)[1] == {"phone": Fault(NO_NUMBER)}


@pytest.mark.parametrize(
    "mail", ["wang", "wang@", "@example.org", "a b@example.org", "wang@example", "a@b.c\r\nBcc: x@y.zz"]
)
def test_what_is_no_address(mail):
    assert with_person(Draft(), {"mail": mail}, UNITS)[1] == {"mail": Fault(NO_MAIL)}


@pytest.mark.parametrize("target", ["nobody", "zjj:leader", "sd-12345"])
def test_only_a_unit_of_the_city_can_be_what_it_is_about(target):
    draft, wrong = with_person(Draft(), {"target": target}, UNITS)
    assert wrong == {"target": Fault(NO_UNIT)} and draft.target == ""


def test_a_name_that_is_too_long_is_named():
    assert with_person(Draft(), {"name": "长" * 41}, UNITS)[1] == {"name": Fault(TOO_LONG, 40)}


def test_an_addition_follows_the_same_rules():
    assert with_addition({"text": " 楼上也不热 "}) == ("楼上也不热", {})
    assert with_addition({}) == ("", {"text": Fault(EMPTY)})

"""The city has ten regions, ninety-two towns and a tree of matters, each with its own code."""

import json
from pathlib import Path

import pytest

from lianxin.places import PackFileError, category_title, load_categories, load_places
from lianxin.places.packfile import city_file, rows
from lianxin.places.regions import Town


def test_ten_regions_seven_of_the_nation_and_three_zones() -> None:
    places = load_places()
    assert len(places.regions) == len({region.code for region in places.regions}) == 10
    assert sum(region.kind == "county" for region in places.regions) == 7
    assert places.region("371602").title() == "滨城区"
    assert places.region("bhq").inside == "371623"


def test_ninety_two_towns_each_answered_for_by_one_region() -> None:
    places = load_places()
    assert len(places.towns) == len({town.code for town in places.towns}) == 92
    assert sum(len(places.towns_of(region.code)) for region in places.regions) == 92
    assert all(places.towns_of(region.code) for region in places.regions)
    assert all(town.code.startswith(town.county) and len(town.code) == 9 for town in places.towns)


def test_a_zone_answers_for_the_towns_it_runs() -> None:
    assert [town.name for town in load_places().towns_of("jkq")] == ["杜店街道", "沙河街道", "里则街道"]


def test_the_first_town_named_in_a_text_is_found() -> None:
    places = load_places()
    found = places.find("我在李庄镇打工，家是北镇街道的")
    assert found is not None and found.name == "李庄镇"
    assert places.find("也说不上叫啥街") is None


def test_twenty_six_branches_and_every_child_below_its_parent() -> None:
    tree = load_categories()
    assert sum(category.parent is None for category in tree.values()) == 26  # 25 and 99, the rest
    assert sum(category.parent is not None for category in tree.values()) == 175
    for category in tree.values():
        assert category.zh and category.en
        if category.parent:
            assert category.code.startswith(category.parent) and category.parent in tree


def test_a_category_nobody_knows_is_shown_by_its_code() -> None:
    assert category_title("0203") == "供热"
    assert category_title("0203", "en") == "heating"
    assert category_title("7777") == "7777"


def test_the_outline_has_the_seven_counties_and_stays_small() -> None:
    path = city_file("binzhou", "counties.geojson")
    outline = json.loads(path.read_text(encoding="utf-8"))
    counties = {region.code for region in load_places().regions if region.kind == "county"}
    assert {feature["properties"]["code"] for feature in outline["features"]} == counties
    assert path.stat().st_size <= 30_000
    assert "MIT" in outline["provenance"]


def test_a_city_without_data_is_refused_with_those_there_are() -> None:
    with pytest.raises(PackFileError, match="binzhou"):
        load_places("nowhere")


def test_a_mistake_in_a_file_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "towns.csv"
    path.write_text(
        "code,name,kind,county,region\n371602001,市中街道,街道,371602,371602\n371602002,,街道,371602,371602\n"
    )
    with pytest.raises(PackFileError, match=r"towns\.csv, line 3: .*name"):
        rows(path, Town)

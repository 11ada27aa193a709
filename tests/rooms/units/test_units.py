"""Every matter at every place has one unit that leads in it."""

from collections import Counter
from itertools import product

import pytest

from lianxin.places import PackFileError, load_categories, load_places
from lianxin.units import Directory, Rule, load_units
from lianxin.units import units as units_module

LEAVES = [code for code, category in load_categories().items() if category.parent]
REGIONS = [region.code for region in load_places().regions]


def test_about_a_hundred_units_with_ids_of_their_own() -> None:
    units = load_units()
    everyone = (*units.all, *units.outside)
    assert len(units.all) == 100
    assert len({unit.id for unit in everyone}) == len(everyone)
    assert len({unit.short for unit in everyone}) == len(everyone)
    assert Counter(unit.group for unit in units.all) == {
        "city_bureau": 39, "county": 35, "town": 14, "enterprise": 9, "zone": 3,
    }  # fmt: skip
    assert {"110", "119", "120", "122", "sd-12345"} <= {unit.id for unit in units.outside}


@pytest.mark.parametrize("region", [*REGIONS, None])
def test_every_category_has_a_leading_unit_in_every_region(region: str | None) -> None:
    units = load_units()
    handling = {unit.id for unit in units.all}
    for category in LEAVES:
        lead = units.lead_for(category, region)
        assert lead in handling
        assert set(units.assist_for(category, region)) <= handling - {lead}


def test_a_county_matter_never_goes_to_another_county() -> None:
    units = load_units()
    for category, region in product(LEAVES, REGIONS):
        assert units.region_of(units.lead_for(category, region)) in (None, region)


def test_heating_of_the_main_city_goes_to_the_public_enterprise() -> None:
    units = load_units()
    assert units.lead_for("0203", "371602") == "gr"
    assert units.lead_for("0203", "371681") == "zp-zjj"
    assert units.lead_for("0203", "bhq") == "bhq"  # a zone has no bureaus of its own here
    assert units.lead_for("0203", None) == "gr"


def test_a_village_matter_goes_to_the_town_that_has_a_login_else_to_the_office() -> None:
    units = load_units()
    assert units.lead_for("2404", "371621", "371621105") == "hm-lizhuang"
    assert units.lead_for("2404", "371621", "371621107") == "hm"  # 麻店镇
    assert units.lead_for("2405", "371621", "371621105") == "hm"  # conduct is not judged by the town itself


def test_a_category_of_another_system_goes_to_the_hotline_office() -> None:
    assert load_units().lead_for("zz", "371602") == "rxb"


def test_holders_are_called_by_their_names_in_both_languages() -> None:
    units = load_units()
    assert units.name("unit:bc-zjj") == "滨城区住建局"
    assert units.name("unit:bc-zjj", "en") == "Bincheng Housing Bureau"
    assert units.name("outside:120") == "120"
    assert units.name("unit:dissolved") == "dissolved"
    assert units.unit("sd-12345").holder == "outside:sd-12345"


def test_a_directory_that_names_what_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_path: object, _kind: object) -> Directory:
        rules = {"99": Rule(lead="rxb", at="city"), "01": Rule(lead="gone", at="city")}
        return Directory("dir-x", "2026-01-01", "test", None, rules, ())

    monkeypatch.setattr(units_module, "document", broken)
    with pytest.raises(PackFileError, match="no unit gone"):
        load_units.__wrapped__()

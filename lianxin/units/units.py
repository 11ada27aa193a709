"""The handling units (承办单位) of a city, and the outside systems it hands over to."""

from collections.abc import Mapping
from functools import cache, cached_property

import msgspec

from lianxin.ground.text import normalise
from lianxin.places import DEMO_CITY, PackFileError, Places, load_categories, load_places
from lianxin.places.packfile import city_file, document, rows
from lianxin.units.directory import Directory, local_unit
from lianxin.units.levels import Levels

UNIT_KEY = "unit:"
OUTSIDE_KEY = "outside:"
_OFFICE_GROUPS = ("county", "zone")


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """One unit: bureau, county unit, zone, township, public enterprise or outside system."""

    id: str
    name: str
    short: str
    name_en: str
    initials: str  # pinyin initials of the short name, for choosing by keyboard
    group: str  # city_bureau | county | zone | town | enterprise | outside
    place: str = ""  # region code of a county or zone, town code of a township

    @property
    def holder(self) -> str:
        """The key under which the unit holds orders in the ledger."""
        return (OUTSIDE_KEY if self.group == "outside" else UNIT_KEY) + self.id

    def title(self, lang: str = "zh") -> str:
        """Return the short name in `lang`."""
        return self.name_en if lang == "en" else self.short


class Units(msgspec.Struct, frozen=True, dict=True):
    """All units of a city with the directory that chooses among them."""

    places: Places
    all: tuple[Unit, ...]  # those that handle orders
    outside: tuple[Unit, ...]
    directory: Directory

    def unit(self, unit_id: str) -> Unit:
        """Return the unit or outside system of `unit_id`. Raises KeyError for an unknown one."""
        return self._by_id[unit_id]

    def knows(self, unit_id: str) -> bool:
        """Say whether there is a unit or outside system of this id."""
        return unit_id in self._by_id

    def office_of(self, region: str) -> Unit:
        """Return the unit that takes what is sent to the region as such: county office or zone."""
        return self._offices[region]

    def region_of(self, unit_id: str) -> str | None:
        """Return the region code a unit belongs to, None for one of the whole city."""
        place = self.unit(unit_id).place
        return self.places.town(place).region if place and place not in self._offices else place or None

    @cached_property
    def levels(self) -> Levels:
        """Who stands above whom, as a value of its own."""
        places = {unit.id: region for unit in self.all if (region := self.region_of(unit.id)) is not None}
        offices = {region: office.id for region, office in self._offices.items()}
        towns = frozenset(unit.id for unit in self.all if unit.group == "town")
        return Levels({unit.id: unit.short for unit in self.all}, places, offices, towns)

    def lead_for(self, category: str, region: str | None, town: str | None = None) -> str:
        """Return the id of the unit that leads in `category` at that place.

        category  code of two or four digits; an unknown one goes to the hotline office
        region    region code, None where the place is not known: then the city's unit leads
        town      nine-digit code where it is known
        """
        rule = self.directory.rule_for(category)
        exception = self.directory.exception_for(category, region)
        if exception:
            return exception.lead
        if rule.at == "city" or region is None:
            return rule.lead
        if rule.at == "town" and town in self._by_town:
            return self._by_town[town].id
        return local_unit(rule, self.office_of(region).id, self.places.region(region).prefix, self._by_id)

    def assist_for(self, category: str, region: str | None, town: str | None = None) -> tuple[str, ...]:
        """Return the ids of the units that help the leading one; never the leading one itself."""
        lead = self.lead_for(category, region, town)
        return tuple(unit for unit in self.directory.rule_for(category).assist if unit != lead)

    def name(self, key: str, lang: str = "zh") -> str:
        """Return how a holder `unit:…` or `outside:…`, or a bare id, is called on a page.

        An id that is not known any more is shown as it is: history outlives the list.
        """
        unit_id = key.removeprefix(UNIT_KEY).removeprefix(OUTSIDE_KEY)
        known = self._by_id.get(unit_id)
        return known.title(lang) if known else unit_id

    @cached_property
    def by_name(self) -> Mapping[str, str]:
        """Every normalised way to write one that handles orders -> its id."""
        return _by_name(self.all)

    @cached_property
    def outside_by_name(self) -> Mapping[str, str]:
        """Every normalised way to write an outside system -> its id."""
        return _by_name(self.outside)

    @cached_property
    def _by_id(self) -> Mapping[str, Unit]:
        return {unit.id: unit for unit in (*self.all, *self.outside)}

    @cached_property
    def _by_town(self) -> Mapping[str | None, Unit]:
        return {unit.place: unit for unit in self.all if unit.group == "town"}

    @cached_property
    def _offices(self) -> Mapping[str, Unit]:
        offices: dict[str, Unit] = {}
        for unit in self.all:
            if unit.group in _OFFICE_GROUPS:
                offices.setdefault(unit.place, unit)  # the first of a region in the file is its office
        return offices


def _by_name(units: tuple[Unit, ...]) -> Mapping[str, str]:
    """Return every way to write a unit -> its id; ids win over initials that happen to be the same."""
    found: dict[str, str] = {}
    for unit in units:
        for word in (unit.initials, unit.name_en, unit.short, unit.name):
            found[normalise(word)] = unit.id
    return found | {normalise(unit.id): unit.id for unit in units}


@cache
def load_units(city: str = DEMO_CITY) -> Units:
    """Return the units of `city`. Raises PackFileError for a directory that names what is not there."""
    everyone = rows(city_file(city, "units.csv"), Unit)
    units = Units(
        places=load_places(city),
        all=tuple(unit for unit in everyone if unit.group != "outside"),
        outside=tuple(unit for unit in everyone if unit.group == "outside"),
        directory=document(city_file(city, "directory.yaml"), Directory),
    )
    _check(units)
    return units


def _check(units: Units) -> None:
    """Refuse a directory with a unit, region or category that the city does not have."""
    directory = units.directory
    if "99" not in directory.rules:
        raise PackFileError("directory.yaml: no rule for 99, so an unclear matter would have no unit")
    named = {rule.lead for rule in directory.rules.values()}
    named |= {unit for rule in directory.rules.values() for unit in rule.assist}
    named |= {exception.lead for exception in directory.exceptions}
    codes = set(directory.rules) | {exception.category for exception in directory.exceptions}
    regions = {code for exception in directory.exceptions for code in exception.regions}
    for what, missing in (
        ("unit", {unit for unit in named if not units.knows(unit)}),
        ("category", codes - set(load_categories())),
        ("region", regions - {region.code for region in units.places.regions}),
    ):
        if missing:
            raise PackFileError(f"directory.yaml: there is no {what} {', '.join(sorted(missing))}")

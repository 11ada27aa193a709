"""Which regions and towns does the city have?

A region (县市区) is what the directory knows: a county, a district, or a development zone
that answers for the towns it runs although the nation has no code for it.
"""

from collections.abc import Mapping
from functools import cache, cached_property

import msgspec

from lianxin.places.packfile import DEMO_CITY, city_file, rows


class Region(msgspec.Struct, frozen=True, kw_only=True):
    """A county-level region: code of the nation where there is one, else our own short word."""

    code: str
    name: str
    short: str
    name_en: str
    prefix: str
    kind: str  # county | zone
    weight: float  # share of contacts, in 10,000 inhabitants (assumption after the census of 2020)
    lon: float
    lat: float
    inside: str | None = None  # the county a zone lies in

    def title(self, lang: str = "zh") -> str:
        """Return the full name in `lang`."""
        return self.name_en if lang == "en" else self.name


class Town(msgspec.Struct, frozen=True):
    """A township or street office (乡镇街道) with its nine-digit code."""

    code: str
    name: str
    kind: str
    county: str
    region: str  # who answers for it: its county, or the zone that runs it


class Places(msgspec.Struct, frozen=True, dict=True):
    """The regions and towns of a city, in the order of their codes."""

    city: str
    regions: tuple[Region, ...]
    towns: tuple[Town, ...]

    def region(self, code: str) -> Region:
        """Return the region of `code`. Raises KeyError for an unknown one."""
        return self._regions[code]

    def town(self, code: str) -> Town:
        """Return the town of the nine-digit `code`. Raises KeyError for an unknown one."""
        return self._towns[code]

    def towns_of(self, region: str) -> tuple[Town, ...]:
        """Return the towns that the region of code `region` answers for."""
        return self._by_region[region]

    def find(self, text: str) -> Town | None:
        """Return the town named in `text` by its full name, the first of several; None without one."""
        hits = [(text.index(town.name), town.code, town) for town in self.towns if town.name in text]
        return min(hits)[2] if hits else None

    @cached_property
    def _regions(self) -> Mapping[str, Region]:
        return {region.code: region for region in self.regions}

    @cached_property
    def _towns(self) -> Mapping[str, Town]:
        return {town.code: town for town in self.towns}

    @cached_property
    def _by_region(self) -> Mapping[str, tuple[Town, ...]]:
        return {
            region.code: tuple(town for town in self.towns if town.region == region.code) for region in self.regions
        }


@cache
def load_places(city: str = DEMO_CITY) -> Places:
    """Return the places of `city`. Raises PackFileError for a city without data."""
    return Places(
        city=city,
        regions=rows(city_file(city, "regions.csv"), Region),
        towns=rows(city_file(city, "towns.csv"), Town),
    )

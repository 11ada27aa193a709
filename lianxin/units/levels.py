"""Who stands above whom? City, county or zone, and the units inside it (分级办理).

A region's office (县区热线办、管委会) stands above the county units and townships of its
region, and the city above all. A value without the city's files: what decides about an
order takes it as an argument. Pure.
"""

from collections.abc import Mapping

import msgspec


class Levels(msgspec.Struct, frozen=True):
    """The levels of a city.

    names    unit -> how it is called for short
    regions  unit -> code of the region it belongs to; units of the whole city are not in it
    offices  region -> the unit that stands for the region as such
    lowest   units below which there is none: townships (乡镇、街道)
    """

    names: Mapping[str, str] = {}
    regions: Mapping[str, str] = {}
    offices: Mapping[str, str] = {}
    lowest: frozenset[str] = frozenset()

    def name(self, unit: str) -> str:
        """Return how a unit is called; its id where it is not known."""
        return self.names.get(unit, unit)

    def above(self, unit: str) -> str | None:
        """Return the office one level up; None: the city is, or nothing is known of the unit."""
        office = self.offices.get(self.regions.get(unit, ""))
        return None if office == unit else office

    def inside(self, office: str) -> frozenset[str]:
        """Return the units to which this office sends on (二级派单); none for a unit that is no region's office."""
        region = self.regions.get(office)
        if region is None or self.offices.get(region) != office:
            return frozenset()
        return frozenset(unit for unit, place in self.regions.items() if place == region and unit != office)


FLAT = Levels()
"""A city of which nothing is known: nobody stands above anybody, so nothing is sent on inside a region."""

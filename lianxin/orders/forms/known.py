"""What may a form name? The units, regions and categories of the city, its people, and the order itself. Pure."""

from collections.abc import Mapping
from functools import cached_property

import msgspec

from lianxin.ground.text import normalise
from lianxin.orders.order import Order
from lianxin.people import STAFF_KEY
from lianxin.places import Category, load_categories
from lianxin.units import OUTSIDE_KEY, UNIT_KEY, Units


class Known(msgspec.Struct, frozen=True, dict=True):
    """Everything a field can be filled with, apart from words.

    staff  work number -> name of everybody of the house who is here
    order  the order that the form is about; None where it is about to be opened
    """

    units: Units
    staff: Mapping[str, str]
    order: Order | None = None

    def unit(self, words: str) -> str | None:
        """Return the id of the unit that is meant by its name, short name, initials or id; None for none."""
        return self.units.by_name.get(normalise(words))

    def outside(self, words: str) -> str | None:
        """Return the id of the system outside that is meant; None for none."""
        return self.units.outside_by_name.get(normalise(words))

    def person(self, words: str) -> str | None:
        """Return `staff:1026` for a work number or a name that only one of the house has; None for none."""
        meant = normalise(words).removeprefix(STAFF_KEY)
        if meant in self.staff:
            return f"{STAFF_KEY}{meant}"
        number = self._persons.get(meant)
        return f"{STAFF_KEY}{number}" if number else None

    def taker(self, words: str) -> str | None:
        """Return the holder key of who may take a part: a unit, a person of the house, a system outside."""
        if unit := self.unit(words.removeprefix(UNIT_KEY)):
            return f"{UNIT_KEY}{unit}"
        if system := self.outside(words.removeprefix(OUTSIDE_KEY)):
            return f"{OUTSIDE_KEY}{system}"
        return self.person(words)

    def category(self, code: str) -> Category | None:
        """Return the category of this code; None for none."""
        return load_categories().get(code)

    def is_region(self, code: str) -> bool:
        """Say whether the city has a region of this code."""
        return any(region.code == code for region in self.units.places.regions)

    @cached_property
    def _persons(self) -> Mapping[str, str]:
        """Name -> work number; a name that two have means nobody."""
        found: dict[str, str] = {}
        for number, name in self.staff.items():
            found[normalise(name)] = "" if normalise(name) in found else number
        return found

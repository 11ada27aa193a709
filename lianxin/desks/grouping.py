"""Which holders belong together on a page? Pure but for the city's list of units."""

from collections import Counter
from collections.abc import Iterable

from lianxin.desks.book import GROUPS, Group, GroupName, HolderCount
from lianxin.units import OUTSIDE_KEY, UNIT_KEY, Units

_OF_UNIT: dict[str, GroupName] = {
    "city_bureau": "bureau",
    "county": "county",
    "town": "county",
    "zone": "zone",
    "enterprise": "enterprise",
    "outside": "outside",
}


def group_of(key: str, units: Units) -> GroupName:
    """Return the group of a holder; a unit that is not on the list any more counts with the bureaus."""
    if key.startswith(OUTSIDE_KEY):
        return "outside"
    if not key.startswith(UNIT_KEY):
        return "hall"
    unit_id = key.removeprefix(UNIT_KEY)
    return _OF_UNIT[units.unit(unit_id).group] if units.knows(unit_id) else "bureau"


def grouped(holders: Iterable[HolderCount], units: Units) -> tuple[Group, ...]:
    """Return every group with its holders, most orders first; groups without any are there too."""
    found: dict[GroupName, list[HolderCount]] = {name: [] for name in GROUPS}
    for holder in holders:
        found[group_of(holder.key, units)].append(holder)
    return tuple(Group(name, tuple(sorted(of, key=_most_first))) for name, of in found.items())


def by_county(holders: Iterable[HolderCount], units: Units) -> dict[str, int]:
    """Return the open orders that the units of each county hold, by the county's code.

    A development zone counts with the county it lies in: on the map it has no shape of its own.
    """
    counts: Counter[str] = Counter()
    for holder in holders:
        unit_id = holder.key.removeprefix(UNIT_KEY)
        if holder.key.startswith(UNIT_KEY) and units.knows(unit_id):
            code = units.region_of(unit_id)
            if code:
                region = units.places.region(code)
                counts[region.inside or region.code] += holder.orders
    return dict(counts)


def _most_first(holder: HolderCount) -> tuple[int, str]:
    return -holder.orders, holder.key

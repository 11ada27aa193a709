"""What can be chosen in the forms of the knowledge base, as pairs of value and words? Pure."""

from collections.abc import Iterable
from datetime import date

from lianxin.places import Category, Region
from lianxin.units.units import Unit

Options = list[tuple[str, str]]


def unit_options(units: Iterable[Unit], lang: str) -> Options:
    """Return the units by id, as they are called."""
    return [(unit.id, unit.title(lang)) for unit in units]


def branch_options(categories: Iterable[Category], lang: str) -> Options:
    """Return the first level of the tree of matters."""
    return [(one.code, one.title(lang)) for one in categories if one.parent is None]


def leaf_options(categories: Iterable[Category], lang: str) -> Options:
    """Return the second level, each with the branch it hangs on."""
    known = {one.code: one for one in categories}
    return [
        (one.code, f"{known[one.parent].title(lang)} / {one.title(lang)}")
        for one in known.values()
        if one.parent is not None
    ]


def region_options(regions: Iterable[Region], lang: str) -> Options:
    """Return the regions."""
    return [(region.code, region.title(lang)) for region in regions]


def day_of(written: str | None) -> date | None:
    """Return a stored day, None where there is none."""
    return date.fromisoformat(written) if written else None

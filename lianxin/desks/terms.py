"""Which names and values may every page of the house use?"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from lianxin.desks.book import Group, HolderCount
from lianxin.desks.grouping import grouped
from lianxin.desks.words import CHANNEL_WORDS, DISPOSITION_WORDS, GROUP_WORDS
from lianxin.ground.web import marked
from lianxin.orders.listing import HolderLine
from lianxin.orders.pages import TERMS as ORDER_TERMS
from lianxin.people import ROLES, holder_name
from lianxin.people.roll import APART
from lianxin.places import DEMO_CITY, category_title
from lianxin.units import UNIT_KEY, Units

WORK_ON_ORDERS = frozenset(ROLES) - APART
"""The three administrators keep the house and have no part in its orders (三员分立)."""
SEEK = {"path": "/orders", "label": marked("Number, words or place"), "roles": WORK_ON_ORDERS}
ACTORS: dict[str, tuple[str, str]] = {"system": ("系统", "the system"), "citizen": ("市民", "the citizen")}
CITIES: dict[str, tuple[str, str]] = {"binzhou": ("滨州", "Binzhou")}


def terms(units: Units, city: str = DEMO_CITY) -> Mapping[str, Any]:
    """Return the names and values, for the pages of one city."""
    return {
        **ORDER_TERMS,
        "seek": SEEK,
        "group_words": GROUP_WORDS,
        "disposition_words": DISPOSITION_WORDS,
        "channel_words": CHANNEL_WORDS,
        "holder_name": holder_name,
        "actor_name": actor_name,
        "category_title": category_title,
        "region_title": _regions(units),
        "holder_groups": _groups(units),
        "city_name": lambda language: CITIES.get(city, (city, city))[language == "en"],
    }


def actor_name(actor: str, language: str) -> str:
    """Return how the one who acted is called: a person of the house, an officer's unit, the system, the citizen."""
    if actor in ACTORS:
        return ACTORS[actor][language == "en"]
    if actor.startswith(UNIT_KEY):
        return holder_name(":".join(actor.split(":")[:2]), language)
    return holder_name(actor, language)


def _regions(units: Units) -> Callable[[str, str], str]:
    names = {region.code: region for region in units.places.regions}
    return lambda code, language: names[code].title(language) if code in names else code


def _groups(units: Units) -> Callable[[Iterable[HolderLine]], tuple[Group, ...]]:
    def groups(lines: Iterable[HolderLine]) -> tuple[Group, ...]:
        found = grouped((HolderCount(line.key, line.orders, 0, line.overdue) for line in lines), units)
        return tuple(group for group in found if group.holders)

    return groups

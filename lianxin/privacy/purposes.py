"""For what may who be shown a citizen's name and numbers (最小必要)?

Whoever works on the order now and has to reach the citizen, or answers for the house.
Who only counts, leads, publishes or administers never does. Pure.
Source: 个人信息保护法 articles 6 and 34; domain: each look needs a purpose.
"""

from collections.abc import Collection
from typing import Final

import msgspec

from lianxin.access.who import Who
from lianxin.ground.web.language import marked

PURPOSES: Final[dict[str, str]] = {
    "contact": marked("to ask the citizen about the matter"),
    "visit": marked("to meet the citizen on the spot"),
    "reply": marked("to tell the citizen the answer"),
    "followup": marked("to call back"),
    "emergency": marked("danger to life or property"),
    "supervision": marked("to check how it is handled"),
    "inspection": marked("quality inspection"),
    "other": marked("something else, in your own words"),
}
"""Purposes from which one is chosen; `other` needs words."""

INSPECTION: Final = "inspection"
FOLLOWUP_STATES: Final = frozenset({"followup_due", "followup_failed"})
_HOUSE: Final = frozenset({"dispatcher", "reviewer", "supervisor", "duty_manager"})
_SEATS: Final = frozenset({"agent", "seat_enterprise", "seat_dialect", "expert"})
_UNITS: Final = frozenset({"unit_contact", "unit_leader", "county_office", "township"})
_INSPECTORS: Final = frozenset({"qa", "qa_appeal"})
_APART: Final = frozenset({"duty_manager"})


class About(msgspec.Struct, frozen=True):
    """What decides on it of an order that its reader sees.

    holders  who holds it or a part of it now;  actors  who holds, follows or acted on it
    secret   it is confidential, or a report of a breach
    """

    state: str
    holders: Collection[str]
    actors: Collection[str]
    secret: bool = False


def purposes_for(who: Who, about: About) -> tuple[str, ...]:
    """Return the purposes for which this person may be shown who is behind the order; none: they may not.

    A seat for what it took in; a unit while it holds the order or a part of it; who calls back while the order is
    with the follow-up; a quality inspector for an inspection. Of a secret order only who calls back and the duty
    manager, whatever else they are.
    """
    calling = who.may("followup_caller") and about.state in FOLLOWUP_STATES
    if about.secret:
        return _all_but_inspection() if who.unit is None and (calling or who.may(*_APART)) else ()
    holding = who.unit is not None and f"unit:{who.unit}" in about.holders and who.may(*_UNITS)
    own = who.may(*_SEATS) and who.by in about.actors
    of_the_house = who.unit is None and (who.may(*_HOUSE) or calling or own)
    found = _all_but_inspection() if of_the_house or holding else ()
    return (*found, INSPECTION) if who.unit is None and who.may(*_INSPECTORS) else found


def _all_but_inspection() -> tuple[str, ...]:
    return tuple(purpose for purpose in PURPOSES if purpose != INSPECTION)

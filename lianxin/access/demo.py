"""The demo's doors: one person for each role, who come in without a password.

Only where the site lives in a time of its own; a real hotline has no such door.
"""

from functools import cache

import msgspec

from lianxin.people import ROLES, load_staff
from lianxin.people.roles import Role
from lianxin.people.staff import Person


class DemoDoor(msgspec.Struct, frozen=True):
    """A button on the demo's login page: who comes in, as what."""

    role: Role
    number: str
    name: str
    unit: str | None


@cache
def demo_doors() -> tuple[DemoDoor, ...]:
    """Return one door for each role that somebody has; where it can be, each leads to another person."""
    staff = load_staff()
    taken: set[str] = set()
    doors = []
    for role in ROLES.values():
        people = staff.by_role(role.id)
        if not people:
            continue
        person = _new_face(people, taken)
        taken.add(person.id)
        doors.append(DemoDoor(role, person.id, person.name, person.unit))
    return tuple(doors)


def _new_face(people: tuple[Person, ...], taken: set[str]) -> Person:
    return next((person for person in people if person.id not in taken), people[0])

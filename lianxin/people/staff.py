"""The people of the hotline and the officers of the units: who are they, who is on duty?"""

from collections.abc import Iterable, Mapping
from functools import cache, cached_property

import msgspec

from lianxin.ground.clock import Instant
from lianxin.people.roles import TRAYS
from lianxin.people.shifts import SLOTS_A_WEEK, Shift, ShiftBook, slot_of, slots
from lianxin.places import DEMO_CITY
from lianxin.places.packfile import city_file, document, rows
from lianxin.units import Units, load_units

STAFF_KEY = "staff:"
TRAY_KEY = "tray:"


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Someone who acts: a work number of the house, or `unit-id:contact` / `unit-id:leader`."""

    id: str
    name: str
    roles: tuple[str, ...]
    zone: str = ""  # where on the floor, in Chinese
    shift: str = ""  # B1 to B8; empty for an officer of a unit
    unit: str | None = None
    rest: tuple[int, ...] = ()  # days off, 1 = Monday
    skills: tuple[str, ...] = ()
    dialect: str = ""
    since: int = 0  # year of joining, 0 where not known

    def has(self, role: str) -> bool:
        """Say whether this person has the role."""
        return role in self.roles


class Staff(msgspec.Struct, frozen=True, dict=True):
    """Everyone of a city: the house by work number, then the officers of the units."""

    people: tuple[Person, ...]
    shifts: Mapping[str, Shift]

    def person(self, person_id: str) -> Person:
        """Return the person of this id, with or without `staff:`. Raises KeyError for an unknown one."""
        return self._by_id[person_id.removeprefix(STAFF_KEY)]

    def by_role(self, role: str) -> tuple[Person, ...]:
        """Return all who have the role, in the order of their ids; empty for a role nobody has."""
        return self._by_role.get(role, ())

    def on_duty(self, role: str, at: Instant) -> tuple[Person, ...]:
        """Return those of the house with the role who are on shift at `at`, standby excepted.

        Resolved to the half hour; a person's days off are kept. Officers of units are not in it.
        """
        week = self._duty.get(role)
        return week[slot_of(at)] if week else ()

    def standby(self, at: Instant) -> tuple[Person, ...]:
        """Return those who wait at home at `at` and can be on the floor within 30 minutes."""
        return self._standby[slot_of(at)]

    def officer(self, unit_id: str, leader: bool = False) -> Person:
        """Return the contact (联络员) of a unit, or its leader in charge (分管领导)."""
        return self._by_id[f"{unit_id}:{'leader' if leader else 'contact'}"]

    def name(self, key: str) -> str:
        """Return the name behind a work number, an officer's id or a `staff:…` key; the id if unknown."""
        person_id = key.removeprefix(STAFF_KEY)
        known = self._by_id.get(person_id)
        return known.name if known else person_id

    @property
    def house(self) -> tuple[Person, ...]:
        """Those who work in the house itself."""
        return tuple(person for person in self.people if person.unit is None)

    @cached_property
    def _by_id(self) -> Mapping[str, Person]:
        return {person.id: person for person in self.people}

    @cached_property
    def _by_role(self) -> Mapping[str, tuple[Person, ...]]:
        roles = {role for person in self.people for role in person.roles}
        return {role: tuple(person for person in self.people if role in person.roles) for role in roles}

    @cached_property
    def _duty(self) -> Mapping[str, tuple[tuple[Person, ...], ...]]:
        working = [person for person in self.house if not self.shifts[person.shift].standby]
        return {
            role: self._week(person for person in working if role in person.roles)
            for role in {role for person in working for role in person.roles}
        }

    @cached_property
    def _standby(self) -> tuple[tuple[Person, ...], ...]:
        return self._week(person for person in self.house if self.shifts[person.shift].standby)

    def _week(self, people: Iterable[Person]) -> tuple[tuple[Person, ...], ...]:
        week: list[list[Person]] = [[] for _ in range(SLOTS_A_WEEK)]
        for person in people:
            for slot in slots(self.shifts[person.shift], person.rest):
                week[slot].append(person)
        return tuple(map(tuple, week))


class _StaffRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    number: str
    name: str
    roles: tuple[str, ...]
    zone: str
    shift: str
    since: int
    rest: tuple[int, ...] = ()
    skills: tuple[str, ...] = ()
    dialect: str = ""


class _OfficerRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    unit: str
    contact: str
    leader: str


@cache
def load_staff(city: str = DEMO_CITY) -> Staff:
    """Return the people of `city`. Raises PackFileError for a file with a mistake."""
    book = document(city_file(city, "shifts.yaml"), ShiftBook)
    house = [_of_the_house(row) for row in rows(city_file(city, "staff.csv"), _StaffRow, ("roles", "rest", "skills"))]
    units = load_units(city)
    officers = [
        officer for row in rows(city_file(city, "officers.csv"), _OfficerRow) for officer in _officers(row, units)
    ]
    return Staff(people=(*house, *officers), shifts=book.shifts)


def holder_name(key: str, lang: str = "zh", city: str = DEMO_CITY) -> str:
    """Return how the holder `tray:…`, `staff:…`, `unit:…` or `outside:…` is called on a page.

    A key that nobody knows any more is shown as it is: history outlives the lists.
    """
    if key.startswith(TRAY_KEY):
        names = TRAYS.get(key.removeprefix(TRAY_KEY))
        return names[lang == "en"] if names else key
    if key.startswith(STAFF_KEY):
        return load_staff(city).name(key)
    return load_units(city).name(key, lang)


def _of_the_house(row: _StaffRow) -> Person:
    return Person(
        id=row.number,
        name=row.name,
        roles=row.roles,
        zone=row.zone,
        shift=row.shift,
        rest=row.rest,
        skills=row.skills,
        dialect=row.dialect,
        since=row.since,
    )


def _officers(row: _OfficerRow, units: Units) -> tuple[Person, Person]:
    further = {
        "county": ("county_office",),
        "zone": ("county_office",),
        "town": ("township",),
        "city_bureau": ("kb_owner",),
        "enterprise": ("kb_owner",),
    }
    is_whole = row.unit == row.unit.split("-")[0] or units.unit(row.unit).group == "town"
    roles = ("unit_contact", *(further.get(units.unit(row.unit).group, ()) if is_whole else ()))
    return (
        Person(id=f"{row.unit}:contact", name=row.contact, roles=roles, unit=row.unit),
        Person(id=f"{row.unit}:leader", name=row.leader, roles=("unit_leader",), unit=row.unit),
    )

"""Someone is on duty for every order, day and night, and enough of them to keep apart."""

from collections import Counter

import pytest

from lianxin.ground.clock import Instant, at_iso
from lianxin.people import AROUND_THE_CLOCK, ROLES, holder_name, load_staff
from lianxin.people.shifts import SLOT_MS, SLOTS_A_WEEK, Shift, slot_of, slots
from lianxin.units import load_units

MONDAY = at_iso("2026-03-09T00:00:00+08:00")
# On one order these five are always five persons.
APART = ("agent", "reviewer", "dispatcher", "objection_reviewer", "followup_caller")


def test_a_hundred_and_sixty_eight_people_on_eight_shifts_a_leader_and_an_editor() -> None:
    house = load_staff().house
    assert len(house) == len({person.id for person in house}) == len({person.name for person in house}) == 170
    assert Counter(person.shift for person in house) == {
        "B1": 30, "B2": 44, "B3": 30, "B4": 20, "B5": 17, "B6": 15, "B7": 9, "B8": 5,
    }  # fmt: skip
    assert all(len(person.rest) == 2 for person in house)  # five days of eight hours: 40 a week
    assert {role for person in house for role in person.roles} <= set(ROLES)


def test_every_unit_has_a_contact_and_a_leader() -> None:
    staff = load_staff()
    for unit in load_units().all:
        contact, leader = staff.officer(unit.id), staff.officer(unit.id, leader=True)
        assert contact.unit == leader.unit == unit.id
        assert contact.has("unit_contact") and leader.has("unit_leader")
        assert contact.name != leader.name
    assert len(staff.by_role("unit_contact")) == 100
    assert len(staff.by_role("county_office")) == 10
    assert staff.person("zjj:contact").unit == "zjj"


@pytest.mark.parametrize("role", AROUND_THE_CLOCK)
def test_every_role_of_an_orders_life_is_covered_at_each_half_hour_of_the_week(role: str) -> None:
    staff = load_staff()
    assert [slot for slot in range(SLOTS_A_WEEK) if not staff.on_duty(role, MONDAY + slot * SLOT_MS)] == []


def test_the_duties_of_an_order_can_be_kept_apart_at_each_half_hour_of_the_week() -> None:
    assert [slot for slot in range(SLOTS_A_WEEK) if not _apart(MONDAY + slot * SLOT_MS)] == []


def test_in_office_hours_the_other_roles_are_there_too() -> None:
    staff = load_staff()
    tuesday = at_iso("2026-03-10T10:00:00+08:00")
    others = ("seat_enterprise", "seat_dialect", "expert", "qa", "qa_appeal", "kb_editor", "analyst", "rule_admin")
    assert [role for role in (*others, "sysadmin", "secadmin", "auditadmin") if not staff.on_duty(role, tuesday)] == []


def test_the_three_administrators_are_three_persons() -> None:
    staff = load_staff()
    holders = [person.id for role in ("sysadmin", "secadmin", "auditadmin") for person in staff.by_role(role)]
    assert len(holders) == len(set(holders)) == 3


def test_who_is_on_duty_has_a_shift_that_says_so() -> None:
    staff = load_staff()
    night = {person.shift for person in staff.on_duty("agent", at_iso("2026-03-10T03:00:00+08:00"))}
    assert night == {"B7"}
    noon = {person.shift for person in staff.on_duty("dispatcher", at_iso("2026-03-10T12:30:00+08:00"))}
    assert "B2" not in noon  # the office eats


def test_standby_waits_at_home() -> None:
    staff = load_staff()
    morning = at_iso("2026-03-10T10:00:00+08:00")
    assert staff.standby(morning)
    assert not set(staff.standby(morning)) & set(staff.on_duty("agent", morning))


def test_a_night_shift_belongs_to_the_day_on_which_it_begins() -> None:
    night = Shift("大夜班", "night", (("23:30", "07:45"),))
    covered = slots(night, rest=(2, 3, 4, 5, 6, 7))  # Monday only
    assert slot_of(at_iso("2026-03-09T23:29:59+08:00")) not in covered
    assert slot_of(at_iso("2026-03-09T23:30:00+08:00")) in covered
    assert slot_of(at_iso("2026-03-10T07:40:00+08:00")) in covered
    assert len(covered) == 17  # 23:30 to 07:30 begin 17 half hours


def test_a_sunday_night_goes_on_in_the_new_week() -> None:
    covered = slots(Shift("大夜班", "night", (("23:30", "07:45"),)), rest=(1, 2, 3, 4, 5, 6))
    assert 0 in covered and SLOTS_A_WEEK - 1 in covered


def test_holders_are_called_by_their_names() -> None:
    someone = load_staff().house[0]
    assert holder_name("tray:dispatch") == "转办区"
    assert holder_name("tray:dispatch", "en") == "dispatch tray"
    assert holder_name(f"staff:{someone.id}") == someone.name
    assert holder_name("staff:zjj:leader") == load_staff().officer("zjj", leader=True).name
    assert holder_name("unit:gr") == "供热集团"
    assert holder_name("staff:9999") == "9999"


def _apart(at: Instant) -> bool:
    """Say whether each role of APART can be given to a person of its own (a matching)."""
    given: dict[str, str] = {}

    def place(role: str, seen: set[str]) -> bool:
        for person in load_staff().on_duty(role, at):
            if person.id not in seen:
                seen.add(person.id)
                if person.id not in given or place(given[person.id], seen):
                    given[person.id] = role
                    return True
        return False

    return all(place(role, set()) for role in APART)


def test_every_bureau_and_company_has_somebody_who_answers_for_its_knowledge():
    staff, units = load_staff(), load_units()
    owners = {person.unit for person in staff.by_role("kb_owner")}
    companies = {unit.id for unit in units.all if unit.group == "enterprise"}
    assert "gs" in companies and companies <= owners
    bureaus = {unit.id for unit in units.all if unit.group == "city_bureau" and "-" not in unit.id}
    assert owners == companies | bureaus

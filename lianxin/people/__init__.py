"""Who works here, in which role, and who is on duty right now?

People, roles and shifts of a city and the officers of its units: data, loaded once.
"""

from lianxin.people.roles import AROUND_THE_CLOCK, ROLES, TRAYS, Role
from lianxin.people.shifts import Shift
from lianxin.people.staff import STAFF_KEY, TRAY_KEY, Person, Staff, holder_name, load_staff

__all__ = [
    "AROUND_THE_CLOCK",
    "ROLES",
    "STAFF_KEY",
    "TRAYS",
    "TRAY_KEY",
    "Person",
    "Role",
    "Shift",
    "Staff",
    "holder_name",
    "load_staff",
]

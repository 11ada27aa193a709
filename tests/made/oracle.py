"""Who may see which order: the rule of the manual, written a second time and in another way.

Nothing here reads the predicate in SQL. It knows roles by name, and looks at one person
and one order at a time.
"""

from collections.abc import Mapping, Sequence
from typing import Any

SEES_PLAIN = frozenset(
    (
        *("agent", "seat_enterprise", "seat_dialect", "expert", "shift_lead", "reviewer", "dispatcher"),
        *("objection_reviewer", "followup_caller", "qa", "qa_appeal", "supervisor", "duty_manager"),
        *("analyst", "leader"),
    )
)
"""Roles that see every order which is not confidential."""
SEES_SECRET_IN: Mapping[str, frozenset[str]] = {
    "agent": frozenset({"received"}),
    "seat_enterprise": frozenset({"received"}),
    "seat_dialect": frozenset({"received"}),
    "shift_lead": frozenset({"received", "submitted"}),
    "reviewer": frozenset(
        {"submitted", "sent_back", "replied", "followup_due", "completed", "withdrawn", "reopen_asked"}
    ),
    "dispatcher": frozenset({"approved", "transferred"}),
    "objection_reviewer": frozenset({"send_back_review", "objection_review", "joint_meeting"}),
    "followup_caller": frozenset({"followup_due", "followup_failed"}),
}
"""Role -> states in which it works on a confidential order."""
SEES_SECRET_ALWAYS = frozenset({"supervisor", "duty_manager"})


def may_see(people: Sequence[Mapping[str, Any]], order: Mapping[str, Any]) -> bool:
    """Say whether somebody may see an order.

    people  the person, then those for whom they stand in: number, roles, unit, units, active
    order   state, flags, units, targets, actors
    """
    if not people or not people[0].get("active", True):
        return False
    if any(person.get("unit") in order["targets"] for person in people):
        return False
    return any(_sees(person, order) for person in people if person.get("active", True))


def _sees(person: Mapping[str, Any], order: Mapping[str, Any]) -> bool:
    key = f"unit:{person['number']}" if person.get("unit") else f"staff:{person['number']}"
    if key in order["actors"] or set(person.get("units", ())) & set(order["units"]):
        return True
    for role in person["roles"]:
        if "confidential" in order["flags"]:
            if role in SEES_SECRET_ALWAYS or order["state"] in SEES_SECRET_IN.get(role, ()):
                return True
        elif role in SEES_PLAIN or (role == "media_editor" and "media" in order["flags"]):
            return True
    return False

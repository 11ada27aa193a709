"""Who sees which order: the predicate in SQL against a rule written a second time, in Python, from the manual."""

import json
from itertools import product
from typing import Any

import asyncpg
import oracle
import pytest

PEOPLE: dict[str, dict[str, Any]] = {
    "1001": {"roles": ["agent"]},
    "1002": {"roles": ["reviewer"]},
    "1003": {"roles": ["dispatcher"]},
    "1004": {"roles": ["followup_caller"]},
    "1005": {"roles": ["supervisor"]},
    "1006": {"roles": ["duty_manager"]},
    "1007": {"roles": ["leader"]},
    "1008": {"roles": ["media_editor"]},
    "1009": {"roles": ["sysadmin"]},
    "1010": {"roles": ["auditadmin"]},
    "1011": {"roles": ["kb_editor"]},
    "1012": {"roles": ["agent"], "active": False},
    "1013": {"roles": [], "deputy_of": "1006"},
    "zjj:contact": {"roles": ["unit_contact"], "unit": "zjj", "units": ["zjj"]},
    "bc:contact": {"roles": ["unit_contact", "county_office"], "unit": "bc", "units": ["bc", "bc-zj", "bc-town"]},
    "bc-town:contact": {"roles": ["unit_contact", "township"], "unit": "bc-town", "units": ["bc-town"]},
    "bc-zj:leader": {"roles": ["unit_leader"], "unit": "bc-zj", "units": ["bc-zj"]},
}
STATES = ("received", "submitted", "approved", "dispatched", "in_progress", "followup_due", "completed", "reopen_asked")
FLAGS = ((), ("confidential",), ("media",), ("confidential", "media"))
UNITS = ((), ("zjj",), ("bc-town",), ("bc", "bc-zj"))
TARGETS = ((), ("zjj",), ("bc-town",))
ACTORS = ((), ("staff:1001",), ("unit:zjj:contact",), ("staff:1012",), ("staff:1006",))
ORDERS = list(enumerate(product(STATES, FLAGS, UNITS, TARGETS, ACTORS), 1))


def may_see(number: str, state: str, flags: Any, units: Any, targets: Any, actors: Any) -> bool:
    """What the oracle says of one combination."""
    stood_in_for = filter(None, [PEOPLE[number].get("deputy_of")])
    people = [{"number": one, **PEOPLE[one]} for one in (number, *stood_in_for)]
    order = {"state": state, "flags": flags, "units": units, "targets": targets, "actors": actors}
    return oracle.may_see(people, order)


@pytest.fixture
async def filled(pool: "asyncpg.Pool[asyncpg.Record]") -> "asyncpg.Pool[asyncpg.Record]":
    """One order for each combination of what the rule looks at."""
    deputies = {person["deputy_of"]: number for number, person in PEOPLE.items() if "deputy_of" in person}
    staff = [
        {"work_number": number, "chain": place, "active": True, "units": [], "zone": "", "region": "", "skills": []}
        | {"deputy": deputies.get(number)}
        | {name: value for name, value in person.items() if name != "deputy_of"}
        for place, (number, person) in enumerate(PEOPLE.items(), 1)
    ]
    orders = [
        {"id": order_id, "number": f"n{order_id}", "state": state, "kind": "help", "category": "99", "region": ""}
        | {"urgency": "normal", "flags": flags, "contact": order_id, "pack": "p@1", "opened": 0}
        | {"units": units, "targets": targets, "actors": actors}
        for order_id, (state, flags, units, targets, actors) in ORDERS
    ]
    await pool.execute("SELECT staff_write($1::jsonb)", json.dumps(staff))
    await pool.execute("SELECT orders_write($1::jsonb)", json.dumps(orders))
    return pool


async def test_everybody_sees_exactly_what_the_manual_says(filled: "asyncpg.Pool[asyncpg.Record]") -> None:
    for number in PEOPLE:
        seen = {row[0] for row in await filled.fetch("SELECT order_id FROM seen_orders($1)", number)}
        assert seen == {order_id for order_id, order in ORDERS if may_see(number, *order)}, number


@pytest.mark.parametrize("stranger", ["", "nobody", "1012", "staff:1001", "zjj", "1001' OR true --"])
async def test_a_stranger_sees_nothing(filled: "asyncpg.Pool[asyncpg.Record]", stranger: str) -> None:
    assert await filled.fetchval("SELECT count(*) FROM seen_orders($1)", stranger) == 0
    assert await filled.fetchval("SELECT count(*) FROM seen_contacts($1)", stranger) == 0


async def test_who_loses_a_role_sees_nothing_by_it_from_that_moment(filled: "asyncpg.Pool[asyncpg.Record]") -> None:
    plain = sum(may_see("1007", *order) for _, order in ORDERS)
    assert await filled.fetchval("SELECT count(*) FROM seen_orders('1007')") == plain > 0
    await filled.execute("UPDATE staff SET roles = '{}' WHERE work_number = '1007'")
    assert await filled.fetchval("SELECT count(*) FROM seen_orders('1007')") == 0


async def test_contacts_of_a_kept_order_are_kept_too(filled: "asyncpg.Pool[asyncpg.Record]") -> None:
    contacts = [
        {"id": order_id, "channel": "phone", "line": "12345", "arrived": 0, "stage": "ended", "disposition": "opened"}
        for order_id, _ in ORDERS
    ]
    await filled.execute("SELECT contacts_write($1::jsonb)", json.dumps(contacts))
    for number in ("1001", "1002", "1006", "1013"):
        seen = {row[0] for row in await filled.fetch("SELECT contact_id FROM seen_contacts($1)", number)}
        kept = {order_id for order_id, order in ORDERS if "confidential" in order[1] and not may_see(number, *order)}
        # A contact names no unit, so being one a report is about keeps the order from its people, not the call.
        targeted = {order_id for order_id, order in ORDERS if order[3]}
        assert {one for one, _ in ORDERS} - seen - targeted == kept - targeted, number
    for number in ("1007", "1008", "1009", "zjj:contact"):
        assert await filled.fetchval("SELECT count(*) FROM seen_contacts($1)", number) == 0

"""People and orders as bare rows, for what only reads them: nothing of them was decided by anybody."""

import json
from typing import Any
from uuid import UUID

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
    "1011": {"roles": ["analyst"]},
    "1012": {"roles": ["qa"]},
    "1013": {"roles": ["secadmin"]},
    "1014": {"roles": ["agent"]},
    "zjj:contact": {"roles": ["unit_contact"], "unit": "zjj", "units": ["zjj"]},
    "zjj:leader": {"roles": ["unit_leader"], "unit": "zjj", "units": ["zjj"]},
    "slj:contact": {"roles": ["unit_contact"], "unit": "slj", "units": ["slj"]},
}
"""One of each role that is somebody here, by number; 1014 is a second agent, slj another unit."""


async def hire(pool: Any, people: dict[str, dict[str, Any]] | None = None) -> None:
    """Put people on the roll as they are given."""
    rows = [
        {"work_number": number, "chain": place, "active": True, "units": [], "zone": "", "region": "", "skills": []}
        | person
        for place, (number, person) in enumerate((people or PEOPLE).items(), 1)
    ]
    await pool.execute("SELECT staff_write($1::jsonb)", json.dumps(rows))


async def put_order(pool: Any, order_id: int, number: str, person: UUID | None = None, **about: Any) -> int:
    """Put an order on the list; `about` as `orders_write` takes it, e.g. state="followup_due", holder="unit:zjj"."""
    row = (
        {"id": order_id, "number": number, "state": "in_progress", "kind": "help", "category": "99", "region": ""}
        | {"urgency": "normal", "flags": [], "contact": order_id, "pack": "p@1", "opened": 0}
        | {"person": None if person is None else str(person)}
        | about
    )
    await pool.execute("SELECT orders_write($1::jsonb)", json.dumps([row]))
    return order_id


async def write(pool: Any, rows: Any) -> None:
    """Write a person's rows as a command's batch does."""
    import msgspec

    for writer, some in rows.items():
        await pool.execute(f"SELECT {writer}($1::jsonb)", msgspec.json.encode(some).decode())

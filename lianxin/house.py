"""The floor plan: which rooms are there, and which floor does each stand on?

Imports point down: a room imports rooms of lower floors, and of its own floor
only where `SIDE_BY_SIDE` lists the pair. `tests/house` holds it. Data only.
"""

FLOORS: tuple[tuple[str, ...], ...] = (
    ("ground.clock", "ground.store", "ground.text", "ground.ledger", "ground.site", "ground.web"),
    ("people", "units", "places", "rules", "deadlines", "contacts"),
    ("custody", "promises"),
    ("orders", "knowledge"),
    ("personnel", "privacy"),
    ("insight",),
    ("channels", "portal", "exchange"),
    ("desks", "worker"),
    ("twin",),
    ("house", "cli", "__main__"),
)
"""Rooms from the bottom to the top, by their dotted name below `lianxin`."""

SIDE_BY_SIDE: frozenset[tuple[str, str]] = frozenset(
    {
        ("ground.store", "ground.clock"),
        ("ground.ledger", "ground.clock"),
        ("ground.ledger", "ground.store"),
        ("ground.site", "ground.clock"),
        ("ground.site", "ground.store"),
        ("ground.web", "ground.clock"),
        ("ground.web", "ground.site"),
        ("deadlines", "rules"),
        ("cli", "house"),
        ("__main__", "cli"),
    }
)
"""(importer, imported) within one floor."""

PURE: frozenset[str] = frozenset({"ground.clock.instant"})
"""Modules without I/O, clock, chance or globals: time and rules come in as arguments."""

WRITES_FOR: frozenset[tuple[str, str]] = frozenset()
"""(room, owner): the one transaction in which `room` writes a table that `owner` owns."""


def floor_of(room: str) -> int:
    """Return the floor a room stands on. Raises KeyError for a room that is not in the plan."""
    for floor, rooms in enumerate(FLOORS):
        if room in rooms:
            return floor
    raise KeyError(room)


def rooms() -> tuple[str, ...]:
    """Return every room of the house from the bottom to the top."""
    return tuple(room for floor in FLOORS[:-1] for room in floor)

"""Who is behind a work number? What the roll says of somebody, as `Who`."""

from typing import TYPE_CHECKING

from lianxin.access.who import Who

if TYPE_CHECKING:
    from asyncpg import Record


def who_is(row: "Record", scopes: frozenset[str] | None = None) -> Who:
    """Return who asks.

    row     with work_number, name, roles (also those they stand in for), unit, zone, region
    scopes  of a token; None for a person in a browser
    """
    number, unit = row["work_number"], row["unit"]
    return Who(
        number=number,
        name=row["name"] or number,
        by=f"unit:{number}" if unit else f"staff:{number}",
        roles=frozenset(row["roles"] or ()),
        unit=unit,
        zone=row["zone"],
        region=row["region"],
        scopes=scopes,
    )

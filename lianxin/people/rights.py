"""May this person act in this role? Answered from memory, read from the staff table.

`system` and `citizen` are nobody's role: the house's own clock and the citizen's word.
An outside system acts as `outside`, whoever of it.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from lianxin.ground.store import load_queries
from lianxin.people.roll import MemberRow

if TYPE_CHECKING:
    from asyncpg import Pool, Record

RIGHTS_CHANNEL: Final = "rights"
"""NOTIFY channel on which a change of the staff table is told."""
_QUERIES = load_queries("lianxin.people")
_NOT_PEOPLE: Final = frozenset({"system", "citizen"})


class Rights:
    """The rights of everybody, for `Services(store, rules, rights)`: `rights("staff:1023", "reviewer")`."""

    def __init__(self, rows: Iterable[MemberRow] = ()) -> None:
        self._roles: Mapping[str, frozenset[str]] = {}
        self.replace(rows)

    @classmethod
    async def load(cls, pool: "Pool[Record]") -> "Rights":
        """Return the rights as they stand in the staff table."""
        rights = cls()
        await rights.refresh(pool)
        return rights

    async def refresh(self, pool: "Pool[Record]") -> None:
        """Read the staff table again; called whenever `RIGHTS_CHANNEL` speaks."""
        rows = await pool.fetch(_QUERIES.active_staff.sql)
        self._roles = {row[0]: frozenset(row[1]) for row in rows}

    def replace(self, rows: Iterable[MemberRow]) -> None:
        """Take these rows for all there are."""
        self._roles = {row.work_number: frozenset(row.roles) for row in rows if row.active}

    def __call__(self, by: str, role: str) -> bool:
        """Whether `by` (`staff:1023`, `unit:zjj:contact`, `outside:…`, `citizen`, `system`) may act in the role."""
        if role in _NOT_PEOPLE or by in _NOT_PEOPLE:
            return by == role
        kind, _, person = by.partition(":")
        if kind == "outside":
            return role == "outside"
        return kind in ("staff", "unit") and role in self._roles.get(person, frozenset())

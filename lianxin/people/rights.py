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
        self._names: Mapping[str, str] = {}
        self._house: Mapping[str, str] = {}
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
        self._roles = _with_deputies((row["work_number"], row["roles"], row["deputy"]) for row in rows)
        self._names = {row[0]: row[1] for row in await pool.fetch(_QUERIES.staff_names.sql)}
        self._house = self._of_the_house()

    def replace(self, rows: Iterable[MemberRow]) -> None:
        """Take these rows for all there are."""
        self._roles = _with_deputies((row.work_number, row.roles, row.deputy) for row in rows if row.active)
        self._house = self._of_the_house()

    def name(self, number: str) -> str:
        """Return how somebody is called; the number where no name is known."""
        return self._names.get(number, number)

    def roles(self, number: str) -> frozenset[str]:
        """Return the roles in which somebody may act now, those they stand in for included; empty for nobody here."""
        return self._roles.get(number, frozenset())

    def house(self) -> Mapping[str, str]:
        """Return work number -> name of everybody of the house who may act now; officers of units are not in it."""
        return self._house

    def _of_the_house(self) -> Mapping[str, str]:
        return {number: self.name(number) for number in self._roles if ":" not in number}

    def __call__(self, by: str, role: str) -> bool:
        """Whether `by` (`staff:1023`, `unit:zjj:contact`, `outside:…`, `citizen`, `system`) may act in the role."""
        if role in _NOT_PEOPLE or by in _NOT_PEOPLE:
            return by == role
        kind, _, person = by.partition(":")
        if kind == "outside":
            return role == "outside"
        return kind in ("staff", "unit") and role in self._roles.get(person, frozenset())


def _with_deputies(active: Iterable[tuple[str, Iterable[str], str | None]]) -> dict[str, frozenset[str]]:
    """Return everybody's roles: their own, and those of whom they stand in for."""
    rows = [(number, frozenset(roles), deputy) for number, roles, deputy in active]
    own = {number: roles for number, roles, _ in rows}
    for _, roles, deputy in rows:
        if deputy in own:
            own[deputy] |= roles
    return own

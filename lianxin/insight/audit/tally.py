"""What is counted while the chains go by? One tally per range of chains; tallies add up."""

import msgspec

from lianxin.contacts.contact import DISPOSITIONS, PENDING
from lianxin.ground.clock import DAY_MS, HOUR_MS, Instant
from lianxin.insight.audit.violation import Violation, order_of, thing_of

_EAST_MS = 8 * HOUR_MS


class Tally(msgspec.Struct):
    """Counts of what was read, and what was found wrong.

    holders, parts   holder key -> open orders (parts) it holds
    opened_on, closed_on  local day, counted from 1970-01-01 -> openings (closings)
    sealed_chains, sealed_entries  what the leaves of checkpoints cover
    looks  of the access log
    """

    entries: int = 0
    dispositions: dict[str, int] = {}
    opened: int = 0
    closed: int = 0
    open: int = 0
    opened_on: dict[int, int] = {}
    closed_on: dict[int, int] = {}
    holders: dict[str, int] = {}
    parts: dict[str, int] = {}
    promised: int = 0
    kept: int = 0
    broken: int = 0
    unresolved: int = 0
    sealed_chains: int = 0
    sealed_entries: int = 0
    looks: int = 0
    violations: list[Violation] = []

    def found(self, kind: str, chain: int, detail: str) -> None:
        """Note a violation on a chain."""
        self.violations.append(Violation(kind, order_of(chain), thing_of(chain) + detail))

    def happened(self, what: str, at: Instant) -> None:
        """Count an opening or a closing in the books of its day."""
        day = (at + _EAST_MS) // DAY_MS
        if what == "opened":
            self.opened += 1
            self.opened_on[day] = self.opened_on.get(day, 0) + 1
        else:
            self.closed += 1
            self.closed_on[day] = self.closed_on.get(day, 0) + 1

    def add(self, other: "Tally") -> None:
        """Take over what another tally counted and found."""
        for name in _NUMBERS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in _COUNTERS:
            mine = getattr(self, name)
            for key, count in getattr(other, name).items():
                mine[key] = mine.get(key, 0) + count
        self.violations += other.violations


_NUMBERS = tuple(field.name for field in msgspec.structs.fields(Tally) if field.type is int)
_COUNTERS = ("dispositions", "opened_on", "closed_on", "holders", "parts")
NAMES_OF_CONTACTS = (*DISPOSITIONS, PENDING)

"""How long may a task of the knowledge base take, and when is an item looked at again? Values. Pure."""

import msgspec

from lianxin.deadlines import UNRESOLVED, Calendar, Clock, reckon
from lianxin.deadlines.clock import Unit
from lianxin.ground.clock import Instant


class Period(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many units of time, and who says so."""

    value: int
    unit: Unit
    src: str


class Periods(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The periods of the knowledge base.

    tasks          kind of task -> until when the owner sees to it
    urgent         the same for what is urgent, whatever its kind
    warn_days      so many days before its last day the owner is asked to look at an item again
    review_days    an item is looked at again after so many days at the latest
    """

    version: str
    tasks: dict[str, Period]
    urgent: Period
    warn_days: int
    review_days: int
    src: str

    def due(self, kind: str, now: Instant, calendar: Calendar, *, urgent: bool = False) -> Instant | None:
        """Return until when a task that arises now is to be seen to; None where that year's calendar is missing."""
        period = self.urgent if urgent else self.tasks[kind]
        clock = Clock(f"knowledge.{kind}", period.value, period.unit, period.src)
        due = reckon(clock, now, calendar).due
        return None if due == UNRESOLVED else due

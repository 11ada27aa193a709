"""What is a clock (时限), and what does reckoning it answer?

Values only. A clock is made from a rule pack by the rules room; it carries all that
counting needs besides the start and the calendar, so two orders under different
packs never look at each other's rules.
"""

from itertools import pairwise
from typing import Final, Literal, get_args

import msgspec
from msgspec.structs import force_setattr

from lianxin.ground.clock import DAY_MS, HOUR_MS, MINUTE_MS, Instant

UNRESOLVED: Final = -1
"""Stands where an instant would: the calendar of a needed year is missing, so no date is promised (C10)."""

Unit = Literal["min", "h", "office_h", "d", "WD"]
"""Minutes and hours around the clock, office hours, natural days (自然日), working days (工作日)."""

UNITS: Final[tuple[str, ...]] = get_args(Unit)
NATURAL_MS: Final = {"min": MINUTE_MS, "h": HOUR_MS}
"""Units that run day and night, in milliseconds each."""


class OfficeHours(msgspec.Struct, frozen=True):
    """The hours of a working day in which offices work; the lunch break is what lies between two spans.

    spans   (from, to) in milliseconds after midnight, ascending, not touching
    day_ms  office time of one working day; follows from the spans
    """

    spans: tuple[tuple[int, int], ...]
    day_ms: int = 0

    def __post_init__(self) -> None:
        """Raises ValueError for spans that overlap, run backwards or leave the day."""
        edges = [edge for span in self.spans for edge in span]
        ascending = all(earlier < later for earlier, later in pairwise(edges))
        if not edges or edges[0] < 0 or edges[-1] > DAY_MS or not ascending:
            raise ValueError(f"office hours must be ascending spans within one day, not {self.spans}")
        force_setattr(self, "day_ms", sum(end - begin for begin, end in self.spans))


class Clock(msgspec.Struct, frozen=True):
    """One period of a rule pack.

    key           dotted place in the pack, e.g. `order.handle.default`
    value         how many units, 1 or more
    src           where the value comes from, as the pack says
    roll_forward  a period in natural days that ends on a day off moves to the next working day (C3)
    end_of_day    milliseconds after midnight at which a day-counted period ends (C2); 24:00 by default
    office        needed for `office_h`, else None
    """

    key: str
    value: int
    unit: Unit
    src: str
    roll_forward: bool = False
    end_of_day: int = DAY_MS
    office: OfficeHours | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for a clock that cannot be counted."""
        if self.value < 1:
            raise ValueError(f"{self.key}: a clock needs 1 or more, not {self.value}")
        if self.unit not in UNITS:
            raise ValueError(f"{self.key}: no clock counts in {self.unit!r}")
        if self.unit == "office_h" and self.office is None:
            raise ValueError(f"{self.key}: office hours are counted but none are given")
        if not 0 < self.end_of_day <= DAY_MS:
            raise ValueError(f"{self.key}: the end of the day must lie within the day")


class Due(msgspec.Struct, frozen=True):
    """When a clock runs out.

    due     exclusive: the promise is kept before this instant; 24:00 is the next day's 00:00. UNRESOLVED possible
    yellow  00:00 of the last working day (C8); None for clocks not counted in working days; UNRESOLVED possible
    red     00:00 of the first working day after the due day (C8); None and UNRESOLVED as above
    """

    due: Instant
    yellow: Instant | None
    red: Instant | None


class PauseRefused(ValueError):
    """A pause (挂起) that this clock cannot have; `str()` says which and why."""

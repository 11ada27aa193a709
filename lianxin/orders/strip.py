"""How does a date look as a strip of days, one cell per day, that explains itself?

Only for clocks counted in days: the day of the start, the days counted with their
number, days off with their name, today, the last day. Pure.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import msgspec

from lianxin.deadlines import Calendar, Pause
from lianxin.ground.clock import Instant, local_date

CELLS_MAX = 31
"""A strip longer than a month is no longer read at a glance; the steps in words remain."""


class Day(msgspec.Struct, frozen=True):
    """One cell.

    number  the how-manieth day of the period it is; None: not counted
    start   the day the clock started, not counted (C1)
    paused  the clock stood on that day (C6)
    name    the festival or make-up name, where there is one
    """

    day: date
    number: int | None
    start: bool = False
    paused: bool = False
    name: str = ""
    today: bool = False
    past: bool = False
    last: bool = False


def strip_of(
    start: Instant,
    due: Instant,
    now: Instant,
    calendar: Calendar,
    *,
    working: bool,
    pauses: Sequence[Pause] = (),
    lang: str = "zh",
) -> tuple[Day, ...]:
    """Return the days from the start to the last day of a period; nothing for one that is too long or not known.

    due      exclusive end, as everywhere
    working  count working days only, else every day
    """
    first, last, today = local_date(start), local_date(due - 1), local_date(now)
    length = (last - first).days + 1
    if not 1 <= length <= CELLS_MAX or not (calendar.covers(first) and calendar.covers(last)):
        return ()
    cells, number = [], 0
    for offset in range(length):
        day = first + timedelta(days=offset)
        paused = any(local_date(begin) <= day <= local_date(end) for begin, end in pauses)
        counts = day != first and not paused and (not working or calendar.is_workday(day))
        number += counts
        cells.append(
            Day(
                day,
                number if counts else None,
                start=day == first,
                paused=paused and day != first,
                name=calendar.name(day, lang),
                today=day == today,
                past=day < today,
                last=day == last,
            )
        )
    return tuple(cells)

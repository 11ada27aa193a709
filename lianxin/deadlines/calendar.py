"""Which days are working days (工作日), and how many lie between two of them?

A calendar is data: the State Council's yearly notices, make-up working days (调休上班日)
included. It is turned once into cumulative arrays, so a question about any distance
costs two look-ups. Unknown days fail closed (C10). Pure.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import accumulate, pairwise
from typing import Final, final

from lianxin.ground.clock import DAY_MS, Instant, midnight

OFFSET_MS: Final = 8 * 3_600_000
"""Local time is fixed at +08:00."""

_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


class CalendarGap(Exception):
    """The official calendar does not cover a needed day, so nothing can be promised.

    day  the first day that is not known
    """

    def __init__(self, day: date) -> None:
        super().__init__(f"no official calendar covers {day.isoformat()}")
        self.day = day


def day_of(instant: Instant) -> int:
    """Return the local day as days since 1970-01-01."""
    return (instant + OFFSET_MS) // DAY_MS


def start_of(day: int) -> Instant:
    """Return the instant at which local day number `day` begins."""
    return day * DAY_MS - OFFSET_MS


def day_number(day: date) -> int:
    """Return a date as days since 1970-01-01."""
    return day.toordinal() - _EPOCH_ORDINAL


def date_of(day: int) -> date:
    """Return local day number `day` as a date."""
    return date.fromordinal(day + _EPOCH_ORDINAL)


@final
class Calendar:
    """Working days of an unbroken run of days; immutable.

    before   number of the day before the first known one
    upto     upto[k]: working days among the first k known days
    starts   starts[i]: instant at which the i-th working day begins (from 0)
    source   document the days were taken from, for explanations
    """

    __slots__ = ("_names", "before", "source", "starts", "upto")

    def __init__(self, days: Mapping[date, bool], names: Mapping[date, str], source: str) -> None:
        """Take date -> True if people work on it, and the festival or make-up name of special days.

        Raises CalendarGap at the first hole: a calendar with holes would count wrongly in silence.
        """
        ordered = sorted(days)
        if not ordered:
            raise ValueError("a calendar needs at least one day")
        for day, following in pairwise(ordered):
            if following - day != timedelta(days=1):
                raise CalendarGap(day + timedelta(days=1))
        self.before: Final = day_number(ordered[0]) - 1
        self.upto: Final = tuple(accumulate((int(days[day]) for day in ordered), initial=0))
        self.starts: Final = tuple(midnight(day) for day in ordered if days[day])
        self.source: Final = source
        self._names: Final = dict(names)

    @property
    def first(self) -> date:
        """The first known day."""
        return date_of(self.before + 1)

    @property
    def last(self) -> date:
        """The last known day."""
        return date_of(self.before + len(self.upto) - 1)

    def covers(self, day: date) -> bool:
        """Say whether it is known if people work on that day."""
        return self.first <= day <= self.last

    def covers_year(self, year: int) -> bool:
        """Say whether the whole year is known."""
        return self.covers(date(year, 1, 1)) and self.covers(date(year, 12, 31))

    def is_workday(self, day: date) -> bool:
        """Say whether people work on that day. Raises CalendarGap for an unknown one."""
        if not self.covers(day):
            raise CalendarGap(day)
        index = day_number(day) - self.before
        return self.upto[index] > self.upto[index - 1]

    def name(self, day: date, lang: str = "zh") -> str:
        """Return why a day is special: a festival, or what a make-up day is worked for; '' for plain days."""
        zh, _, en = self._names.get(day, "").partition("|")
        return en if lang == "en" and en else zh

    def days(self) -> dict[date, bool]:
        """Return every known day with whether people work on it."""
        known = (date_of(self.before + index) for index in range(1, len(self.upto)))
        return {day: self.is_workday(day) for day in known}

    def names(self) -> dict[date, str]:
        """Return the special days as given to the constructor."""
        return dict(self._names)

    def count_through(self, day: int) -> int:
        """Return the known working days up to and including a day number; UNRESOLVED (-1) outside.

        The day before the first known one counts as known: nothing before it is asked for.
        """
        index = day - self.before
        return self.upto[index] if 0 <= index < len(self.upto) else -1


def make_calendar(
    days: Mapping[date, bool], names: Mapping[date, str] | None = None, source: str = "calendar given by hand"
) -> Calendar:
    """Return a calendar of the given days (date -> True if people work on it).

    names  special days, Chinese, or Chinese and English divided by '|': `国庆节|National Day`
    Raises CalendarGap when the days are not one unbroken run.
    """
    return Calendar(days, names or {}, source)


def nth_workday_after(day: date, n: int, calendar: Calendar) -> date:
    """Return the n-th working day (n ≥ 1) after `day`, which itself is not counted (C1, C4).

    Raises CalendarGap when a needed day is not known.
    """
    if n < 1:
        raise ValueError(f"the n-th working day needs n of 1 or more, not {n}")
    counted = calendar.count_through(day_number(day))
    if counted < 0:
        raise CalendarGap(day)
    if counted + n > len(calendar.starts):
        raise CalendarGap(calendar.last + timedelta(days=1))
    return date_of(day_of(calendar.starts[counted + n - 1]))


def working_days_between(after: date, before: date, calendar: Calendar) -> int:
    """Return the working days strictly between two dates (C6); 0 when nothing lies between.

    Raises CalendarGap when a day between is not known.
    """
    if before - after <= timedelta(days=1):
        return 0
    through, reached = calendar.count_through(day_number(after)), calendar.count_through(day_number(before) - 1)
    if through < 0:
        raise CalendarGap(after + timedelta(days=1))
    if reached < 0:
        raise CalendarGap(calendar.last + timedelta(days=1))
    return reached - through

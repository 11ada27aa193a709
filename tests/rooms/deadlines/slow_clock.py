"""The same counting rules once more, slowly: one day and one minute at a time.

Written against the rules' sentences and `chinese_calendar` alone, so that it shares
nothing with the code it judges but the calendar's data.
"""

from datetime import date, datetime, time, timedelta, timezone

import chinese_calendar

CHINA = timezone(timedelta(hours=8))
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
OFFICE = ((time(8, 30), time(12, 0)), (time(13, 30), time(17, 30)))


class NoPlan(Exception):
    """A day outside 2004 to 2026 would have to be known."""


def works(day: date) -> bool:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        raise NoPlan(day) from None


def nth_working_day(day: date, n: int) -> date:
    """The n-th working day after `day`."""
    while n > 0:
        day += DAY
        n -= works(day)
    return day


def working_days_strictly_between(first: date, last: date) -> int:
    count, day = 0, first + DAY
    while day < last:
        count += works(day)
        day += DAY
    return count


def midnight_after(day: date) -> datetime:
    return datetime.combine(day + DAY, time(0), CHINA)


def is_office_minute(moment: datetime) -> bool:
    """Whether the minute that begins at `moment` is office time."""
    return any(begin <= moment.time() < end for begin, end in OFFICE) and works(moment.date())


def after_office_minutes(moment: datetime, minutes: int) -> datetime:
    """The moment at which so many office minutes have passed; `moment` is a whole minute."""
    while minutes > 0:
        minutes -= is_office_minute(moment)
        moment += MINUTE
    return moment


def office_minutes_between(first: datetime, last: datetime) -> int:
    count = 0
    while first < last:
        count += is_office_minute(first)
        first += MINUTE
    return count

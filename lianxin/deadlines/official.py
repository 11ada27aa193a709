"""Which calendar is official, and when must next year's be asked for?

The days come from `chinesecalendar`, which follows the State Council's yearly notice
(国务院办公厅关于部分节假日安排的通知). That notice comes in early November, so from
1 November a missing next year is an open task.
"""

from datetime import date, timedelta
from functools import lru_cache
from importlib.metadata import version

import chinese_calendar
import msgspec
from chinese_calendar.constants import Holiday, holidays, workdays

from lianxin.deadlines.calendar import Calendar, make_calendar

_FIRST_YEAR = 2004


class CalendarWarning(msgspec.Struct, frozen=True):
    """The calendar of a year is missing and should be asked for.

    year  the first missing year
    zh    sentence for the duty manager (值班长); `en` is the same in English
    """

    year: int
    zh: str
    en: str


def library_version() -> str:
    """Return the version of the calendar data in use."""
    return version("chinesecalendar")


def _days() -> dict[date, bool]:
    last_year = max(holidays).year
    day, days = date(_FIRST_YEAR, 1, 1), {}
    while day.year <= last_year:
        days[day] = bool(chinese_calendar.is_workday(day))
        day += timedelta(days=1)
    return days


def _names() -> dict[date, str]:
    return {day: f"{Holiday(english).chinese}|{english}" for day, english in {**holidays, **workdays}.items()}


@lru_cache(maxsize=1)
def official_calendar() -> Calendar:
    """Return the official calendar of all years known to the library, from 2004; made once per process."""
    return make_calendar(_days(), _names(), f"国务院办公厅节假日安排通知 (chinesecalendar {library_version()})")


def calendar_warning(today: date, calendar: Calendar | None = None) -> CalendarWarning | None:
    """Return the warning to show on `today`, or None when all is well.

    Next year's plan is asked for from 1 November; a current year without plan is always warned about.
    calendar  the one in use; the official one by default
    """
    known = official_calendar() if calendar is None else calendar
    if not known.covers_year(today.year):
        year = today.year
    elif today.month >= 11 and not known.covers_year(today.year + 1):
        year = today.year + 1
    else:
        return None
    return CalendarWarning(
        year,
        f"{year} 年节假日安排尚未录入：以工作日计的时限在该年内暂不给出日期。"
        "请取得国务院办公厅通知，经两人核准后录入。",
        f"The holiday plan of {year} is missing: clocks counted in working days get no date in that year. "
        "Obtain the State Council's notice and enter it with two approvals.",
    )

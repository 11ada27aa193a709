"""Deadlines (时限): when does a promise fall due, and why then?

Pure counting over a working calendar; the values come from a rule pack (`lianxin.rules`).
The rules C1 to C10 with examples: docs/clocks.md.
"""

from lianxin.deadlines.calendar import (
    Calendar,
    CalendarGap,
    make_calendar,
    nth_workday_after,
    working_days_between,
)
from lianxin.deadlines.clock import UNITS, UNRESOLVED, Clock, Due, OfficeHours, PauseRefused, Unit
from lianxin.deadlines.counting import LATEST, Pause, overdue_at, reckon
from lianxin.deadlines.explain import Step, explain
from lianxin.deadlines.official import CalendarWarning, calendar_warning, library_version, official_calendar
from lianxin.deadlines.plan import PlanRefused, YearPlan, with_plan

__all__ = [
    "LATEST",
    "UNITS",
    "UNRESOLVED",
    "Calendar",
    "CalendarGap",
    "CalendarWarning",
    "Clock",
    "Due",
    "OfficeHours",
    "Pause",
    "PauseRefused",
    "PlanRefused",
    "Step",
    "Unit",
    "YearPlan",
    "calendar_warning",
    "explain",
    "library_version",
    "make_calendar",
    "nth_workday_after",
    "official_calendar",
    "overdue_at",
    "reckon",
    "with_plan",
    "working_days_between",
]

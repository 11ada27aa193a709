"""How does a year's holiday plan (节假日安排) enter the calendar by hand?

Only from a named document and with two approvals (C10): every date promised in that
year rests on it. Returns a new calendar; the one given stays as it was. Pure.
"""

from collections.abc import Mapping
from datetime import date, timedelta

import msgspec

from lianxin.deadlines.calendar import Calendar, make_calendar


class PlanRefused(ValueError):
    """The plan cannot be taken over; `str()` says what is wrong."""


class YearPlan(msgspec.Struct, frozen=True):
    """The State Council's notice for one year, as entered.

    off          days off that belong to a festival -> its name (`国庆节`)
    made_up      weekend days worked in exchange -> the festival they are worked for
    document     title and number of the notice
    approved_by  work numbers of the two people who compared the entry with the document
    """

    year: int
    document: str
    announced_on: date
    approved_by: tuple[str, ...]
    off: Mapping[date, str]
    made_up: Mapping[date, str]


def _check(plan: YearPlan, calendar: Calendar) -> None:
    if not plan.document.strip():
        raise PlanRefused("the plan names no document")
    if len({person.strip() for person in plan.approved_by} - {""}) < 2:
        raise PlanRefused("the plan needs the approval of two different people")
    if calendar.last != date(plan.year - 1, 12, 31):
        raise PlanRefused(f"the calendar ends on {calendar.last}; the next plan must be that of the following year")
    if not plan.off:
        raise PlanRefused(f"the plan of {plan.year} contains no holiday")
    for day in (*plan.off, *plan.made_up):
        if day.year != plan.year:
            raise PlanRefused(f"{day} lies outside {plan.year}; a day of another year belongs to that year's plan")
    for day in plan.made_up:
        if day in plan.off:
            raise PlanRefused(f"{day} is both a day off and a make-up working day")
        if day.weekday() < 5:
            raise PlanRefused(f"{day} is worked anyway; a make-up working day lies on a weekend")


def with_plan(calendar: Calendar, plan: YearPlan) -> Calendar:
    """Return the calendar with the year after its last one.

    Raises PlanRefused for a plan without document or two approvals, of another year, or that contradicts itself.
    """
    _check(plan, calendar)
    days, day = calendar.days(), date(plan.year, 1, 1)
    while day.year == plan.year:
        days[day] = day in plan.made_up or (day.weekday() < 5 and day not in plan.off)
        day += timedelta(days=1)
    names = {**calendar.names(), **plan.off, **plan.made_up}
    return make_calendar(days, names, f"{calendar.source};{plan.document}")

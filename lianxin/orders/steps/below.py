"""Inside a region: a county's office sends on what the city sent it (二级派单), to its own units and in time.

City, county, township: each level must be done a working day before the one above it
(domain §3.5), and nothing is sent on from a township. Pure.
"""

from typing import Final

from lianxin.deadlines import UNRESOLVED, Clock
from lianxin.deadlines.calendar import Calendar, day_of
from lianxin.ground.clock import DAY_MS, Instant
from lianxin.orders import commands as c
from lianxin.orders.order import Order
from lianxin.orders.pen import Pen
from lianxin.orders.refusal import Refused
from lianxin.orders.sources import ruled
from lianxin.orders.step import UNIT_ROLES
from lianxin.orders.targets import unit_of
from lianxin.rules import Rules

DIFFERENCE: Final = "order.level_difference"
DAYS_EARLIER: Final = 1
"""By how many (working) days a lower level is earlier where the pack says nothing; assumption of domain §3.5."""
UNDATED_MS: Final = 3 * DAY_MS
"""Until when a part is due while the date above it cannot be computed, as for assisting units."""


def of_an_office(pen: Pen, cmd: c.OpenPart) -> bool:
    """Whether an officer of a region's office opens this part."""
    unit = pen.order.unit
    return cmd.role in UNIT_ROLES and (cmd.role == "county_office" or bool(unit and pen.levels.inside(unit)))


def check_inside(pen: Pen, cmd: c.OpenPart) -> None:
    """Return if the officer may send this on: an office inside its region, a township to nobody. Raises Refused."""
    unit, levels = pen.order.unit or "", pen.levels
    if cmd.role in UNIT_ROLES and unit in levels.lowest:
        raise Refused(
            "lowest_level",
            f"{levels.name(unit)}是最末一级，不能再往下转派。",
            "请本单位直接办理；不属于本单位职责的，在退单窗口内申请退单。",
        )
    if not of_an_office(pen, cmd):
        return
    taker = unit_of(cmd.to)
    if taker is None or taker not in levels.inside(unit):
        raise Refused(
            "not_in_region",
            f"{levels.name(unit)}只能转派给本县区的单位。",
            "请从本县区的单位里选；属于别处职责的，请向上申请退单并建议承办单位。",
        )


def due_of_part(pen: Pen, cmd: c.OpenPart, rules: Rules) -> Instant:
    """Return until when the part is due: as asked for; of an office's the latest that its own date allows.

    Raises Refused for a date that is missing, or later than that.
    """
    if not of_an_office(pen, cmd):
        if cmd.due is None:
            raise Refused("no_due", "请写明子项的期限。")
        return cmd.due
    latest = latest_below(pen.order, rules, pen.now)
    if latest is None:
        return pen.now + UNDATED_MS if cmd.due is None else cmd.due
    source = ruled(rules, DIFFERENCE, f"{_days_earlier(rules)} 个工作日")
    if latest <= pen.now:
        raise Refused(
            "too_late_to_send_on",
            "离本级期限已经太近，来不及再转派下一级。",
            "请本单位直接办理，或由分管领导申请延期。",
            source,
        )
    if cmd.due is not None and cmd.due > latest:
        raise Refused("too_late_below", "下一级的期限要比本级至少早 1 个工作日。", "请把子项的期限提前。", source)
    return latest if cmd.due is None else cmd.due


def latest_below(order: Order, rules: Rules, now: Instant) -> Instant | None:
    """Return until when the next lower level must be done; None while this level's own date cannot be computed.

    A clock in hours leaves no day to spare: half of the time that is left, as for assisting units.
    """
    clock, days = order.clock, _days_earlier(rules)
    if clock is None:
        return None if order.milestone_at is None else order.milestone_at - days * DAY_MS
    if clock.due == UNRESOLVED:
        return None
    period = rules.clock(clock.rule)
    if period.unit == "WD":
        return _workdays_before(clock.due, days, period, rules.calendar)
    return clock.due - days * DAY_MS if period.unit == "d" else now + (clock.due - now) // 2


def _days_earlier(rules: Rules) -> int:
    days = rules.number(DIFFERENCE)
    return DAYS_EARLIER if days is None else days


def _workdays_before(due: Instant, days: int, period: Clock, calendar: Calendar) -> Instant:
    """Return the end of the working day so many working days before the one at whose end `due` lies."""
    counted = calendar.count_through(day_of(due - 1))
    if counted <= days:  # the calendar begins later than that
        return due - days * DAY_MS
    return calendar.starts[counted - 1 - days] + period.end_of_day

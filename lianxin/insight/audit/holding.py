"""Who may hold an order in each state, and who may follow it? Pure.

A tray of the house takes at once; a person, a unit or an outside system holds only
after signing. A person who left holds nothing.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from lianxin.custody import holder_kind
from lianxin.deadlines import official_calendar
from lianxin.ground.clock import DAY_MS, Instant, midnight
from lianxin.insight.audit.evidence import House
from lianxin.insight.audit.violation import when
from lianxin.orders.order import DISPATCH_TRAY, FOLLOWUP_TRAY, REVIEW_TRAY, Order
from lianxin.orders.steps.written import INTAKE_TRAY
from lianxin.promises import Promise

HOLDS: Final[dict[str, tuple[str, ...]]] = {
    "received": (INTAKE_TRAY,),
    "submitted": (REVIEW_TRAY,),
    "replied": (REVIEW_TRAY,),
    "sent_back": (REVIEW_TRAY, "staff"),
    "approved": (DISPATCH_TRAY,),
    "dispatched": (DISPATCH_TRAY,),
    "in_progress": ("unit",),
    "suspended": ("unit",),
    "send_back_review": ("unit",),
    "objection_review": ("unit",),
    "joint_meeting": ("unit",),
    "long_run": ("unit",),
    "followup_due": (FOLLOWUP_TRAY,),
    "followup_failed": (FOLLOWUP_TRAY,),
    "rework": (FOLLOWUP_TRAY, "unit"),
    "transferred": (DISPATCH_TRAY, "outside"),
    "reopen_asked": (REVIEW_TRAY,),
}
"""State -> trays, or kinds of holders, that may hold it."""
UNSIGNED: Final = {"sent_back": REVIEW_TRAY, "rework": FOLLOWUP_TRAY, "transferred": DISPATCH_TRAY}
"""State -> tray that holds only while somebody is still asked to sign."""


def holder_wrong(order: Order, house: House) -> str | None:
    """Return why the holder of an open order cannot hold it, None where all is well."""
    holder = order.holder
    if holder is None:
        return f"it is {order.state} and nobody holds it"
    allowed = HOLDS.get(order.state)
    if allowed is None:
        return f"it is open in the state {order.state}, which is none of an open order"
    if holder not in allowed and holder_kind(holder) not in allowed:
        return f"it is {order.state} and held by {holder}, not by {' or '.join(allowed)}"
    if UNSIGNED.get(order.state) == holder and order.offer is None:
        return f"it is {order.state} and lies in {holder}, though nobody is asked to sign for it"
    return unknown_holder(holder, house)


def unknown_holder(holder: str, house: House) -> str | None:
    """Return why this person, unit or system can hold nothing, None where they can."""
    kind, _, name = holder.partition(":")
    if kind == "staff" and house.staff is not None and not house.staff.get(name, False):
        return f"{holder} {'has left' if name in house.staff else 'is nobody of the house'}"
    if kind in ("unit", "outside") and house.units is not None and name not in house.units:
        return f"{holder} is no unit of the city"
    return None


def tracker_wrong(order: Order, house: House) -> str | None:
    """Return why a dispatched or transferred order has nobody of the house to follow it, None where it has."""
    if not order.dispatches and order.state != "transferred":
        return None
    if not order.tracker:
        return "it was dispatched and has no tracker"
    left = unknown_holder(order.tracker, house) if order.tracker.startswith("staff:") else None
    return None if left is None else f"its tracker {left}"


def calendar_end() -> Instant:
    """Return the instant at which the official calendar known to this house ends."""
    return midnight(official_calendar().last) + DAY_MS


LONGEST_CLOCK_MS: Final = 400 * DAY_MS
"""No clock of a pack runs longer: what was promised this long before the calendar's end must have a date."""


def undated(promises: Iterable[Promise], house: House) -> str | None:
    """Return what is wrong with promises without a date: only a missing calendar (CAL_MISSING) excuses them."""
    if house.calendar_until is None:
        return None
    for promise in promises:
        if promise.due is None and promise.made + LONGEST_CLOCK_MS < house.calendar_until:
            return f"promise {promise.id} has no date, though the calendar of its time is known"
    return None


def overdue(promises: Iterable[Promise], house: House) -> Iterator[str]:
    """Yield what is to be said of each open promise whose time has passed and that nobody kept or broke."""
    for promise in promises:
        if promise.next + house.grace < house.now:
            yield f"promise {promise.id} ({promise.kind}) was due {when(promise.next)} and is neither kept nor broken"


def unheeded(order: Order, house: House) -> Iterator[str]:
    """Yield what is to be said of each unanswered instruction: on a closed order, or late and nobody was told."""
    for one in order.instructions.values():
        if order.closed_at is not None:
            yield f"it is closed and instruction {one.id} by {one.by} is not answered"
        elif one.next + house.grace < house.now:
            yield f"instruction {one.id} was due {when(one.next)}, is not answered, and nobody was told"

"""Which dates does an order have, and which is the next?

Dates come from the rule pack the order was accepted under. A pack that does not
regulate something (`null`) gives no date there; an order always has a next one all
the same, because its promises and its desk have. Pure.
"""

from typing import Final

from lianxin.deadlines import UNRESOLVED, overdue_at
from lianxin.ground.clock import DAY_MS, HOUR_MS, MINUTE_MS, Instant, local_date, midnight
from lianxin.orders.order import Order, UnitClock
from lianxin.rules import Rules

ARCHIVE_AFTER_MS: Final = 30 * DAY_MS
SIGN_BACK_MS: Final = 4 * HOUR_MS
"""How long a handover to a person or a unit other than a dispatch waits before it lapses (assumption)."""
NEWS_EVERY_MS: Final = 7 * DAY_MS
"""After a broken promise the citizen hears news at least this often (assumption)."""
QUIET_HOURS: Final = (21 * HOUR_MS, 8 * HOUR_MS + 30 * MINUTE_MS)
"""No follow-up call in these hours where the pack says nothing (assumption)."""
_LADDER: Final = {1: 3, 2: 5, 3: 10}
"""Step of the ladder -> working days overdue at which the next one is taken (pack `supervision`)."""
CARDS_RUN: Final = frozenset(
    {"dispatched", "in_progress", "send_back_review", "objection_review", "joint_meeting", "rework"}
)
"""States in which the unit's clock can earn a card; not while suspended or under review."""


def due_or_none(rules: Rules, key: str, start: Instant) -> Instant | None:
    """Return the due instant (or UNRESOLVED) of a clock, None where the pack does not regulate it."""
    return rules.due(key, start).due if key in rules.clocks else None


def handle_rule(rules: Rules, kind: str, urgency: str) -> str:
    """Return the key of the clock by which an appeal of this kind and urgency is handled."""
    for name in (urgency, kind, "default", "complaint"):
        key = f"order.handle.{name}"
        if key in rules.clocks:
            return key
    raise AssertionError(f"pack {rules.ref} has no clock for handling")


def desk_due(rules: Rules, step: str, now: Instant, urgency: str = "normal") -> Instant:
    """Return until when a desk of the house must have done its step: review, dispatch, followup …"""
    if step == "dispatch":
        return midnight(local_date(now)) + DAY_MS
    if step == "followup":
        return _followup_due(rules, now)
    if step == "review" and urgency != "normal":
        minutes = rules.number("order.review.urgent")
        if minutes is not None:
            return now + minutes * MINUTE_MS
    due = due_or_none(rules, f"order.{step}", now)
    return now + DAY_MS if due is None or due == UNRESOLVED else due


def _followup_due(rules: Rules, now: Instant) -> Instant:
    quiet_from, _ = rules.quiet_hours or QUIET_HOURS
    evening = midnight(local_date(now)) + quiet_from
    return evening if now < evening else evening + DAY_MS


def start_clock(rules: Rules, unit: str, rule: str, urgency: str, now: Instant) -> UnitClock:
    """Return the unit's clock of a dispatch made now."""
    due = rules.due(rule, now)
    sign = due_or_none(rules, f"order.acknowledge.{urgency}", now)
    return UnitClock(
        unit=unit,
        rule=rule,
        start=now,
        due=due.due,
        yellow=due.yellow,
        red=due.red,
        sign_due=None if sign == UNRESOLVED else sign,
        contact_due=due_or_none(rules, "order.first_contact", now),
        window=due_or_none(rules, "order.send_back_window", now),
    )


def recount(rules: Rules, clock: UnitClock) -> tuple[Instant, Instant | None, Instant | None]:
    """Return due, yellow, red of a clock with its pauses and extension as they are now."""
    due = rules.due(clock.rule, clock.start, suspend=clock.pauses or None, extend=clock.extended)
    return due.due, due.yellow, due.red


def next_card(rules: Rules, clock: UnitClock, cards: int) -> Instant | None:
    """Return when the next card or step of the ladder falls; None where none is left or the calendar is missing."""
    if clock.due == UNRESOLVED or cards >= 4:
        return None
    if cards < 0 and clock.yellow is not None:
        return None if clock.yellow == UNRESOLVED else clock.yellow
    if cards < 1:
        red = clock.due if clock.red is None else clock.red
        return None if red == UNRESOLVED else red
    at = overdue_at(clock.due, _LADDER[cards], rules.calendar)
    return None if at == UNRESOLVED else at


def next_date(order: Order) -> Instant | None:
    """Return the earliest of all the order's next dates; None only for an archived order.

    This is the order's one timer: when it comes, `Tick` does what is due.
    """
    if order.archived_at is not None:
        return None
    if order.closed_at is not None:
        return order.closed_at + ARCHIVE_AFTER_MS
    dates = [promise.next for promise in order.promises.values()]
    dates += [part.due for part in order.parts.values()]
    dates += [at for at in (order.desk_due, order.resume_at, order.milestone_at) if at is not None]
    if order.offer is not None and order.offer.until is not None:
        dates.append(order.offer.until)
    if order.card_at is not None and order.state in CARDS_RUN:
        dates.append(order.card_at)
    clock = order.clock
    if order.state == "dispatched" and clock is not None and clock.sign_due and "late_sign" not in order.flags:
        dates.append(clock.sign_due)
    return min(dates) if dates else None

"""Which dates does an order have, and which is the next?

Dates come from the rule pack the order was accepted under. A pack that does not
regulate something (`null`) gives no date there; an order always has a next one all
the same, because its promises and its desk have. Pure.
"""

from typing import Final

import msgspec

from lianxin.deadlines import UNRESOLVED, Clock, Step, explain, overdue_at, reckon
from lianxin.deadlines.wording import Lang
from lianxin.ground.clock import DAY_MS, HOUR_MS, MINUTE_MS, Instant, local_date, midnight
from lianxin.orders.order import Order, UnitClock
from lianxin.rules import Rules

ARCHIVE_AFTER_MS: Final = 30 * DAY_MS
SIGN_BACK_MS: Final = 4 * HOUR_MS
"""How long an order sent back to its agent waits for the signature before it lapses (assumption)."""
OFFER_MS: Final = DAY_MS
"""How long any other handover than a dispatch waits for its signature before it lapses (assumption)."""
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
URGENCIES: Final = ("normal", "urgent", "utilities", "life_danger")
KINDS: Final = ("inquiry", "help", "complaint", "report", "suggestion", "praise")


def due_or_none(rules: Rules, key: str, start: Instant) -> Instant | None:
    """Return the due instant (or UNRESOLVED) of a clock, None where the pack does not regulate it."""
    return rules.due(key, start).due if key in rules.clocks else None


def handle_rule(rules: Rules, kind: str, urgency: str, enterprise: bool = False) -> str:
    """Return the key of the clock by which an appeal of this kind and urgency is handled.

    An enterprise's appeal (涉企) follows a service of its own where the pack has one, unless utilities or lives are
    at stake.
    """
    names = (f"order.handle.{urgency}", "enterprise_2115.solve" if enterprise else "", f"order.handle.{kind}")
    for key in (*names, "order.handle.default", "order.handle.complaint"):
        if key in rules.clocks:
            return key
    raise AssertionError(f"pack {rules.ref} has no clock for handling")


def rule_of(rules: Rules, order: Order) -> str:
    """Return the key of the clock by which this order is handled."""
    return handle_rule(rules, order.kind, order.urgency, "enterprise" in order.flags)


def answer_due(rules: Rules, order: Order, now: Instant) -> Instant:
    """Return until when somebody who joins the order now is owed the answer: with the others, never in the past."""
    clock = order.clock
    if clock is not None and clock.paused is None and clock.due > now:
        return clock.due
    return rules.due(rule_of(rules, order), now).due


def desk_due(rules: Rules, step: str, now: Instant, urgency: str = "normal") -> Instant:
    """Return until when a desk of the house must have done its step: review, dispatch, followup …"""
    if step == "dispatch":
        return midnight(local_date(now)) + DAY_MS
    if step == "followup":
        return _followup_due(rules, now, urgency)
    if step == "review" and urgency != "normal":
        minutes = rules.number("order.review.urgent")
        if minutes is not None:
            return now + minutes * MINUTE_MS
    due = due_or_none(rules, f"order.{step}", now)
    return now + DAY_MS if due is None or due == UNRESOLVED else due


def _followup_due(rules: Rules, now: Instant, urgency: str) -> Instant:
    if urgency == "life_danger" and "followup.emergency" in rules.periods:
        return reckon(rules.periods["followup.emergency"], now, rules.calendar).due
    quiet_from, _ = rules.quiet_hours or QUIET_HOURS
    evening = midnight(local_date(now)) + quiet_from
    return evening if now < evening else evening + DAY_MS


def quiet_until(rules: Rules, now: Instant) -> Instant:
    """Return the end of the quiet hours (免打扰时段) `now` lies in, or `now` itself outside of them."""
    if rules.quiet_hours is not None:
        return rules.quiet_until(now)
    evening, morning = QUIET_HOURS
    today = midnight(local_date(now))
    if now < today + morning:
        return today + morning
    return now if now < today + evening else today + DAY_MS + morning


def start_clock(rules: Rules, unit: str, rule: str, urgency: str, now: Instant) -> UnitClock:
    """Return the unit's clock of a dispatch made now."""
    due = rules.due(rule, now)
    sign = due_or_none(rules, f"order.acknowledge.{urgency}", now)
    contact = "order.first_contact"
    if rule.startswith("enterprise_2115.") and "enterprise_2115.contact" in rules.clocks:
        contact = "enterprise_2115.contact"
    return UnitClock(
        unit=unit,
        rule=rule,
        start=now,
        due=due.due,
        yellow=due.yellow,
        red=due.red,
        sign_due=None if sign == UNRESOLVED else sign,
        contact_due=due_or_none(rules, contact, now),
        window=due_or_none(rules, "order.send_back_window", now),
    )


def _period(rules: Rules, clock: UnitClock) -> tuple[Clock, int]:
    """Return the period to count and by how much it is extended after that.

    Further working days after the old due are simply more working days, and counted so a
    clock can also be paused in the time it was extended by.
    """
    period = rules.clock(clock.rule)
    if clock.extended and period.unit == "WD":
        return msgspec.structs.replace(period, value=period.value + clock.extended), 0
    return period, clock.extended


def recounted(rules: Rules, clock: UnitClock, resume_at: Instant | None = None) -> UnitClock:
    """Return the clock with due, yellow and red counted anew from its pauses and its extension.

    resume_at  when the running pause is expected to end; needed while the clock is paused
    """
    period, extend = _period(rules, clock)
    pauses = clock.pauses
    if clock.paused is not None:
        assert resume_at is not None, "a paused clock is counted to the day it goes on"
        pauses = (*pauses, (clock.paused, resume_at))
    due = reckon(period, clock.start, rules.calendar, suspend=pauses or None, extend=extend)
    return msgspec.structs.replace(clock, due=due.due, yellow=due.yellow, red=due.red)


def explained(rules: Rules, clock: UnitClock, lang: Lang = "zh") -> list[Step]:
    """Return the steps that lead to the clock's due date, for people."""
    period, extend = _period(rules, clock)
    pauses = clock.pauses or None
    return explain(period, clock.start, rules.calendar, suspend=pauses, extend=extend, pack=rules.ref, lang=lang)


def suspension_limit(rules: Rules, now: Instant) -> Instant | None:
    """Return until when a suspension from now may last without the duty manager; None: not regulated.

    Where the calendar is missing, as many natural days: never more than the pack allows.
    """
    most = rules.number("order.suspend.max")
    if most is None:
        return None
    unit = rules.value("order.suspend.unit")
    assert unit == "WD" or unit == "d", f"{rules.ref}: order.suspend.unit is {unit!r}"
    limit = reckon(Clock("order.suspend", most, unit, rules.source("order.suspend")), now, rules.calendar).due
    return now + most * DAY_MS if limit == UNRESOLVED else limit


def card_instant(rules: Rules, clock: UnitClock, cards: int) -> Instant:
    """Return when the step of the ladder after `cards` falls, or UNRESOLVED; cards < 4 and the clock has a due date."""
    if cards < 0 and clock.yellow is not None:
        return clock.yellow
    if cards < 1:
        return clock.due if clock.red is None else clock.red
    return overdue_at(clock.due, _LADDER[cards], rules.calendar)


def next_card(rules: Rules, clock: UnitClock, cards: int) -> Instant | None:
    """Return when to look for the next card; None where none is left or the clock has no date yet.

    One that falls in a year whose calendar is missing is looked for from the due date on.
    """
    if clock.due == UNRESOLVED or cards >= 4:
        return None
    at = card_instant(rules, clock, cards)
    return clock.due if at == UNRESOLVED else at


def next_date(order: Order) -> Instant | None:
    """Return the earliest of all the order's next dates; None only for an archived order.

    This is the order's one timer: when it comes, `Tick` does what is due.
    """
    if order.archived_at is not None:
        return None
    if order.closed_at is not None:
        return order.closed_at + ARCHIVE_AFTER_MS
    dates = [promise.next for promise in order.promises.values()]
    if order.instructions:
        dates += [instruction.next for instruction in order.instructions.values()]
    for at in (order.desk_due, order.resume_at, order.milestone_at):
        if at is not None:
            dates.append(at)
    if order.parts:
        dates += [part.due for part in order.parts.values()]
    if order.offer is not None and order.offer.until is not None:
        dates.append(order.offer.until)
    if order.card_at is not None and order.state in CARDS_RUN:
        dates.append(order.card_at)
    clock = order.clock
    if order.state == "dispatched" and clock is not None and clock.sign_due and "late_sign" not in order.flags:
        dates.append(clock.sign_due)
    return min(dates, default=None)

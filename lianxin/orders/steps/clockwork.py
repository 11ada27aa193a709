"""What the clock makes happen (到时): whatever of an order's dates has come, one after another, until none is due.

Cards and the ladder of supervision, broken promises, lapsed handovers, resumption,
late desks, the archive. Each step moves its own date on, so a tick ends; done twice
at the same instant it does nothing.
"""

import msgspec

from lianxin.deadlines import UNRESOLVED
from lianxin.ground.clock import DAY_MS, MINUTE_MS, Instant
from lianxin.orders import commands as c
from lianxin.orders.dates import (
    CARDS_RUN,
    NEWS_EVERY_MS,
    OFFER_MS,
    card_instant,
    desk_due,
    next_card,
    next_date,
    recounted,
    rule_of,
    start_clock,
)
from lianxin.orders.order import Offer, Order, UnitClock
from lianxin.orders.pen import Pen
from lianxin.orders.steps.handling import resume
from lianxin.orders.steps.instructions import date_instructions, late_instructions
from lianxin.promises import LOOK_AGAIN_MS, Promise
from lianxin.rules import Rules

DUTY_MANAGER_MS = 30 * MINUTE_MS
_STEPS_MAX = 64
"""More than an order's dates can need at one instant: ladder, desk, offer, promises, and one for each part."""


def tick(pen: Pen, cmd: c.Tick, rules: Rules) -> None:
    """Do whatever is due by now; nothing if nothing is."""
    for _ in range(_STEPS_MAX + len(pen.order.parts)):
        due = next_date(pen.order)
        if due is None or due > pen.now:
            return
        _one(pen, cmd, rules)
    raise AssertionError(f"order {pen.order.number}: the clock does not come to rest")


def _one(pen: Pen, cmd: c.Tick, rules: Rules) -> None:
    order, now = pen.order, pen.now
    if order.closed_at is not None:
        pen.write("archived", state="archived", fields={"archived_at": now})
    elif order.resume_at is not None and order.resume_at <= now:
        resume(pen, cmd, rules)
    elif order.offer is not None and order.offer.until is not None and order.offer.until <= now:
        _lapse(pen, rules)
    elif _sign_overdue(order, now):
        level = 4 if order.urgency == "life_danger" else 1
        pen.write("sign_overdue", flags=("late_sign",), fields={"level": max(order.level, level)})
    elif order.card_at is not None and order.card_at <= now and order.state in CARDS_RUN:
        _card(pen, rules)
    elif any(promise.next <= now for promise in order.promises.values()):
        _promises(pen, rules)
    elif any(part.due <= now for part in order.parts.values()):
        _late_part(pen)
    elif any(instruction.next <= now for instruction in order.instructions.values()):
        late_instructions(pen, rules)
    elif order.milestone_at is not None and order.milestone_at <= now:
        pen.write("milestone_missed", fields={"milestone_at": now + NEWS_EVERY_MS, "level": max(order.level, 1)})
    else:
        _late_desk(pen)


def _sign_overdue(order: Order, now: Instant) -> bool:
    clock = order.clock
    if order.state != "dispatched" or clock is None or not clock.sign_due:
        return False
    return clock.sign_due <= now and "late_sign" not in order.flags


def _lapse(pen: Pen, rules: Rules) -> None:
    """The giver still holds. An agent's order goes back to review, as does a reply; a unit is offered it again."""
    order, now = pen.order, pen.now
    assert order.offer is not None, order.number
    say = {"to": order.offer.to}
    if order.state == "sent_back":
        due = desk_due(rules, "review", now, order.urgency)
        pen.write("handover_lapsed", no_offer=True, state="submitted", say=say, fields={"desk_due": due})
        return
    raised = {"level": max(order.level, 1)}
    if order.state == "replied":
        due = desk_due(rules, "review", now, order.urgency)
        pen.write("handover_lapsed", no_offer=True, say=say, fields={**raised, "desk_due": due})
        return
    pen.write("handover_lapsed", no_offer=True, say=say, fields=raised)
    pen.write("offered_again", offer=Offer(say["to"], now + OFFER_MS))


_CARDS = {0: ("card_yellow", 0), 1: ("card_red", 1), 2: ("overdue_3", 2), 3: ("overdue_5", 3), 4: ("overdue_10", 4)}
"""Step of the ladder -> entry and level of supervision (triggers T1 to T5)."""


def _card(pen: Pen, rules: Rules) -> None:
    order = pen.order
    assert order.clock is not None, order.number
    fresh = recounted(rules, order.clock)
    at = card_instant(rules, fresh, order.cards)
    changed = fresh if fresh != order.clock else None
    if at == UNRESOLVED or at > pen.now:
        again = pen.now + LOOK_AGAIN_MS if at == UNRESOLVED else at
        pen.write("looked_at", clock=changed, fields={"card_at": again})
        return
    step = 1 if order.cards < 0 and fresh.yellow is None else order.cards + 1
    kind, level = _CARDS[step]
    pen.write(
        kind,
        clock=changed,
        flags=(kind,) if step < 2 else (),
        say={"letter": f"{order.number}-{order.seq + 1}"},
        fields={"cards": step, "level": max(order.level, level), "card_at": next_card(rules, fresh, step)},
    )


def _promises(pen: Pen, rules: Rules) -> None:
    """Promises whose time has come are broken on the record, and another one is made in place of each.

    Those whose date could not be computed are computed again.
    """
    order, now = pen.order, pen.now
    come = [promise for promise in order.promises.values() if promise.next <= now]
    if any(promise.due is None for promise in come):
        count_again(pen, rules)
        return
    first = min(come, key=lambda one: (one.next, one.id))
    assert first.due is not None, order.number
    pen.write(
        "promise_broken",
        broken=tuple(promise.id for promise in come),
        made=tuple(_instead(pen, promise, rules, i) for i, promise in enumerate(come, 1)),
        say={"promise": first.kind, "due": first.due, **({"count": len(come)} if len(come) > 1 else {})},
    )


def _instead(pen: Pen, broken: Promise, rules: Rules, offset: int) -> Promise:
    """Return what is promised for a broken promise: the call is still owed, anything else becomes news."""
    if broken.kind == "followup":
        return pen.promise("followup", broken.to, desk_due(rules, "followup", pen.now, pen.order.urgency), offset)
    wait = NEWS_EVERY_MS if broken.kind == "news" else DAY_MS
    return pen.promise("news", broken.to, pen.now + wait, offset)


def recount_now(pen: Pen, cmd: c.Recount, rules: Rules) -> None:
    """Count what the missing calendar left open; nothing where every date is known or cannot be counted yet."""
    order = pen.order
    left_open = [promise for promise in order.promises.values() if promise.due is None]
    if order.clock is not None:
        known = UNRESOLVED not in (order.clock.due, order.clock.red, order.clock.contact_due, order.clock.window)
        due = recounted(rules, order.clock, order.resume_at).due
    else:
        known, due = True, rules.due(rule_of(rules, order), order.opened_at).due
    if due != UNRESOLVED and (left_open or not known):
        count_again(pen, rules)
    date_instructions(pen, rules)


def count_again(pen: Pen, rules: Rules) -> None:
    """Try again to compute dates that the missing calendar left open (C10)."""
    order = pen.order
    if order.clock is None:
        due = rules.due(rule_of(rules, order), order.opened_at).due
        pen.write("counted_again", redated=_dated(pen, due, due))
        return
    fresh = _refreshed(pen, rules, order.clock)
    expected = recounted(rules, fresh, order.resume_at).due
    pen.write(
        "counted_again",
        clock=fresh,
        redated=_dated(pen, expected, fresh.contact_due),
        fields={"card_at": None if order.state == "suspended" else next_card(rules, fresh, order.cards)},
    )


def _refreshed(pen: Pen, rules: Rules, clock: UnitClock) -> UnitClock:
    """Return the clock with every date that its dispatch would give today; while it is paused its own stays."""
    order = pen.order
    new = start_clock(rules, clock.unit, clock.rule, order.urgency, clock.start)
    clock = msgspec.structs.replace(clock, sign_due=new.sign_due, contact_due=new.contact_due, window=new.window)
    return clock if clock.paused is not None else recounted(rules, clock)


def _dated(pen: Pen, due: Instant, contact_due: Instant | None) -> tuple[Promise, ...]:
    """Return the undated promises with their date, or to be looked at again; one that has passed breaks in a minute."""
    dated = []
    for promise in pen.order.promises.values():
        if promise.due is None:
            at = contact_due if promise.kind == "contact" and contact_due is not None else due
            if at == UNRESOLVED:
                fresh = msgspec.structs.replace(promise, next=pen.now + LOOK_AGAIN_MS)
            else:
                fresh = msgspec.structs.replace(promise, due=at, next=max(at, pen.now + MINUTE_MS))
            dated.append(fresh)
    return tuple(dated)


def _late_part(pen: Pen) -> None:
    order, now = pen.order, pen.now
    part = min(order.parts.values(), key=lambda one: (one.due, one.id))
    offer = None if part.offer is None else Offer(part.offer.to, now + OFFER_MS)
    late = msgspec.structs.replace(part, due=now + OFFER_MS, offer=offer)
    pen.write("part_overdue", parts=(late,), say={"part": part.id}, fields={"level": max(order.level, 1)})


def _late_desk(pen: Pen) -> None:
    """A desk of the house is late: the duty manager has 30 minutes, then is asked daily."""
    first = "late_desk" not in pen.order.flags
    pen.write(
        "desk_overdue",
        flags=("late_desk",) if first else (),
        say={"to": "duty_manager"},
        fields={"desk_due": pen.now + (DUTY_MANAGER_MS if first else DAY_MS)},
    )

"""What the clock makes happen (到时): whatever of an order's dates has come, one after another, until none is due.

Cards and the ladder of supervision, broken promises, lapsed handovers, resumption,
late desks, the archive. Each step moves its own date on, so a tick ends; done twice
at the same instant it does nothing.
"""

import msgspec

from lianxin.deadlines import UNRESOLVED
from lianxin.ground.clock import DAY_MS, MINUTE_MS
from lianxin.orders import commands as c
from lianxin.orders.dates import CARDS_RUN, NEWS_EVERY_MS, handle_rule, next_card, next_date, recount
from lianxin.orders.order import Offer
from lianxin.orders.pen import Pen
from lianxin.orders.steps.handling import resume
from lianxin.promises import LOOK_AGAIN_MS
from lianxin.rules import Rules


def recount_now(pen: Pen, cmd: c.Recount, rules: Rules) -> None:
    """Count what the missing calendar left open; nothing where every date is known or cannot be counted yet."""
    order = pen.order
    if order.state == "suspended" or all(promise.due is not None for promise in order.promises.values()):
        return
    probe = rules.due(handle_rule(rules, order.kind, order.urgency), order.citizen_since).due
    if order.clock is not None:
        probe = recount(rules, order.clock)[0]
    if probe != UNRESOLVED:
        _count_again(pen, rules)


DUTY_MANAGER_MS = 30 * MINUTE_MS
_STEPS_MAX = 64


def tick(pen: Pen, cmd: c.Tick, rules: Rules) -> None:
    """Do whatever is due by now; nothing if nothing is."""
    for _ in range(_STEPS_MAX):
        due = next_date(pen.order)
        if due is None or due > pen.now:
            return
        _one(pen, cmd, rules)
    raise AssertionError(f"order {pen.order.number}: the clock does not come to rest")


def _one(pen: Pen, cmd: c.Tick, rules: Rules) -> None:
    order, now = pen.order, pen.now
    clock = order.clock
    if order.closed_at is not None:
        pen.write("archived", state="archived", fields={"archived_at": now})
    elif order.resume_at is not None and order.resume_at <= now and order.state == "suspended":
        resume(pen, cmd, rules)
    elif order.offer is not None and order.offer.until is not None and order.offer.until <= now:
        _lapse(pen)
    elif (
        clock is not None
        and order.state == "dispatched"
        and clock.sign_due
        and clock.sign_due <= now
        and "late_sign" not in order.flags
    ):
        level = 4 if order.urgency == "life_danger" else 1
        pen.write("sign_overdue", flags=("late_sign",), fields={"level": max(order.level, level)})
    elif order.card_at is not None and order.card_at <= now and order.state in CARDS_RUN:
        _card(pen, rules)
    elif any(promise.next <= now for promise in order.promises.values()):
        _promise(pen, rules)
    elif any(part.due <= now for part in order.parts.values()):
        _late_part(pen)
    elif order.milestone_at is not None and order.milestone_at <= now:
        pen.write("milestone_missed", fields={"milestone_at": now + NEWS_EVERY_MS, "level": max(order.level, 1)})
    else:
        _late_desk(pen)


def _lapse(pen: Pen) -> None:
    """The giver still holds. An agent's order goes back to review; a unit is offered it again, under supervision."""
    order = pen.order
    assert order.offer is not None, order.number
    say = {"to": order.offer.to}
    if order.state == "sent_back":
        pen.write("handover_lapsed", no_offer=True, state="submitted", say=say, fields={"desk_due": pen.now + DAY_MS})
    elif order.state == "replied":
        pen.write("handover_lapsed", no_offer=True, say=say, fields={"level": max(order.level, 1)})
    else:
        again = Offer(order.offer.to, pen.now + DAY_MS)
        pen.write("handover_lapsed", no_offer=True, say=say, fields={"level": max(order.level, 1)})
        pen.write("offered_again", offer=again)


_CARDS = {0: ("card_yellow", 0), 1: ("card_red", 1), 2: ("overdue_3", 2), 3: ("overdue_5", 3), 4: ("overdue_10", 4)}


def _card(pen: Pen, rules: Rules) -> None:
    order = pen.order
    assert order.clock is not None, order.number
    step = 1 if order.cards < 0 and order.clock.yellow is None else order.cards + 1
    kind, level = _CARDS[step]
    pen.write(
        kind,
        flags=(kind,) if step < 2 else (),
        say={"letter": f"{order.number}-{step}"},
        fields={
            "cards": step,
            "level": max(order.level, level),
            "card_at": next_card(rules, order.clock, step),
        },
    )


def _promise(pen: Pen, rules: Rules) -> None:
    """A promise whose time has come is broken on the record, and news is promised instead.

    One whose date could not be computed is computed again; a paused one is only looked at.
    """
    order, now = pen.order, pen.now
    promise = min(order.promises.values(), key=lambda one: (one.next, one.id))
    if promise.due is None and order.state == "suspended":
        assert order.resume_at is not None, order.number
        later = max(min(order.resume_at, now + LOOK_AGAIN_MS), now + MINUTE_MS)
        pen.write("looked_at", redated=(msgspec.structs.replace(promise, next=later),))
    elif promise.due is None:
        _count_again(pen, rules)
    else:
        pen.write(
            "promise_broken",
            broken=(promise.id,),
            made=(pen.promise("news", promise.to, now + (DAY_MS if promise.kind != "news" else NEWS_EVERY_MS)),),
            say={"promise": promise.kind, "due": promise.due},
        )


def _count_again(pen: Pen, rules: Rules) -> None:
    """Try again to compute dates that the missing calendar left open (C10)."""
    order, now = pen.order, pen.now
    clock = order.clock
    if clock is None:
        due = rules.due(handle_rule(rules, order.kind, order.urgency), order.citizen_since).due
        pen.write("counted_again", redated=_dated(pen, due))
        return
    due, yellow, red = recount(rules, clock)
    fresh = msgspec.structs.replace(clock, due=due, yellow=yellow, red=red)
    pen.write(
        "counted_again",
        clock=fresh,
        redated=_dated(pen, due),
        fields={"card_at": next_card(rules, fresh, order.cards)},
    )
    assert next_date(pen.order) != now


def _dated(pen: Pen, due: int) -> tuple[object, ...]:
    later = pen.now + LOOK_AGAIN_MS
    return tuple(
        msgspec.structs.replace(
            promise,
            due=None if due == UNRESOLVED else due,
            next=later if due == UNRESOLVED else max(due, pen.now + MINUTE_MS),
        )
        for promise in pen.order.promises.values()
        if promise.due is None
    )


def _late_part(pen: Pen) -> None:
    order, now = pen.order, pen.now
    part = min(order.parts.values(), key=lambda one: (one.due, one.id))
    offer = None if part.offer is None else Offer(part.offer.to, now + DAY_MS)
    late = msgspec.structs.replace(part, due=now + DAY_MS, offer=offer)
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

"""The citizen is asked: solved? satisfied? Two questions, two facts (回访). What the answers lead to: domain §6.2."""

from lianxin.ground.clock import DAY_MS, Instant, local_date, midnight
from lianxin.orders import commands as c
from lianxin.orders.dates import OFFER_MS, desk_due, quiet_until
from lianxin.orders.order import Offer, Order
from lianxin.orders.pen import Fields, Pen
from lianxin.orders.refusal import Refused
from lianxin.orders.sources import ruled
from lianxin.orders.steps.beyond import news_by
from lianxin.orders.steps.instructions import nothing_instructed
from lianxin.rules import Rules

ATTEMPTS = 3
ON_DAYS = 2
"""Attempts before an order may end unreached, and on how many days, where the pack says nothing (assumption)."""
AGAIN_WITHIN_MS = 7 * DAY_MS
"""The next attempt is at most a week away (assumption)."""
_WORTH_REWORK = frozenset({"answer_wrong", "attitude"})
"""Reasons for which also a solved matter may go to rework."""


def whose_turn(order: Order) -> int:
    """Return the contact whose citizen is to be asked next: those who joined first, the order's own last."""
    waiting = (p.to for p in order.promises.values() if p.kind == "followup" and p.to != order.contact)
    return next(waiting, order.contact)


def _may_call(pen: Pen, rules: Rules) -> None:
    order = pen.order
    if order.proposal is not None:
        waits = "审核员确认重办" if order.proposal == "rework" else "承办单位签收挂账"
        raise Refused("waits", f"这张工单在等{waits}，暂不能回访。")
    nothing_instructed(pen, "回访")
    until = quiet_until(rules, pen.now)
    if until != pen.now and order.urgency != "life_danger":
        clock = f"{(until - midnight(local_date(until))) // 3_600_000:02d}:{until // 60_000 % 60:02d}"
        source = "" if rules.quiet_hours is None else ruled(rules, "quiet_hours", f"至 {clock}")
        raise Refused("quiet_hours", f"现在是免打扰时段，{clock} 以后才能回访。", source=source)


def attempt_failed(pen: Pen, cmd: c.AttemptFailed, rules: Rules) -> None:
    """Note a call that reached nobody; silence stays silence, another try follows.

    When only the last attempt is left and all were on one day, it is not before the next day.
    """
    _may_call(pen, rules)
    order = pen.order
    asked = whose_turn(order) if cmd.contact is None else cmd.contact
    if not pen.open("followup", to=asked):
        raise Refused("not_owed", "这位来电人没有待回访的承诺。")
    if not pen.now < cmd.again_at <= pen.now + AGAIN_WITHIN_MS:
        raise Refused("past", "下次回访时间要在将来一周之内。")
    tally = _attempt(order, asked, pen.now)
    again_at = _on_another_day(tally, rules, pen.now, cmd.again_at)
    own = asked == order.contact
    pen.write(
        "followup_attempted" if own else "joined_attempted",
        state="followup_failed",
        role="caller" if own else None,
        redated=tuple(p for p in pen.postpone("followup", again_at) if p.to == asked),
        say={"result": cmd.result, "contact": asked},
        fields={**tally, "desk_due": again_at},
    )


def _attempt(order: Order, asked: int, now: Instant) -> dict[str, int]:
    """Return the count of attempts with one more; it begins anew with another citizen."""
    same = order.asked == asked
    today = local_date(now).toordinal()
    days = order.attempt_days if same else 0
    return {
        "asked": asked,
        "attempts": order.attempts + 1 if same else 1,
        "attempt_days": days if same and order.attempt_on == today else days + 1,
        "attempt_on": today,
    }


def _on_another_day(tally: dict[str, int], rules: Rules, now: Instant, again_at: Instant) -> Instant:
    if tally["attempts"] < _attempts(rules) - 1 or tally["attempt_days"] >= _days(rules):
        return again_at
    tomorrow = midnight(local_date(now)) + DAY_MS
    return max(again_at, quiet_until(rules, tomorrow))


def _attempts(rules: Rules) -> int:
    return rules.number("followup.attempts") or ATTEMPTS


def _days(rules: Rules) -> int:
    return rules.number("followup.days") or ON_DAYS


def record_followup(pen: Pen, cmd: c.RecordFollowup, rules: Rules) -> None:
    """Record the citizen's answers: the first are never changed, what comes after a rework is the final word."""
    _may_call(pen, rules)
    if not cmd.evidence:
        raise Refused("no_recording", "回访要有录音。")
    if cmd.contact == pen.order.contact and whose_turn(pen.order) != cmd.contact:
        raise Refused("others_first", "还有并入的来电人没有回访，请先回访他们。")
    answered(pen, cmd, rules)


def answered(pen: Pen, cmd: c.RecordFollowup, rules: Rules) -> None:
    """Write what a citizen's answers lead to, whether they were called or said it themselves."""
    if cmd.contact == pen.order.contact:
        _followup_of_own(pen, cmd, rules)
    else:
        _followup_of_joined(pen, cmd, rules)


def _caller(pen: Pen, cmd: c.RecordFollowup) -> str | None:
    """Return the part in which the actor acted: who called the order's own citizen; nobody of the house on a page."""
    return "caller" if cmd.role == "followup_caller" and cmd.contact == pen.order.contact else None


def _wants_rework(cmd: c.RecordFollowup) -> bool:
    if cmd.informed == "differs" or cmd.contacted == "no" or cmd.solved in ("partly", "not_solved"):
        return True
    return cmd.solved == "solved" and cmd.satisfied in ("no", "very_no") and cmd.reason in _WORTH_REWORK


def _said(cmd: c.RecordFollowup) -> dict[str, str | int]:
    say: dict[str, str | int] = {"evidence": cmd.evidence, "contacted": cmd.contacted, "informed": cmd.informed}
    say |= {"solved": cmd.solved, "satisfied": cmd.satisfied}
    return say | {"reason": cmd.reason} if cmd.reason else say


def _followup_of_own(pen: Pen, cmd: c.RecordFollowup, rules: Rules) -> None:
    order = pen.order
    first = order.solved_first is None
    answers: Fields = {
        "solved_first" if first else "solved_final": cmd.solved,
        "satisfied_first" if first else "satisfied_final": cmd.satisfied,
    }
    if _wants_rework(cmd):
        _propose_rework(pen, cmd, rules, answers)
    elif cmd.solved == "promised_later":
        _promised_later(pen, cmd, answers)
    else:
        unknown = cmd.solved == "cannot_say" or cmd.satisfied == "no_comment"
        settle_own(pen, "completed", "unknown" if unknown else "solved", _said(cmd), answers, _caller(pen, cmd))


def settle_own(
    pen: Pen, kind: str, result: str, say: dict[str, str | int], answers: Fields, role: str | None = None
) -> None:
    """End it for its own citizen: it is closed, or, while others are still to be asked, once they were."""
    order = pen.order
    if whose_turn(order) == order.contact:
        evidence = str(say.pop("evidence"))
        pen.close(kind, "completed", result, evidence, answers, role=role, say=say)
        return
    pen.write(
        "own_settled",
        state="followup_due",
        role=role,
        kept=pen.open("followup", to=order.contact),
        say={**say, "contact": order.contact},
        fields={**answers, **NEXT_ONE, "settled": result, "proposal": None, "proposed_by": None},
    )


def end_if_all_asked(pen: Pen, evidence: str) -> None:
    """Close it when its own citizen was content before the others were asked, and now these were too."""
    order = pen.order
    if order.settled is not None and order.closed_at is None and not order.promises:
        nothing_instructed(pen, "了结")
        pen.close("all_asked", "completed", order.settled, evidence)


def _propose_rework(pen: Pen, cmd: c.RecordFollowup, rules: Rules, answers: Fields) -> None:
    """Ask the reviewer for a rework; a reply that says what the citizen denies is supervised at once."""
    order = pen.order
    if cmd.solved in ("partly", "not_solved") and not cmd.reason:
        raise Refused("no_reason", "没有解决的，要记下主要原因。")
    denied = cmd.informed == "differs" or cmd.contacted == "no"
    own = cmd.contact == order.contact
    pen.write(
        "followup_answered" if own else "joined_dissatisfied",
        state="followup_due",
        role=_caller(pen, cmd),
        say={**_said(cmd), "contact": cmd.contact},
        fields={
            **answers,
            "asked": cmd.contact,
            "proposal": "rework",
            "proposed_by": cmd.by,
            "level": max(order.level, 2) if denied else order.level,
            "desk_due": desk_due(rules, "review", pen.now, order.urgency),
        },
    )


def _followup_of_joined(pen: Pen, cmd: c.RecordFollowup, rules: Rules) -> None:
    """Ask one who joined: the order's own figures are its own citizen's, but nobody's trouble is passed over."""
    kept = pen.open("followup", to=cmd.contact)
    if not kept:
        raise Refused("not_owed", "这位来电人没有待回访的承诺。")
    if _wants_rework(cmd):
        _propose_rework(pen, cmd, rules, {})
        return
    pen.write(
        "joined_followed_up",
        state="followup_due",
        kept=kept,
        say={**_said(cmd), "contact": cmd.contact},
        fields=NEXT_ONE,
    )
    end_if_all_asked(pen, cmd.evidence)


NEXT_ONE: Fields = {"asked": 0, "attempts": 0, "attempt_days": 0, "attempt_on": 0}
"""Attempts are counted for one citizen; with the next they begin anew."""


def _promised_later(pen: Pen, cmd: c.RecordFollowup, answers: Fields) -> None:
    """Offer it to the unit for the long-run register; the citizens hear from us by the date that was promised."""
    order = pen.order
    if cmd.later_at is None or cmd.later_at <= pen.now:
        raise Refused("no_date", "单位答应以后办的，要记下日期。")
    pen.write(
        "promised_later",
        state="followup_due",
        role="caller",
        kept=pen.open(),
        made=news_by(pen, cmd.later_at),
        offer=Offer(f"unit:{order.unit}", pen.now + OFFER_MS),
        say=_said(cmd),
        fields={**answers, "proposal": f"later:{cmd.later_at}", "proposed_by": cmd.by, "desk_due": None},
    )


def close_unreached(pen: Pen, cmd: c.CloseUnreached, rules: Rules) -> None:
    """End it after all attempts failed and a link was sent: result unknown, its own share, never satisfied."""
    order = pen.order
    if order.proposal is not None:
        raise Refused("waits", "这张工单还有一项意见没有确认，暂不能了结。")
    nothing_instructed(pen, "了结")
    asked = whose_turn(order) if cmd.contact is None else cmd.contact
    if not pen.open("followup", to=asked):
        raise Refused("not_owed", "这位来电人没有待回访的承诺。")
    attempts, days = (order.attempts, order.attempt_days) if order.asked == asked else (0, 0)
    if attempts < _attempts(rules):
        raise Refused(
            "too_few",
            f"只回访了 {attempts} 次，满 {_attempts(rules)} 次并发出链接后才能了结。",
            "请约定下一次回访时间。",
            ruled(rules, "followup.attempts", f"{_attempts(rules)} 次"),
        )
    if days < _days(rules):
        raise Refused(
            "one_day",
            f"回访都在同一天，要在 {_days(rules)} 个不同的日子试过才能了结。",
            "请明天再试一次。",
            ruled(rules, "followup.days", f"{_days(rules)} 天"),
        )
    if not cmd.link:
        raise Refused("no_link", "请先发送评价链接短信。")
    if asked == order.contact and whose_turn(order) == order.contact:
        pen.close("completed", "completed", "no_contact", cmd.link)
        return
    if asked == order.contact:
        raise Refused("others_first", "还有并入的来电人没有回访，请先回访他们。")
    pen.write(
        "joined_unreached",
        state="followup_due",
        kept=pen.open("followup", to=asked),
        say={"evidence": cmd.link, "contact": asked},
        fields=NEXT_ONE,
    )
    end_if_all_asked(pen, cmd.link)

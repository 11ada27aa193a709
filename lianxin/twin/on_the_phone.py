"""How do the follow-up callers of the twin reach the citizens, and what do these answer? Pure."""

from typing import Any, Final

from lianxin.ground.clock import DAY_MS, HOUR_MS, MINUTE_MS, Instant
from lianxin.orders import commands as c
from lianxin.twin.dice import Dice
from lianxin.twin.turn import Action, Turn


def followup_due(turn: Turn) -> Action:
    order, dice, world = turn.order, turn.dice, turn.world
    proposal = order.proposal or ""
    if proposal == "rework":
        at = order.last_at + dice.lognormal(25 * MINUTE_MS, 0.6)
        agreed = order.reworks < 2 and dice.chance(0.75)
        text = "同意重办，请补正" if agreed else "单位答复有依据，已向来电人说明"
        return turn.house(at, "reviewer", c.ConfirmRework, order.callers, agreed=agreed, text=text)
    if proposal.startswith("later:"):
        return turn.unit(world.office(order.last_at + dice.lognormal(90 * MINUTE_MS, 0.6), dice), c.Sign)
    rated = _rating(turn)
    if rated is not None:
        return rated
    at = world.evening(order.last_at + dice.lognormal(110 * MINUTE_MS, 0.7), dice)
    if dice.chance(0.2):
        return _unreached(turn, at)
    owed = next(
        (p.to for p in order.promises.values() if p.kind == "followup" and p.to != order.contact), order.contact
    )
    return turn.house(
        at,
        "followup_caller",
        c.RecordFollowup,
        order.agents,
        order.dispatchers,
        order.callers if order.reworks else _NOBODY,
        contact=owed,
        **_answers(turn, at),
    )


RATED: Final = 0.1
"""Share of answered orders that their citizens rate on the page before anybody calls."""
_RATING: Final = 7_400
"""Key of dice of their own."""


def _rating(turn: Turn) -> Action | None:
    """The order's own citizen rates it on the page, at any hour, soon after the answer."""
    order = turn.order
    owed = any(promise.kind == "followup" and promise.to == order.contact for promise in order.promises.values())
    dice = Dice(turn.world.seed, order.id, order.dispatches, order.reworks, _RATING)
    if not owed or order.proposal is not None or not dice.chance(RATED):
        return None
    solved = dice.weighted((("solved", 88.0), ("partly", 6.0), ("not_solved", 6.0)))
    good = (("very", 60.0), ("yes", 30.0), ("basic", 10.0))
    bad = (("basic", 20.0), ("no", 50.0), ("very_no", 30.0))
    satisfied = dice.weighted(good if solved == "solved" else bad)
    reason = "" if solved == "solved" else dice.one_of(("slow", "not_solved", "answer_wrong"))
    more: dict[str, Any] = {"contact": order.contact, "solved": solved, "satisfied": satisfied, "reason": reason}
    at = order.last_at + dice.between(4 * MINUTE_MS, 80 * MINUTE_MS)
    return turn.act(at, "citizen", "citizen", c.Rate, **more)


_NOBODY: Final[frozenset[str]] = frozenset()


def _unreached(turn: Turn, at: Instant) -> Action:
    order, dice, world = turn.order, turn.dice, turn.world
    again = world.evening(at + dice.between(4 * HOUR_MS, 20 * HOUR_MS), dice)
    result = dice.one_of(("no_answer", "no_answer", "engaged", "refused"))
    return turn.house(
        at, "followup_caller", c.AttemptFailed, order.agents, order.dispatchers, result=result, again_at=again
    )


def _answers(turn: Turn, at: Instant) -> dict[str, Any]:
    dice, order = turn.dice, turn.order
    solved = dice.weighted(
        (("solved", 87.0), ("partly", 3.5), ("not_solved", 4.5), ("promised_later", 1.0), ("cannot_say", 4.0))
    )
    if solved == "promised_later" and order.unit is None:
        solved = "solved"
    good = solved in ("solved", "promised_later")
    shares = (
        (("very", 55.0), ("yes", 30.0), ("basic", 9.0), ("no", 3.0), ("no_comment", 3.0))
        if good
        else (("basic", 30.0), ("no", 45.0), ("very_no", 20.0), ("no_comment", 5.0))
    )
    answers: dict[str, Any] = {
        "contacted": "no" if dice.chance(0.012) else "yes",
        "informed": "differs" if dice.chance(0.008) else "yes",
        "solved": solved,
        "satisfied": dice.weighted(shares),
        "evidence": f"回访录音 {order.number}-{order.attempts + order.reworks}",
    }
    if solved == "promised_later":
        answers["later_at"] = at + dice.between(6 * DAY_MS, 20 * DAY_MS)
    if not good:
        answers["reason"] = dice.one_of(("slow", "not_solved", "answer_wrong", "attitude"))
    return answers


def followup_failed(turn: Turn) -> Action:
    order, dice, world = turn.order, turn.dice, turn.world
    if order.proposal == "rework":
        return followup_due(turn)
    assert order.desk_due is not None, order.number
    if order.attempts >= 3 and len(order.promises) <= 1:
        at = world.evening(order.last_at + dice.lognormal(20 * MINUTE_MS, 0.5), dice)
        return turn.house(
            at, "followup_caller", c.CloseUnreached, order.agents, order.dispatchers, link="评价链接短信已发出"
        )
    agreed = order.desk_due - dice.between(0, 30 * MINUTE_MS)
    if order.last_kind != "followup_attempted":  # the time agreed for the next try has passed
        agreed = order.last_at + dice.between(5 * MINUTE_MS, 90 * MINUTE_MS)
    at = world.evening(max(order.last_at + MINUTE_MS, agreed), dice)
    if dice.chance(0.35) and order.attempts < 6:
        return _unreached(turn, at)
    owed = next(
        (p.to for p in order.promises.values() if p.kind == "followup" and p.to != order.contact), order.contact
    )
    return turn.house(
        at,
        "followup_caller",
        c.RecordFollowup,
        order.agents,
        order.dispatchers,
        order.callers if order.reworks else _NOBODY,
        contact=owed,
        **_answers(turn, at),
    )

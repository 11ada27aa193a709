"""What does somebody do next with an order, and when?

For each state one actor of the city: reviewer, dispatcher, unit, follow-up caller … The
answer follows from the order and the seed alone, so a city that was stopped goes on
where it was. Shares and delays are assumptions of the twin, not findings. Pure.
"""

from collections.abc import Callable
from typing import Final

from lianxin.orders.order import Order
from lianxin.twin import at_the_unit, in_the_house, on_the_phone, watching
from lianxin.twin.turn import Action, Candidate, Turn, no_candidate
from lianxin.twin.world import World


def next_action(world: World, order: Order, candidate: Candidate = no_candidate) -> Action | None:
    """Return what happens next to an order by somebody's hand, None where only the clock moves it."""
    if order.archived_at is not None:
        return None
    turn = Turn(world, order, candidate)
    waiting = watching.answer(turn)
    if waiting is not None or order.state in _LEFT_ALONE:
        return waiting
    return _BY_STATE[order.state](turn)


_LEFT_ALONE: Final = frozenset({"received", "suspended", "not_accepted", "merged", "withdrawn", "archived"})
"""Nobody's turn; what citizens write on the pages themselves (`received`) is for people to read, not for dice."""


_BY_STATE: Final[dict[str, Callable[[Turn], Action | None]]] = {
    "submitted": in_the_house.submitted,
    "sent_back": in_the_house.sent_back,
    "approved": in_the_house.approved,
    "dispatched": at_the_unit.dispatched,
    "in_progress": at_the_unit.in_progress,
    "send_back_review": in_the_house.send_back_review,
    "objection_review": in_the_house.objection_review,
    "joint_meeting": in_the_house.joint_meeting,
    "replied": in_the_house.replied,
    "followup_due": on_the_phone.followup_due,
    "followup_failed": on_the_phone.followup_failed,
    "rework": at_the_unit.rework,
    "long_run": at_the_unit.long_run,
    "transferred": in_the_house.transferred,
    "completed": in_the_house.completed,
    "reopen_asked": in_the_house.reopen_asked,
}

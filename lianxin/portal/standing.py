"""Who has the citizen's matter now, and until when does what happen next? Pure."""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from lianxin.ground.clock import Instant
from lianxin.ground.web import marked
from lianxin.orders.order import Order
from lianxin.orders.states import place_of

HOLDS: Final[Mapping[str, str]] = {
    "received": marked("The hotline's agents have it and read it"),
    "submitted": marked("The hotline is checking it"),
    "sent_back": marked("The hotline is checking it"),
    "approved": marked("The hotline decides which unit handles it"),
    "dispatched": marked("Sent to %(unit)s; until it signs, the hotline answers for it"),
    "in_progress": marked("%(unit)s answers for it now"),
    "suspended": marked("%(unit)s answers for it now; the work rests until %(day)s"),
    "send_back_review": marked("%(unit)s has it until the hotline has decided whose it is"),
    "objection_review": marked("%(unit)s has it until the hotline has decided whose it is"),
    "joint_meeting": marked("%(unit)s has it until several units have settled whose it is"),
    "replied": marked("The hotline is checking the answer of %(unit)s"),
    "followup_due": marked("The answer is out; the hotline will ask you how it went"),
    "followup_failed": marked("The answer is out; the hotline will call you again"),
    "rework": marked("%(unit)s has to deal with it again"),
    "long_run": marked("%(unit)s answers for it and works through a plan"),
    "transferred": marked("Handed over to %(unit)s, which answers you"),
    "reopen_asked": marked("You asked to have it opened again; the hotline decides"),
}
"""Place of an open order -> who has it, in the citizen's words."""
ENDED: Final[Mapping[str, str]] = {
    "solved": marked("It is completed"),
    "unknown": marked("It is completed"),
    "no_contact": marked("Completed; we could not reach you to ask how it went"),
    "not_solved_lawful": marked("Completed; what you asked for cannot be granted by law"),
    "unreasonable": marked("Completed; what you asked for cannot be granted"),
    "not_accepted": marked("The hotline cannot take this on"),
    "withdrawn": marked("You took it back"),
    "transferred": marked("Handed over; you were told the answer"),
    "merged": marked("It goes on together with others who reported the same"),
}
"""How a closed order ended."""
PROMISES: Final[Mapping[str, str]] = {
    "answer": marked("You get the answer by %(day)s at the latest"),
    "contact": marked("The unit gets in touch with you by %(day)s at the latest"),
    "news": marked("You get news by %(day)s at the latest"),
    "followup": marked("We ask you how it went by %(day)s at the latest"),
}
"""Kind of a promise -> what the citizen can count on."""
NO_DAY: Final = marked("The date is told as soon as the working days of that year are published.")


class Promised(msgspec.Struct, frozen=True):
    """What is promised to this citizen next; day None: it cannot be computed yet."""

    words: str
    day: Instant | None


class Standing(msgspec.Struct, frozen=True):
    """How it stands.

    words, unit, day  who has it: a msgid and its values;  closed  whether it is over
    next   what is promised next, None where nothing is (it is over)
    """

    words: str
    unit: str
    day: Instant | None
    closed: bool
    next: Promised | None


def standing_of(order: Order, own: int, names: Callable[[str], str]) -> Standing:
    """Return how an order stands for the citizen of the contact `own`; it may be one theirs was joined to."""
    closed = order.closed_at is not None
    words = ENDED.get(order.result, ENDED["solved"]) if closed else HOLDS[place_of(order)]
    return Standing(words, names(_who(order)), order.resume_at, closed, None if closed else _next(order, own))


def _who(order: Order) -> str:
    """Return the unit or outside system that has it, or is asked to sign for it; "" where the house has it."""
    offered = order.offer.to if order.offer is not None else ""
    for key in (order.holder or "", offered, f"unit:{order.unit}" if order.unit else ""):
        if key.startswith(("unit:", "outside:")):
            return key
    return ""


def _next(order: Order, own: int) -> Promised | None:
    mine = [one for one in order.promises.values() if one.to == own and one.kind in PROMISES]
    if not mine:
        return None
    first = min(mine, key=lambda one: (one.next, one.id))
    return Promised(PROMISES[first.kind], first.due)

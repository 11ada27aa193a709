"""What do the county offices of the twin do with what the city sent them? Half of it they send on (二级派单). Pure."""

from typing import Final

from lianxin.deadlines import UNRESOLVED
from lianxin.ground.clock import HOUR_MS, MINUTE_MS
from lianxin.orders import commands as c
from lianxin.orders.order import Part
from lianxin.orders.steps.below import latest_below
from lianxin.twin import phrases
from lianxin.twin.dice import Dice
from lianxin.twin.turn import Action, Turn

SENT_ON: Final = 0.5
GIVEN_BACK: Final = 0.1
"""Shares of a county's orders that it sends on, and of what was sent on that comes back."""
_BELOW: Final = 7_300
"""Key of dice of their own."""


def send_on(turn: Turn) -> Action | None:
    """A county's office sends an ordinary order on to one of its units, once more if that one gives it back."""
    order, world = turn.order, turn.world
    inside = sorted(world.levels.inside(order.unit or "") - order.targets)
    again = order.last_kind == "part_returned" and order.parted == 1
    if not inside or order.parts or order.urgency != "normal" or not (again or order.parted == 0):
        return None
    dice = Dice(world.seed, order.id, order.dispatches, _BELOW + order.parted)
    if not again and not dice.chance(SENT_ON):
        return None
    at = world.office(order.last_at + dice.lognormal(40 * MINUTE_MS, 0.6), dice)
    latest = latest_below(order, world.rules, at)
    if latest is None or latest <= at + 4 * HOUR_MS:
        return None
    office = f"unit:{order.unit}:contact"
    to = f"unit:{dice.one_of(inside)}"
    return turn.act(at, office, "county_office", c.OpenPart, kind="below", to=to, what=dice.one_of(phrases.SENT_ON))


def give_back(turn: Turn, part: Part) -> Action | None:
    """A unit gives back what its county sent on: not its duty."""
    order, world = turn.order, turn.world
    dice = Dice(world.seed, order.id, part.id, _BELOW)
    at = world.office(order.last_at + dice.lognormal(60 * MINUTE_MS, 0.6), dice)
    in_window = part.window is None or part.window == UNRESOLVED or at < part.window
    if part.kind != "below" or not in_window or not dice.chance(GIVEN_BACK):
        return None
    if any(past == f"{part.to.removeprefix('unit:')}|R2|part" for past in order.send_backs):
        return None
    return turn.act(at, f"{part.to}:contact", "unit_contact", c.ReturnPart, part=part.id, code="R2", basis="三定规定")

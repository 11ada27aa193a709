"""What does one caller's contact look like, from ring to the last word?

A script of steps with their instants, made from the seed and the contact's number alone.
Shares are assumptions of the twin; texts written for an outcome are said with it. Pure.
"""

from typing import Final, NamedTuple

from lianxin.contacts.contact import Matter
from lianxin.contacts.written import REPLY_CLOCKS
from lianxin.ground.clock import HOUR_MS, MINUTE_MS, SECOND_MS, Instant
from lianxin.orders.order import Order
from lianxin.twin.dice import Dice
from lianxin.twin.messages import Message
from lianxin.twin.world import World

_OUTCOMES: Final = (
    ("opened", 39.0),
    ("answered", 43.0),
    ("heard", 2.4),
    ("test", 2.2),
    ("silent", 2.3),
    ("harassment", 0.6),
    ("not_accepted", 1.3),
    ("referred", 3.2),
    ("joined", 2.4),
    ("added", 2.6),
    ("emergency", 0.5),
)
_LEAVES: Final = 0.032
_SECOND_MATTER: Final = 0.05
_LINES: Final = (("12345", 88.0), ("12319", 3.0), ("12369", 3.0), ("12333", 3.0), ("96178", 3.0))
_CHANNELS: Final = (
    ("call", 86.0),
    ("web", 5.0),
    ("wechat", 5.0),
    ("sms", 2.0),
    ("mail", 1.4),
    ("letter", 0.3),
    ("province", 0.3),
)
_UTILITIES: Final = frozenset({"0201", "0203", "0204", "0301"})
TRANSFERS: Final = (("12348", 30.0), ("12393", 25.0), ("12333", 25.0), ("12329", 10.0), ("95598", 10.0))


class Script(NamedTuple):
    """One contact: who says what, when it is answered, and what it becomes.

    left_at   the caller hung up before the answer, None: answered
    outcomes  of each matter, in the order in which they come up
    """

    contact: int
    arrived_at: Instant
    channel: str
    line: str
    message: Message
    left_at: Instant | None
    taken_at: Instant
    noted_at: Instant
    ended_at: Instant
    outcomes: tuple[str, ...]
    agent: str


def script_of(world: World, contact: int, arrived_at: Instant) -> Script:
    """Return what will happen on this contact."""
    dice = Dice(world.seed, contact)
    outcome = dice.weighted(_OUTCOMES)
    message = world.message_for(outcome, dice)
    channel = dice.weighted(_CHANNELS)
    line = dice.weighted(_LINES) if channel == "call" else "12345"
    leaves = channel == "call" and dice.chance(_LEAVES)
    wait = _wait(channel, dice)
    left_at = arrived_at + dice.lognormal(24 * SECOND_MS, 0.6) if leaves else None
    talk = min(dice.lognormal(150 * SECOND_MS, 0.7), 50 * MINUTE_MS if channel == "call" else 20 * MINUTE_MS)
    taken_at = arrived_at + wait
    noted_at = taken_at + talk
    outcomes = [outcome]
    if dice.chance(_SECOND_MATTER) and outcomes[0] in ("opened", "answered"):
        outcomes.append(dice.weighted((("answered", 70.0), ("opened", 30.0))))
    agent = world.on_duty("agent", taken_at, dice)
    ended_at = noted_at + dice.lognormal(40 * SECOND_MS, 0.6)
    return Script(
        contact,
        arrived_at,
        channel,
        line,
        message,
        left_at,
        taken_at,
        noted_at,
        ended_at,
        tuple(outcomes),
        agent,
    )


def _wait(channel: str, dice: Dice) -> Instant:
    """Return how long it waits: a call for seconds, a text for a minute or two, a letter for hours."""
    clock = REPLY_CLOCKS.get(channel)
    if clock is None:
        return dice.lognormal(7 * SECOND_MS, 0.8)
    if clock == "text_reply":
        return min(dice.lognormal(70 * SECOND_MS, 0.6), 25 * MINUTE_MS)
    return min(dice.lognormal(90 * MINUTE_MS, 0.9), 30 * HOUR_MS)


def urgency_of(outcome: str, category: str, dice: Dice) -> str:
    """Return how urgent an order is: danger to life, a utility that fails, urgent, or normal."""
    if outcome == "emergency":
        return "life_danger"
    if category in _UTILITIES and dice.chance(0.45):
        return "utilities"
    return "urgent" if dice.chance(0.02) else "normal"


_ABOUT: Final = 7_500
"""Key of dice of their own."""


def targets_of(world: World, kind: str, order_id: int, category: str, region: str) -> tuple[str, ...]:
    """Return the units that a report is about: sometimes the very one that would get it."""
    dice = Dice(world.seed, order_id, _ABOUT)
    if kind != "report" or not dice.chance(0.4):
        return ()
    return (world.units.lead_for(category, region),)


def matter_of(outcome: str, dice: Dice) -> Matter:
    """Return the matter an agent notes for an outcome that has no order."""
    if outcome == "answered":
        return Matter("answered", item=f"K{dice.between(1, 900):04d} v{dice.between(1, 9)}")
    if outcome == "referred":
        return Matter("referred", to=dice.weighted(TRANSFERS))
    if outcome == "not_accepted":
        return Matter("not_accepted", ground=dice.one_of(("litigation", "petition", "disclosure", "reconsideration")))
    if outcome == "silent":  # a call says why by itself, what was written does not
        return Matter("silent", ground=dice.one_of(("advertisement", "nothing_asked")))
    return Matter(outcome)


def same_matter(order: Order, category: str, region: str) -> bool:
    """Whether an open order is about the same kind of matter in the same place."""
    return order.closed_at is None and order.category == category and order.region == region

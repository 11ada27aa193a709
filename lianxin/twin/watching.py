"""Who sees to it that the orders of the twin move? Leaders write on them, those who follow them urge. Pure."""

from typing import Final

from lianxin.ground.clock import DAY_MS, HOUR_MS, MINUTE_MS
from lianxin.orders import commands as c
from lianxin.twin import phrases
from lianxin.twin.dice import Dice
from lianxin.twin.turn import Action, Turn

INSTRUCTED: Final = 0.012
"""Share of dispatches on which a leader writes."""
_LATE: Final = 0.08
"""Share of instructions that are answered only after their date."""
_BY_TRACKER: Final = frozenset({"sign_overdue", "card_yellow"})
_INSTRUCTION, _ANSWER, _NUDGE = 7_000, 7_100, 7_200
"""Keys of dice of their own, so that everything else falls as it did."""


def instruct(turn: Turn) -> Action | None:
    """A leader writes on an order that a unit has in hand; on most they do not."""
    order, world = turn.order, turn.world
    dice = Dice(world.seed, order.id, order.dispatches, _INSTRUCTION)
    if order.instructed or order.reworks or "confidential" in order.flags or not dice.chance(INSTRUCTED):
        return None
    at = world.office(order.last_at + dice.between(HOUR_MS, 5 * HOUR_MS), dice)
    return turn.house(at, "leader", c.Instruct, words=dice.one_of(phrases.INSTRUCTIONS))


def answer(turn: Turn) -> Action | None:
    """Somebody answers the oldest instruction before anything else happens to the order by hand."""
    order, world = turn.order, turn.world
    if not order.instructions or order.closed_at is not None:
        return None
    number = min(order.instructions)
    instruction = order.instructions[number]
    dice = Dice(world.seed, order.id, number, _ANSWER)
    due = instruction.due or instruction.at + 3 * DAY_MS
    late = dice.chance(_LATE)
    planned = due + dice.between(HOUR_MS, 20 * HOUR_MS) if late else instruction.at + dice.lognormal(7 * HOUR_MS, 0.7)
    at = world.office(max(planned, order.last_at + MINUTE_MS), dice)
    words = dice.one_of(phrases.REPORTS)
    if order.unit is not None and dice.chance(0.5):
        return turn.unit(at, c.AnswerInstruction, leader=True, words=words, instruction=number)
    return turn.house(at, "supervisor", c.AnswerInstruction, words=words, instruction=number)


def nudge(turn: Turn) -> Action | None:
    """Who follows it urges by one key when it is not signed, or its last working day begins; not always."""
    order, world = turn.order, turn.world
    dice = Dice(world.seed, order.id, order.seq, _NUDGE)
    if order.last_kind not in _BY_TRACKER or not dice.chance(0.35) or not _is_dispatcher(turn, order.tracker):
        return None
    at = world.office(order.last_at + dice.lognormal(35 * MINUTE_MS, 0.6), dice)
    assert order.tracker is not None, order.number
    return turn.act(at, order.tracker, "dispatcher", c.Urge)


def word_back(turn: Turn) -> Action | None:
    """The unit says how it stands after it was urged, unless the answer itself is near."""
    order, world = turn.order, turn.world
    dice = Dice(world.seed, order.id, order.seq, _NUDGE)
    if order.last_kind != "urged" or not dice.chance(0.7):
        return None
    at = world.office(order.last_at + dice.lognormal(80 * MINUTE_MS, 0.6), dice)
    return turn.unit(at, c.Note, words=dice.one_of(phrases.PROGRESS), told="已电话告知来电人进展")


def _is_dispatcher(turn: Turn, tracker: str | None) -> bool:
    return tracker in {f"staff:{person.id}" for person in turn.world.staff.by_role("dispatcher")}

"""Whose turn is it? One step of one order, with the dice that belong to it, and the action that comes of it. Pure."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from lianxin.ground.clock import Instant
from lianxin.orders import commands as c
from lianxin.orders.lifecycle import ALL_STEPS
from lianxin.orders.order import Order
from lianxin.orders.service import Words
from lianxin.orders.step import separation
from lianxin.orders.steps import joining
from lianxin.twin.dice import Dice, command_id, salt_of
from lianxin.twin.world import World


class Action(NamedTuple):
    """A command somebody will give at an instant, with the words it brings."""

    at: Instant
    command: c.Command
    words: Words | None = None


Candidate = Callable[[Order], int | None]
"""Finds an open order of the same matter, for joining; None: there is none."""


def unites(root: Order, order: Order) -> bool:
    """Whether an order may be joined to this one; what is confidential stays alone."""
    return root.state in joining.GOES_ON and "confidential" not in order.flags | root.flags and not order.targets


def no_candidate(_: Order) -> int | None:
    """Never find one."""
    return None


class Turn:
    """One order's next step: its dice for this step, and dice that stay the same for the whole dispatch."""

    __slots__ = ("_plan", "candidate", "dice", "order", "world")

    def __init__(self, world: World, order: Order, candidate: Candidate) -> None:
        self.world = world
        self.order = order
        self.candidate = candidate
        self.dice = Dice(world.seed, order.id, order.seq)
        self._plan: Dice | None = None

    @property
    def plan(self) -> Dice:
        """Dice for what stays the same for the whole dispatch; made when they are first thrown."""
        if self._plan is None:
            order = self.order
            age = -order.dispatches - 64 * order.reworks - 4096 * order.extensions - 1
            self._plan = Dice(self.world.seed, order.id, age)
        return self._plan

    def act(self, at: Instant, by: str, role: str, kind: type[c.Command], /, words: str = "", **more: Any) -> Action:
        """Return the action of somebody; `words` become a text beside the order."""
        order, seed = self.order, self.world.seed
        at = max(at, order.last_at)
        said = Words("", words, salt_of(seed, order.id, order.seq)) if words else None
        if said is not None:
            more[_HASH.get(kind, "text_hash")] = said.hash()
        return Action(at, kind(id=command_id(at, seed, order.id, order.seq, 7), by=by, role=role, **more), said)

    def unit(self, at: Instant, kind: type[c.Command], /, words: str = "", leader: bool = False, **more: Any) -> Action:
        """Return the action of the unit's contact or leader."""
        officer, role = ("leader", "unit_leader") if leader else ("contact", "unit_contact")
        return self.act(at, f"unit:{self.order.unit}:{officer}", role, kind, words, **more)

    def house(
        self, at: Instant, role: str, kind: type[c.Command], /, *not_these: frozenset[str], **more: Any
    ) -> Action:
        """Return the action of somebody on shift whom no earlier part on the order, nor `not_these`, keeps from it."""
        not_as = ALL_STEPS[kind].not_as
        people = [f"staff:{person.id}" for person in self.world.staff.by_role(role)] if not_as else []
        barred = frozenset(key for key in people if separation(self.order, key, not_as) is not None)
        return self.act(at, self.world.on_duty(role, at, self.dice, barred, *not_these), role, kind, **more)


_HASH: Final[dict[type[c.Command], str]] = {c.Reply: "answer_hash"}

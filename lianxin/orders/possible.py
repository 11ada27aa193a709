"""Which steps can this person take on this order now, in which role, and what stands against the others?

The rules themselves are asked: each step of the table is tried with content that is right,
and what they refuse is not possible. So there is no second list of what may be done. Pure.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from lianxin.ground.clock import Instant
from lianxin.orders import commands as c
from lianxin.orders.forms import FORMS, Form
from lianxin.orders.forms.trying import contents
from lianxin.orders.lifecycle import ALL_STEPS, decide
from lianxin.orders.order import Order
from lianxin.orders.refusal import Refused
from lianxin.orders.states import place_of
from lianxin.orders.step import permit_to
from lianxin.orders.steps import joining
from lianxin.rules import Rules
from lianxin.units import FLAT, Levels

RANK: Final = ("duty_manager", "supervisor", "county_office", "township", "unit_leader", "unit_contact")
"""Who has several roles that may take a step acts in the first of these: it may more, or is bound by more."""
UNTOLD: Final = frozenset(
    {"wrong_state", "not_your_role", "not_your_unit", "not_yours", "not_offered", "no_proposal", "no_such_part"}
    | {"not_joined", "not_dispatched", "no_cards", "no_clock", "returned", "same", "nothing_offered"}
)
"""Refusals that say no more than that nobody thought of the step: nothing of the kind waits here."""
_TRIED: Final = UUID(int=0)


class Asks(msgspec.Struct, frozen=True):
    """Who asks: the actor in commands (`staff:1023`, `unit:zjj:contact`) and the roles they have."""

    by: str
    roles: frozenset[str]


class Action(msgspec.Struct, frozen=True):
    """A step that can be taken now; part: which part of the order it is about, 0: the whole."""

    form: Form
    role: str
    part: int = 0


class Barred(msgspec.Struct, frozen=True):
    """A step that one might think of, and the rule that stands against it now; the words are those of `Refused`."""

    form: Form
    code: str
    sentence: str
    instead: str = ""
    source: str = ""


class Possible(msgspec.Struct, frozen=True):
    """Steps that can be taken, what is to be done next first; and those that cannot."""

    actions: tuple[Action, ...] = ()
    barred: tuple[Barred, ...] = ()

    @property
    def slugs(self) -> tuple[str, ...]:
        """The names of the steps that can be taken, each once."""
        return tuple(dict.fromkeys(action.form.slug for action in self.actions))

    def action(self, slug: str, part: int = 0) -> Action | None:
        """Return how a step can be taken, None if it cannot; part 0: of the first part of which it can."""
        found = (one for one in self.actions if one.form.slug == slug and part in (0, one.part))
        return next(found, None)


def possible(order: Order, asks: Asks, rules: Rules, now: Instant, levels: Levels = FLAT) -> Possible:
    """Return the steps that this person can take on the order now.

    rules   of the order's pack;  levels: who stands above whom in the city
    """
    actions: list[Action] = []
    barred: list[Barred] = []
    place = place_of(order)
    for form in FORMS.values():
        if place not in form.step.frm or asks.roles.isdisjoint(form.step.who):
            continue  # nobody thinks of it here, so nothing stands against it either
        found = list(_tried(form, order, asks, rules, now, levels))
        steps = [one for one in found if isinstance(one, Action)]
        actions += steps
        if not steps:
            barred += [one for one in found[:1] if isinstance(one, Barred) and one.code not in UNTOLD]
    return Possible(tuple(sorted(actions, key=lambda one: (one.form.weight, one.part))), tuple(barred))


def why_not(
    form: Form, order: Order, asks: Asks, rules: Rules, now: Instant, part: int = 0, levels: Levels = FLAT
) -> Refused | None:
    """Return what stands against a step; None where nothing does, or where no role of this person's could take it."""
    for role in roles_for(form, asks):
        return _refusal(form, order, asks.by, role, part or next(iter(order.parts), 0), rules, now, levels)
    return None


def roles_for(form: Form, asks: Asks) -> Sequence[str]:
    """Return the roles in which somebody may take the step by the table, the one to act in first."""
    roles = [role for role in form.step.who if role in asks.roles]
    return sorted(roles, key=lambda role: (RANK.index(role) if role in RANK else len(RANK), role))


def _tried(
    form: Form, order: Order, asks: Asks, rules: Rules, now: Instant, levels: Levels
) -> Iterator[Action | Barred]:
    """Yield the step for each part it can be about, or what stands against it."""
    parts = tuple(order.parts) if any(field.kind == "part" and field.required for field in form.fields) else (0,)
    for part in parts:
        refusals: list[Refused] = []
        for role in roles_for(form, asks):
            refusal = _refusal(form, order, asks.by, role, part, rules, now, levels)
            if refusal is None:
                yield Action(form, role, part)
                break
            refusals.append(refusal)
        else:
            yield from (Barred(form, one.code, one.sentence, one.instead, one.source) for one in refusals[:1])


def _refusal(
    form: Form, order: Order, by: str, role: str, part: int, rules: Rules, now: Instant, levels: Levels
) -> Refused | None:
    """Return what the rules say against the step, whatever is filled in; None when something can be."""
    try:
        permit_to(order, form.command, by, role, form.step, ALL_STEPS)
    except Refused as refusal:
        return refusal
    first: Refused | None = None
    for content in contents(form, order, now, part, levels):
        try:
            _decided(order, form.command(id=_TRIED, by=by, role=role, **content), rules, now, levels)
        except Refused as refusal:
            first = first or refusal
        else:
            return None
    return first


def _decided(order: Order, command: Any, rules: Rules, now: Instant, levels: Levels) -> None:
    """Let the rules decide on a command that nobody gave. Raises Refused."""
    if isinstance(command, c.Join):
        joining.join(order, _ANOTHER, command, rules, now)
    elif isinstance(command, c.Separate):
        joining.separate(order, [Order(id=order.parent or 0, number="…")], command, rules, now)
    else:
        decide(order, command, rules, now, levels)


_ANOTHER: Final = Order(id=0, number="…", state="in_progress")
"""Some order that could take another one in."""

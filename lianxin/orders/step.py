"""May this person take this step on this order now? And if not, what is possible instead?

Asked before any step is written: the state, the role, whose unit it is, and who acted
on the order before (职责分离). What the step itself needs, the step asks. Pure.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from lianxin.orders import commands as c
from lianxin.orders.order import Order
from lianxin.orders.pen import Pen
from lianxin.orders.refusal import Refused
from lianxin.orders.states import STATE_ZH, place_of
from lianxin.people import ROLES
from lianxin.rules import Rules
from lianxin.units import UNIT_KEY

UNIT_ROLES: Final = frozenset({"unit_contact", "unit_leader", "county_office", "township"})
_SIGN_FOR_THEMSELVES: Final = frozenset({c.Sign, c.SignPart, c.FinishPart, c.ReturnPart})
"""Steps in which a unit acts on what was offered to it, not on an order it has already."""
_ON_A_PART: Final = frozenset({"Note", "Attach"})
"""Steps that whoever has only a part of the order may take on it too."""


class Step(NamedTuple):
    """One row of the table.

    zh, en    what the step is called
    frm       places (`states.place_of`) in which the command is possible
    to        states it can lead to; () = the state stays
    who       roles that may give it
    write     what it writes; of two orders at once, both pens (`steps.joining`)
    evidence  what it must bring, in the words of the manual
    not_as    what the actor must not have been on this order (agent, reviewer, dispatcher, caller, unit)
    arrows    (from, to), where not every place in `frm` leads to every state in `to`
    """

    zh: str
    en: str
    frm: tuple[str, ...]
    to: tuple[str, ...]
    who: tuple[str, ...]
    write: Callable[[Pen, Any, Rules], None] | None
    evidence: str = ""
    not_as: tuple[str, ...] = ()
    arrows: tuple[tuple[str, str], ...] = ()

    def leads(self) -> tuple[tuple[str, str], ...]:
        """Return every change of place the step can make: (from, to)."""
        return self.arrows or tuple((frm, to) for frm in self.frm for to in self.to if frm != to)


Table = Mapping[type[c.Command], Step]

ROLE_ZH: Final = {role.id: role.zh for role in ROLES.values()} | {
    "citizen": "来电人",
    "outside": "外部系统",
    "system": "系统",
}
ROLE_EN: Final = {role.id: role.en for role in ROLES.values()} | {
    "citizen": "citizen",
    "outside": "outside system",
    "system": "system",
}
PART_ZH: Final = {
    "agent": "受理",
    "reviewer": "审核",
    "dispatcher": "转办",
    "caller": "回访",
    "first_caller": "首次回访",
    "unit": "承办",
}
PART_EN: Final = {
    "agent": "agent",
    "reviewer": "reviewer",
    "dispatcher": "dispatcher",
    "caller": "follow-up caller",
    "first_caller": "caller before the last rework",
    "unit": "handling unit",
}
_ACTED_AS: Final[dict[str, Callable[[Order, str], bool]]] = {
    "agent": lambda order, who: who in order.agents,
    "reviewer": lambda order, who: who in order.reviewers,
    "dispatcher": lambda order, who: who in order.dispatchers,
    "caller": lambda order, who: who in order.callers,
    "first_caller": lambda order, who: who in order.first_callers,
    "unit": lambda _, who: who.startswith(UNIT_KEY),  # whatever roles an officer may have besides
}


def permit(order: Order, command: c.Command, step: Step, table: Table) -> None:
    """Return if the command may be given now by this person. Raises Refused, as `permit_to` does."""
    permit_to(order, type(command), command.by, command.role, step, table)


def permit_to(order: Order, kind: type[c.Command], by: str, role: str, step: Step, table: Table) -> None:
    """Return if this person may give a command of this kind now; `table` says what else is possible.

    Raises Refused: wrong_state, not_your_role, not_your_unit or separation.
    """
    place = place_of(order)
    if place not in step.frm:
        raise Refused(
            "wrong_state",
            f"工单现在是“{STATE_ZH[place]}”，不能做“{step.zh}”。",
            _possible(table, place, role),
        )
    if role not in step.who:
        who = "、".join(ROLE_ZH[one] for one in step.who if one != "system") or "系统"
        raise Refused("not_your_role", f"您的岗位不能做“{step.zh}”。", f"这一步由{who}办理。")
    if role in UNIT_ROLES and kind not in _SIGN_FOR_THEMSELVES and not _has_a_say(order, kind, by):
        raise Refused("not_your_unit", "这张工单不在您单位名下。", "请核对单号；如属本单位职责，请联系转办员改派。")
    if step.not_as:
        broken = separation(order, by, step.not_as)
        if broken is not None:
            raise Refused("separation", f"您在这张工单上做过{PART_ZH[broken]}，“{step.zh}”要由另一位同事来做。")


def separation(order: Order, who: str, not_as: tuple[str, ...]) -> str | None:
    """Return the part this person had on the order that forbids the step, or None (职责分离)."""
    for part in not_as:
        if _ACTED_AS[part](order, who):
            return part
    return None


def speaks_for(who: str, holder: str) -> bool:
    """Whether this person may sign for the holder: the person, or somebody of the unit or system."""
    return who == holder or who.startswith(f"{holder}:")


def _has_a_say(order: Order, kind: type[c.Command], by: str) -> bool:
    """Whether the officer's unit has the order, or (to note progress or attach a file) a part of it."""
    if order.unit is not None and speaks_for(by, f"unit:{order.unit}"):
        return True
    if kind.__name__ not in _ON_A_PART:
        return False
    return any(speaks_for(by, part.holder) for part in order.parts.values())


def _possible(table: Table, place: str, role: str) -> str:
    """Return what this role can do now, else what the order waits for."""
    here = [step for kind, step in table.items() if place in step.frm and kind not in _IN_THE_BACKGROUND]
    own = [step.zh for step in here if role in step.who]
    if own:
        return f"您现在可以:{'、'.join(own)}。"
    moving = [f"{ROLE_ZH[step.who[0]]}{step.zh}" for step in here if step.to]
    return f"现在等的是:{'、'.join(moving)}。" if moving else "请刷新后查看进度。"


_IN_THE_BACKGROUND: Final = frozenset({c.Tick, c.Recount, c.PassOn, c.Erase, c.ReplaceCode})
"""Steps nobody at a desk chooses."""

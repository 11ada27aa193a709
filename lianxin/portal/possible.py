"""What may a citizen do with their order now? The rules themselves are asked, so there is no second list. Pure."""

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID

from lianxin.ground.clock import Instant
from lianxin.orders import commands as c
from lianxin.orders.lifecycle import decide
from lianxin.orders.order import Order
from lianxin.orders.refusal import Refused
from lianxin.orders.steps.beside import Attach
from lianxin.rules import Rules

Act = Literal["rate", "add", "file", "reopen", "withdraw"]
_ME: Final[dict[str, Any]] = {"id": UUID(int=0), "by": "citizen", "role": "citizen"}
_SOME: Final = "0" * 64

TRIED: Final[Mapping[Act, Callable[[int], c.Command]]] = {
    "rate": lambda own: c.Rate(contact=own, solved="solved", satisfied="yes", **_ME),
    "add": lambda own: c.Add(contact=own, text_hash=_SOME, **_ME),
    "file": lambda _: Attach(hash=_SOME, file=_SOME, media="image/jpeg", size=1, purpose="citizen", **_ME),
    "reopen": lambda own: c.AskReopen(contact=own, text_hash=_SOME, **_ME),
    "withdraw": lambda own: c.Withdraw(contact=own, evidence=_SOME, **_ME),
}
"""Each step with content that is right; what comes first is offered first."""


class Case(NamedTuple):
    """An order and the rules it is under."""

    order: Order
    rules: Rules


def acts_of(own: Case, going: Case, now: Instant) -> tuple[Act, ...]:
    """Return what the citizen of `own` may do now.

    going  the order that goes on: their own, or the one theirs was joined to. Files go to their own only.
    """
    found: list[Act] = []
    for act, command in TRIED.items():
        case = own if act == "file" else going
        if _possible(case, command(own.order.contact), now):
            found.append(act)
    return tuple(found)


def _possible(case: Case, command: c.Command, now: Instant) -> bool:
    try:
        decide(case.order, command, case.rules, max(now, case.order.last_at))
    except Refused:
        return False
    return True

"""In which of their roles may a person put a file to an order? Pure."""

from collections.abc import Iterable

from lianxin.orders.lifecycle import ALL_STEPS, STEPS
from lianxin.orders.order import Order
from lianxin.orders.refusal import Refused
from lianxin.orders.step import permit_to
from lianxin.orders.steps.beside import Attach


def role_to_attach(order: Order, by: str, roles: Iterable[str]) -> str | None:
    """Return the first role in which `by` may do it now, None where in none of them."""
    step, own = STEPS[Attach], frozenset(roles)
    for role in step.who:
        if role in own:
            try:
                permit_to(order, Attach, by, role, step, ALL_STEPS)
            except Refused:
                continue
            return role
    return None

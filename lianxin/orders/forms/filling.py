"""With which values does a form open? What the order says already, and what the directory suggests. Pure.

A suggestion is only a value that stands there: whoever sends the form has decided.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from lianxin.ground.clock import Instant, to_datetime
from lianxin.ground.ledger import digits_of
from lianxin.ground.text import as_number
from lianxin.orders.forms.form import Form
from lianxin.orders.forms.known import Known
from lianxin.orders.order import Order
from lianxin.orders.steps.followup import whose_turn
from lianxin.places import category_title

Values = Mapping[str, Sequence[str]]
"""Field -> what stands in it, as a browser would send it."""


def opened(form: Form, order: Order, known: Known, part: int = 0) -> Values:
    """Return the values with which the form opens; part: the part of the order it is about, 0: none."""
    found: dict[str, Sequence[str]] = {}
    for field in form.fields:
        if field.kind == "citizen":
            found[field.name] = (str(whose_turn(order)),)
        elif field.kind == "part" and field.required and part:
            found[field.name] = (str(part),)
    fill = _FILLED.get(form.slug)
    found |= fill(order, known) if fill else {}
    return {field.name: found[field.name] for field in form.fields if field.name in found}


def suggested(form: Form) -> frozenset[str]:
    """Return the fields whose first value is a suggestion of the system, not what the order says."""
    return frozenset({"unit", "assist", "basis"}) if form.slug == "dispatch" else frozenset()


def written(at: Instant) -> str:
    """Return an instant as a browser's field for date and time takes it."""
    return to_datetime(at).strftime("%Y-%m-%dT%H:%M")


def _about(order: Order, known: Known) -> dict[str, Sequence[str]]:
    """Return what the order says of itself."""
    about: dict[str, Sequence[str]] = {
        "kind": (order.kind,),
        "category": (order.category,),
        "region": (order.region,),
        "urgency": (order.urgency,),
        "targets": tuple(known.units.unit(unit).short for unit in sorted(order.targets) if known.units.knows(unit)),
    }
    return about | ({"confidential": ("yes",)} if "confidential" in order.flags else {})


def _sent(order: Order, known: Known) -> dict[str, Sequence[str]]:
    """Return the directory's suggestion for category and place, with the entry it follows from."""
    units, region = known.units, order.region if known.is_region(order.region) else None
    lead = units.lead_for(order.category, region)
    title = category_title(order.category)
    return {
        "unit": (units.unit(lead).short,),
        "assist": tuple(units.unit(unit).short for unit in units.assist_for(order.category, region)),
        "basis": (f"派单目录 {units.directory.release} {order.category} {title}",),
    }


def _led(order: Order, known: Known) -> dict[str, Sequence[str]]:
    """Return the unit that has it: a meeting may well leave it there."""
    return {"unit": (known.units.unit(order.unit).short,)} if order.unit and known.units.knows(order.unit) else {}


def _asked(order: Order, _: Known) -> dict[str, Sequence[str]]:
    """Return the order's own contact: that it was another one, only the reviewer knows."""
    return {"contact": (as_number(digits_of(order.contact)),)}


def _instructed(order: Order, _: Known) -> dict[str, Sequence[str]]:
    return {"instruction": tuple(str(one) for one in order.instructions)[:1]}


_FILLED: Final[Mapping[str, Callable[[Order, Known], dict[str, Sequence[str]]]]] = {
    "take-in": _about,
    "approve": _about,
    "revise": _about,
    "dispatch": _sent,
    "decide-joint-meeting": _led,
    "reopen": _asked,
    "answer-instruction": _instructed,
}

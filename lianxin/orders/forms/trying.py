"""Which content would a step be asked with, if all that is typed were right? To ask the rules before anybody types.

For each form a few contents: right words everywhere, and in turn each answer of each
choice, since a rule may forbid one answer and allow the other. Nothing of it is written. Pure.
"""

from collections.abc import Iterator
from typing import Any, Final

from lianxin.ground.clock import HOUR_MS, Instant
from lianxin.orders.forms.form import Field, Form, nested
from lianxin.orders.order import Order
from lianxin.orders.steps.followup import whose_turn
from lianxin.units import FLAT, UNIT_KEY, Levels

_WORD: Final = "…"
_NOBODY: Final = "?"
"""A unit that never had an order: what a rule says of one that had is for the unit that is chosen."""


def contents(form: Form, order: Order, now: Instant, part: int = 0, levels: Levels = FLAT) -> Iterator[dict[str, Any]]:
    """Yield contents for the form's command, the most usual first; at most one for each answer that can be given.

    part    the part of the order that it is about, 0: none
    levels  who stands above whom in the city
    """
    usual = nested({field.name: _usual(field, order, now, part, levels) for field in _asked(form)}) | _given(
        form, order, now
    )
    yield usual
    for field in form.fields:
        for choice in field.choices[1:] if field.kind in ("choice", "yes_no") else ():
            yield usual | {field.name: False if field.kind == "yes_no" else choice.code}


def _asked(form: Form) -> Iterator[Field]:
    beside = () if form.words is None else (form.words.text, form.words.title)
    return (field for field in form.fields if field.name not in beside and not field.flag)


def _given(form: Form, order: Order, now: Instant) -> dict[str, Any]:
    """Return what the shell gives, as it would."""
    usual = {"contact": order.contact, "number": order.number, "citizen_since": now, "directory": _WORD}
    given: dict[str, Any] = {name: usual[name] for name in form.given if name in usual}
    if form.words is not None:
        given[form.words.hash] = _WORD
    return given


def _usual(field: Field, order: Order, now: Instant, part: int, levels: Levels) -> Any:
    """Return a value that is right for the field, whatever the order: rules on the order itself are to speak."""
    if not field.required and field.kind in _LEFT_EMPTY:
        return _LEFT_EMPTY[field.kind]
    if field.kind in ("choice", "grade", "several"):
        return max(order.level, 0) if field.kind == "grade" else field.choices[0].code
    return {
        "unit": _NOBODY,
        "yes_no": True,
        "tick": True,
        "number": field.least,
        "moment": now + HOUR_MS,
        "taker": _taker(order, levels),
        "staff": "staff:0",
        "part": part,
        "instruction": next(iter(order.instructions), 0),
        "citizen": whose_turn(order),
        "contact": order.contact,
        "order": 0,
    }.get(field.kind, _WORD)


_LEFT_EMPTY: Final[dict[str, Any]] = {"choice": "", "grade": None, "units": (), "several": (), "part": 0}


def _taker(order: Order, levels: Levels) -> str:
    """Return somebody who may take a part: of a region's office one of its units, otherwise anybody of the house."""
    below = min(levels.inside(order.unit or ""), default=None)
    return "staff:0" if below is None else f"{UNIT_KEY}{below}"

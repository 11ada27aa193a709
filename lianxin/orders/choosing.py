"""What can be chosen in a field: of the trees, of the city's names, of the order itself. Pure.

Words are names, or keys that the templates turn into names in the reader's language.
"""

from collections.abc import Iterator
from typing import Final

import msgspec

from lianxin.orders.forms import Field, Form
from lianxin.orders.forms.known import Known
from lianxin.orders.order import Order
from lianxin.places import load_categories


class Shown(msgspec.Struct, frozen=True):
    """One thing that can be chosen; words: its name, or the key that the template turns into one.

    group  code of the category under which it stands, "" for none
    """

    code: str
    words: str
    group: str = ""


_LISTS: Final = {"unit": "units", "units": "units", "outside": "outside", "staff": "staff", "taker": "takers"}
"""Kind of field -> the list of names that helps to fill it in."""


def lists_of(form: Form, known: Known) -> dict[str, tuple[Shown, ...]]:
    """Return the lists that the fields of a form need, each once."""
    names = dict.fromkeys(_LISTS[field.kind] for field in form.fields if field.kind in _LISTS)
    return {name: tuple(_named(name, known)) for name in names}


def _named(name: str, known: Known) -> Iterator[Shown]:
    if name in ("units", "takers"):
        yield from (Shown(unit.short, f"{unit.initials} {unit.name}") for unit in known.units.all)
    if name in ("outside", "takers"):
        yield from (Shown(unit.short, f"{unit.initials} {unit.name}") for unit in known.units.outside)
    if name in ("staff", "takers"):
        yield from (Shown(number, person) for number, person in known.staff.items())


def options_of(field: Field, known: Known) -> Iterator[Shown]:
    """Yield what can be chosen in a field, where that does not stand in the form itself."""
    if field.kind == "category":
        for one in load_categories().values():
            yield Shown(one.code, one.code, one.parent or one.code)
    elif field.kind == "region":
        yield from (Shown(region.code, region.code) for region in known.units.places.regions)
    elif known.order is not None:
        yield from _of_order(field, known.order)


def _of_order(field: Field, order: Order) -> Iterator[Shown]:
    """Yield what can be chosen of the order itself; the words are keys that the template turns into names."""
    if field.kind == "part":
        yield from (Shown(str(part.id), part.to) for part in order.parts.values())
    elif field.kind == "instruction":
        yield from (Shown(str(one.id), one.by) for one in order.instructions.values())
    elif field.kind == "citizen":
        yield from (Shown(str(contact), str(place)) for place, contact in enumerate(order.appellants))

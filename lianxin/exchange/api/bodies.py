"""What is sent with a step? One JSON object per form, its fields those of the form. Pure.

The house has one form per step: a page draws it, this file types it. What was sent is
handed on as the page would have sent it, so a step is understood in one way only.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal

import msgspec

from lianxin.ground.clock import CST
from lianxin.ground.text import NumberError, parse_number
from lianxin.orders.forms import FORMS, Field, Form
from lianxin.orders.forms.values import UNITS_MAX
from lianxin.orders.service import contact_id_of

NAME_MAX: Final = 80
GIVEN_HERE: Final = frozenset({"directory", "text_hash", "answer_hash"})
"""What the shell gives a command; a form that needs more belongs to a desk that has a contact in hand."""
Sent = dict[str, list[str]]

API_FORMS: Final[Mapping[str, Form]] = {slug: form for slug, form in FORMS.items() if form.given <= GIVEN_HERE}
"""The steps that other systems take, by their name in addresses: those that need nothing but the order itself."""


def _struct(name: str, fields: Sequence[Field], doc: str) -> type[msgspec.Struct]:
    plain = [(field.name, field) for field in fields if "." not in field.name]
    groups: dict[str, list[Field]] = {}
    for field in fields:
        group, dot, part = field.name.partition(".")
        if dot:
            groups.setdefault(group, []).append(msgspec.structs.replace(field, name=part))
    made: list[tuple[str, Any] | tuple[str, Any, Any]] = [_member(name_, field) for name_, field in plain]
    for group, parts in groups.items():
        made.append((group, _struct(f"{name}{group.capitalize()}", parts, f"{group.capitalize()} of {name}.")))
    return msgspec.defstruct(
        name,
        made,
        frozen=True,
        kw_only=True,
        forbid_unknown_fields=True,
        module=__name__,
        namespace={"__doc__": doc},
    )


def _member(name: str, field: Field) -> "tuple[str, Any] | tuple[str, Any, Any]":
    about = msgspec.Meta(
        description=field.label if not field.hint or "%(" in field.hint else f"{field.label}: {field.hint}"
    )
    kind = _KINDS.get(field.kind, _name)(field)
    if field.required:
        return name, Annotated[kind, about]
    return name, Annotated[kind | None, about], None


def _text(field: Field) -> Any:
    least = 1 if field.required else 0
    return Annotated[str, msgspec.Meta(min_length=least, max_length=field.limit)]


def _name(_: Field) -> Any:
    return Annotated[str, msgspec.Meta(min_length=1, max_length=NAME_MAX)]


def _choice(field: Field) -> Any:
    return Literal[tuple(choice.code for choice in field.choices)]


def _place(_: Field) -> Any:
    return Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]


def _number(field: Field) -> Any:
    return Annotated[int, msgspec.Meta(ge=field.least, le=field.most)]


_KINDS: Final[Mapping[str, Any]] = {
    "line": _text,
    "text": _text,
    "choice": _choice,
    "grade": lambda field: Literal[tuple(int(choice.code) for choice in field.choices)],
    "several": lambda field: list[_choice(field)],  # type: ignore[misc]
    "yes_no": lambda _: bool,
    "tick": lambda _: bool,
    "number": _number,
    "moment": lambda _: Annotated[datetime, msgspec.Meta(tz=True)],
    "units": lambda _: Annotated[
        list[Annotated[str, msgspec.Meta(max_length=NAME_MAX)]], msgspec.Meta(max_length=UNITS_MAX)
    ],
    "part": _place,
    "instruction": _place,
}
"""Kind of a field -> type of its value in JSON; what stands elsewhere (a unit, a number, a code) is named by a text."""


BODIES: Final[Mapping[str, type[msgspec.Struct]]] = {
    slug: _struct(f"{form.command.__name__}Step", form.fields, f"{form.step.en.capitalize()} ({form.step.zh}).")
    for slug, form in API_FORMS.items()
}
"""Step -> the kind of value that is sent with it; it takes no field that the form does not ask for."""


def sent_of(form: Form, body: msgspec.Struct) -> Sent:
    """Return what was sent as a page would have sent it: under each field's name the words of its values."""
    found: Sent = {}
    for field in form.fields:
        value: Any = body
        for name in field.name.split("."):
            value = getattr(value, name)
        if value is not None:
            found[field.name] = _words(field, value)
    return found


def _words(field: Field, value: Any) -> list[str]:
    if isinstance(value, bool):
        if field.kind == "tick":
            return ["yes"] if value else []
        return [field.choices[0 if value else 1].code]
    if isinstance(value, datetime):
        return [f"{value.astimezone(CST):%Y-%m-%dT%H:%M:%S}"]
    if isinstance(value, list):
        return [str(one) for one in value] or [""]  # none, not left out
    return [_chain(value)] if field.kind == "citizen" else [str(value)]


def _chain(number: str) -> str:
    """Return the chain of a citizen's contact, as the form's choice has it; what is no number is no choice of it."""
    try:
        return str(contact_id_of(parse_number(number)))
    except NumberError:
        return number

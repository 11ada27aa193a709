"""What does a form, and the panel of what can be done, show? Values for the templates, put together from what is known.

Words stay English msgids here; the templates say them in the reader's language. Pure.
"""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

import msgspec

from lianxin.ground.clock import Instant
from lianxin.orders.choosing import Shown, lists_of, options_of
from lianxin.orders.forms import Field, Form
from lianxin.orders.forms.filling import opened, suggested
from lianxin.orders.forms.known import Known
from lianxin.orders.forms.parsing import Mistake
from lianxin.orders.order import Order
from lianxin.orders.possible import Barred, Possible
from lianxin.orders.sources import ruled
from lianxin.rules import Rules

BLANK_UNITS: Final = 2
"""Empty rows for further units below those that are filled in."""


class FieldShown(msgspec.Struct, frozen=True):
    """A field as it stands on the page.

    values   what is in it;  mistake  what is wrong with it
    options  what can be chosen where that is not in the form itself: categories, regions, parts, citizens
    n        the number at its rule;  source  where that rule stands
    suggested  the value is the system's, nobody has confirmed it yet
    """

    field: Field
    values: Sequence[str]
    mistake: Mistake | None = None
    options: tuple[Shown, ...] = ()
    n: int | None = None
    source: str = ""
    suggested: bool = False

    @property
    def value(self) -> str:
        """The first value, "" for none."""
        return self.values[0] if self.values else ""


class Told(msgspec.Struct, frozen=True):
    """Why something was not saved.

    sentence  what happened;  instead  what is possible now;  source  the rule it was decided by
    overtaken somebody else was faster
    """

    sentence: str
    instead: str = ""
    source: str = ""
    overtaken: bool = False


class FormShown(msgspec.Struct, frozen=True, kw_only=True):
    """A form as it stands on the page.

    number   of the order;  seen  its last entry that the reader had before them
    command  id of the command; a form sent twice acts once
    part     the part of the order that it is about, 0: none
    next     where to go afterwards, "" for the order
    drafted  when the draft was kept that stands in it, None: no draft
    mistakes of the form as a whole;  told  why it was not saved
    lists    names to choose from as one types: units, outside, staff, takers
    sent     it was sent and not taken
    """

    form: Form
    number: str
    seen: int
    command: UUID
    fields: tuple[FieldShown, ...]
    part: int = 0
    next: str = ""
    drafted: Instant | None = None
    mistakes: tuple[Mistake, ...] = ()
    told: Told | None = None
    lists: Mapping[str, tuple[Shown, ...]] = {}
    sent: bool = False

    @property
    def blank(self) -> bool:
        """Whether nothing stands in it."""
        return not any(any(one.values) for one in self.fields)

    @property
    def action(self) -> str:
        """The address it is sent to."""
        return action_of(self.number, self.form.slug, self.part)


class ActionShown(msgspec.Struct, frozen=True):
    """A step that can be taken, as a button."""

    form: Form
    address: str
    part: int = 0
    drafted: bool = False


class Panel(msgspec.Struct, frozen=True, kw_only=True):
    """What this person can do with an order now.

    main     the form of the first step, open; None where nothing can be done
    actions  all steps as buttons, the first one too
    barred   what one might think of, and what stands against it
    """

    number: str
    main: FormShown | None = None
    actions: tuple[ActionShown, ...] = ()
    barred: tuple[Barred, ...] = ()


def action_of(number: str, slug: str, part: int = 0, next_: str = "") -> str:
    """Return the address of a step; next_: where to go after it."""
    query = ({"part": part} if part else {}) | ({"next": next_} if next_ else {})
    return f"/orders/{number}/do/{slug}" + (f"?{urlencode(query)}" if query else "")


def form_shown(
    form: Form,
    order: Order,
    known: Known,
    rules: Rules,
    command: UUID,
    *,
    role: str = "",
    part: int = 0,
    next_: str = "",
    written: Mapping[str, Sequence[str]] | None = None,
    drafted: Instant | None = None,
    mistakes: Sequence[Mistake] = (),
    told: Told | None = None,
    refused: bool = False,
) -> FormShown:
    """Return a form as it opens, or with what was written in it.

    role     in which the step would be taken; "" where that is not known: then every field is shown
    written  values of a draft, or of a form that was sent; None: it opens with what the order says
    refused  it was sent and not taken
    """
    values = opened(form, order, known, part) if written is None else written
    guesses = suggested(form) if written is None else frozenset[str]()
    wrong = {mistake.field: mistake for mistake in reversed(mistakes)}
    fields = tuple(
        _field(field, values.get(field.name, ()), wrong.get(field.name), known, rules, field.name in guesses)
        for field in form.fields
        if _is_asked(field, order, role)
    )
    whole = tuple(mistake for mistake in mistakes if not mistake.field)
    return FormShown(
        form=form,
        number=order.number,
        seen=order.seq,
        command=command,
        fields=fields,
        part=part,
        next=next_,
        drafted=drafted,
        mistakes=whole,
        told=told,
        lists=lists_of(form, known),
        sent=refused,
    )


def _is_asked(field: Field, order: Order, role: str) -> bool:
    """Whether this order, and who acts in this role, is asked for the field."""
    if field.flag and field.flag not in order.flags:
        return False
    return not field.roles or not role or role in field.roles


def actions_shown(possible: Possible, number: str, drafts: Sequence[str], next_: str) -> tuple[ActionShown, ...]:
    """Return every step that can be taken as a button; drafts: names of those that are begun."""
    return tuple(
        ActionShown(
            one.form,
            action_of(number, one.form.slug, one.part, next_),
            one.part,
            draft_name(one.form, one.part) in drafts,
        )
        for one in possible.actions
    )


def draft_name(form: Form, part: int = 0) -> str:
    """Return the name under which drafts of the form are kept."""
    return f"{form.slug}-{part}" if part else form.slug


def _field(
    field: Field, values: Sequence[str], mistake: Mistake | None, known: Known, rules: Rules, guess: bool
) -> FieldShown:
    if field.kind == "units":
        values = (*values, *("" for _ in range(BLANK_UNITS)))
    n = _number(rules, field.rule) if field.rule else None
    source = ruled(rules, field.rule) if field.rule else ""
    return FieldShown(field, values, mistake, tuple(options_of(field, known)), n, source, guess and any(values))


def _number(rules: Rules, key: str) -> int | None:
    """Return the number that a rule gives: its value, or the most that it allows."""
    for name in (key, f"{key}.max"):
        value = rules.value(name)
        if type(value) is int:
            return value
    return None

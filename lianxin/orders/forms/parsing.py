"""What was filled in, and is it what the form asks for? Values as a browser sends them in, values of the command out.

Nothing is guessed and nothing is cut: what is not understood is named with a sentence at
its field. Whether the step is possible is another question (`lifecycle`). Pure.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from lianxin.ground.web import marked
from lianxin.orders.forms.form import Form, nested
from lianxin.orders.forms.known import Known
from lianxin.orders.forms.values import Wrong, value_of

BESIDE: Final = frozenset({"_csrf", "command", "seen", "next"})
"""What every form carries besides its fields: token, id of the command, last entry seen, where to go after."""


class Mistake(msgspec.Struct, frozen=True):
    """What is wrong with a field; field "": with the form as a whole. words: an English msgid with `values` in it."""

    field: str
    words: str
    values: Mapping[str, str | int] = {}


class Filled(msgspec.Struct, frozen=True):
    """What a form says.

    content   values of the command's fields
    title, text   the words that lie beside the chain; text None where there are none
    mistakes  what is wrong; only without any the content is complete
    orders, contacts   fields that name another order or contact, whose existence is still to be looked up
    """

    content: Mapping[str, Any]
    title: str = ""
    text: str | None = None
    mistakes: tuple[Mistake, ...] = ()
    orders: Mapping[str, int] = {}
    contacts: Mapping[str, int] = {}


Sent = Mapping[str, Sequence[object]]
"""Name -> every value that was sent under it."""


def parse(form: Form, sent: Sent, known: Known) -> Filled:
    """Return what the form says, with every mistake in it."""
    found: dict[str, Any] = {}
    mistakes = list(_strangers(form, sent))
    for field in form.fields:
        try:
            value = value_of(field, sent.get(field.name, ()), known)
        except Wrong as wrong:
            mistakes.append(Mistake(field.name, wrong.words, wrong.values))
        else:
            if value is not None:
                found[field.name] = value
    if not mistakes and _only_remarks(form) and not found:
        mistakes.append(Mistake("", marked("Nothing is filled in yet. Say at least what one field should be.")))
    return _filled(form, found, tuple(mistakes))


def _filled(form: Form, found: dict[str, Any], mistakes: tuple[Mistake, ...]) -> Filled:
    title, text = "", None
    if form.words is not None:
        title, text = found.pop(form.words.title, ""), found.pop(form.words.text, None)
    named = {kind: {f.name: found[f.name] for f in form.fields if f.kind == kind and f.name in found} for kind in _IDS}
    return Filled(nested(found), title, text, mistakes, orders=named["order"], contacts=named["contact"])


_IDS: Final = ("order", "contact")


def _only_remarks(form: Form) -> bool:
    return bool(form.fields) and all("." in field.name for field in form.fields)


def _strangers(form: Form, sent: Sent) -> Sequence[Mistake]:
    """Return a mistake for whatever was sent that no field asks for."""
    known = BESIDE | {field.name for field in form.fields}
    if len(sent.keys() - known) == 0:
        return ()
    return (
        Mistake("", marked("The form carries something that does not belong to it. Open it again and fill it in.")),
    )

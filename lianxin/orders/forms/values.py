"""What does the value of one field mean? One reader for each kind of field, all with the same arguments. Pure.

What cannot be understood raises `Wrong` with a sentence for the one who filled it in.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from lianxin.ground.clock import Instant, at_iso
from lianxin.ground.ledger import CONTACT, ORDER, chain_of
from lianxin.ground.text import NumberError, TextError, clean_text, digits, normalise, parse_number
from lianxin.ground.web import marked
from lianxin.orders.forms.form import Field
from lianxin.orders.forms.known import Known

UNITS_MAX: Final = 12
"""So many units may assist at most (assumption)."""
_YEARS: Final = (2000, 2099)
_MOMENT: Final = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?")
_NUMBER: Final = re.compile(r"\d{1,9}")
_CHOSEN: Final = frozenset(
    {"choice", "grade", "yes_no", "several", "category", "region", "part", "instruction", "citizen"}
)


class Wrong(Exception):
    """A field cannot be read; words: an English msgid with `values` in it."""

    def __init__(self, words: str, **values: str | int) -> None:
        super().__init__(words)
        self.words = words
        self.values = values


def value_of(field: Field, sent: Sequence[object], known: Known) -> Any:
    """Return the value of a field, None for one that was left empty. Raises Wrong."""
    texts = [text for text in map(_text, sent) if text]
    if field.kind in _MANY:
        if not texts and sent and not field.required:
            return ()  # it was asked for, and is none: not the same as not asked
        return _MANY[field.kind](field, texts, known) if texts else _nothing(field)
    if len(sent) > 1:
        raise Wrong(marked("This came more than once. Fill it in once."))
    if not texts:
        return _nothing(field)
    return _ONE[field.kind](field, texts[0], known)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Wrong(marked("Words are asked for here, not a file."))
    try:
        return clean_text(value)
    except TextError as error:
        if error.code == "empty":
            return ""
        raise Wrong(marked("This is far too long. Put it into an attachment.")) from None


def _nothing(field: Field) -> None:
    if not field.required:
        return
    if field.kind == "tick":
        raise Wrong(marked("This must be confirmed first."))
    if field.kind in _CHOSEN:
        raise Wrong(marked("Nothing is chosen yet."))
    raise Wrong(marked("This is not filled in yet."))


def _words(field: Field, text: str, known: Known) -> str:
    if field.kind == "line":
        text = " ".join(text.split())
    if len(text) > field.limit:
        raise Wrong(
            marked("These are %(found)s characters, at most %(most)s are taken. Shorten it or use an attachment."),
            found=len(text),
            most=field.limit,
        )
    return text


def _choice(field: Field, text: str, known: Known) -> Any:
    if all(text != choice.code for choice in field.choices):
        raise Wrong(marked("There is no such answer. Choose one of those shown."))
    if field.kind == "yes_no":
        return text == field.choices[0].code
    return int(text) if field.kind == "grade" else text


def _several(field: Field, texts: Sequence[str], known: Known) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(_choice(field, text, known)) for text in texts))


def _tick(field: Field, text: str, known: Known) -> bool:
    if text != "yes":
        raise Wrong(marked("There is no such answer. Choose one of those shown."))
    return True


def _number(field: Field, text: str, known: Known) -> int:
    written = normalise(text)
    if not _NUMBER.fullmatch(written) or not written.isascii():
        raise Wrong(marked("A whole number is asked for here."))
    number = int(written)
    if number < field.least or number > field.most:
        raise Wrong(marked("A number from %(least)s to %(most)s is asked for."), least=field.least, most=field.most)
    return number


def _moment(field: Field, text: str, known: Known) -> Instant:
    written = normalise(text).upper()
    if not _MOMENT.fullmatch(written) or not written.isascii():
        raise Wrong(marked("A date with a time of day is asked for, like 2026-03-09 16:30."))
    try:
        day = datetime.fromisoformat(written)
    except ValueError:
        raise Wrong(marked("There is no such date. Look at the calendar.")) from None
    if not _YEARS[0] <= day.year <= _YEARS[1]:
        raise Wrong(marked("There is no such date. Look at the calendar."))
    return at_iso(f"{day.isoformat()}+08:00")


def _unit(field: Field, text: str, known: Known) -> str:
    if (unit := known.unit(text)) is None:
        raise Wrong(marked("The directory has no unit “%(name)s”. Choose one from the list."), name=text[:40])
    return unit


def _units(field: Field, texts: Sequence[str], known: Known) -> tuple[str, ...]:
    if len(texts) > UNITS_MAX:
        raise Wrong(marked("At most %(most)s units can assist."), most=UNITS_MAX)
    return tuple(dict.fromkeys(_unit(field, text, known) for text in texts))


def _outside(field: Field, text: str, known: Known) -> str:
    if (system := known.outside(text)) is None:
        raise Wrong(marked("There is no system outside “%(name)s”. Choose one from the list."), name=text[:40])
    return system


def _taker(field: Field, text: str, known: Known) -> str:
    if (taker := known.taker(text)) is None:
        raise Wrong(marked("Nobody is called “%(name)s”. Choose a unit or a colleague."), name=text[:40])
    return taker


def _staff(field: Field, text: str, known: Known) -> str:
    if (person := known.person(text)) is None:
        raise Wrong(marked("Nobody of the house is “%(name)s”. Give the work number."), name=text[:40])
    return person


def _category(field: Field, text: str, known: Known) -> str:
    if known.category(text) is None:
        raise Wrong(marked("There is no such answer. Choose one of those shown."))
    return text


def _region(field: Field, text: str, known: Known) -> str:
    if not known.is_region(text):
        raise Wrong(marked("There is no such answer. Choose one of those shown."))
    return text


def _part(field: Field, text: str, known: Known) -> int:
    if known.order is None or text not in map(str, known.order.parts):
        raise Wrong(marked("The order has no such open part."))
    return int(text)


def _instruction(field: Field, text: str, known: Known) -> int:
    if known.order is None or text not in map(str, known.order.instructions):
        raise Wrong(marked("There is no such instruction that waits for an answer."))
    return int(text)


def _citizen(field: Field, text: str, known: Known) -> int:
    if known.order is None or text not in map(str, known.order.appellants):
        raise Wrong(marked("This citizen does not belong to the order."))
    return int(text)


def _numbered(field: Field, text: str, known: Known) -> int:
    try:
        number = parse_number(text)
    except NumberError:
        raise Wrong(marked("This is not a number of the house. Compare it digit by digit.")) from None
    return chain_of(ORDER if field.kind == "order" else CONTACT, digits(number))


_One = Callable[[Field, str, Known], Any]
_Many = Callable[[Field, Sequence[str], Known], Any]
_MANY: Final[Mapping[str, _Many]] = {"several": _several, "units": _units}
_ONE: Final[Mapping[str, _One]] = {
    "line": _words,
    "text": _words,
    "choice": _choice,
    "grade": _choice,
    "yes_no": _choice,
    "tick": _tick,
    "number": _number,
    "moment": _moment,
    "unit": _unit,
    "outside": _outside,
    "taker": _taker,
    "staff": _staff,
    "category": _category,
    "region": _region,
    "part": _part,
    "instruction": _instruction,
    "citizen": _citizen,
    "contact": _numbered,
    "order": _numbered,
}

"""Fields and answers that several forms ask for in the same words."""

from collections.abc import Iterable, Mapping
from typing import Final

from lianxin.ground.web import marked
from lianxin.orders.forms.form import Choice, Field
from lianxin.orders.words import KIND_WORDS, URGENCY_WORDS, VALUE_WORDS


def choices(words: Mapping[str, str], codes: Iterable[str] = ()) -> tuple[Choice, ...]:
    """Return choices from a table of words, all of them or those of `codes`, in that order."""
    return tuple(Choice(code, words[code]) for code in codes or words)


KIND: Final = Field(name="kind", kind="choice", label=marked("Kind of matter"), choices=choices(KIND_WORDS))
CATEGORY: Final = Field(name="category", kind="category", label=marked("Category"))
REGION: Final = Field(name="region", kind="region", label=marked("Place"))
URGENCY: Final = Field(
    name="urgency",
    kind="choice",
    label=marked("Urgency"),
    choices=(
        Choice("normal", marked("ordinary")),
        *choices(URGENCY_WORDS, ("urgent", "utilities", "life_danger")),
    ),
)
CONFIDENTIAL: Final = Field(
    name="confidential",
    kind="tick",
    label=marked("Keep it confidential"),
    hint=marked("Then only those who work on it now see it; a report of a breach is confidential in any case."),
    required=False,
)
UNREASONABLE: Final = choices(VALUE_WORDS["ground"], (f"UR{n}" for n in range(1, 9)))


def line(name: str, label: str, hint: str = "", *, required: bool = True, most: int = 0) -> Field:
    """Return a field of one line."""
    return Field(name=name, kind="line", label=label, hint=hint, required=required, most=most)


def text(name: str, label: str, hint: str = "", *, required: bool = True, most: int = 1_000) -> Field:
    """Return a field of several lines; what it holds stands in the ledger, so it is not long."""
    return Field(name=name, kind="text", label=label, hint=hint, required=required, most=most)


def told(hint: str = "", *, required: bool = True) -> Field:
    """Return the field for how the citizen was told."""
    hint = hint or marked("When, by which way, and what was said")
    return Field(name="told", kind="line", label=marked("Told the citizen"), hint=hint, required=required)


def decision(name: str, yes: str, no: str) -> Field:
    """Return the field of a decision with two answers."""
    answers = (Choice("yes", yes), Choice("no", no))
    return Field(name=name, kind="yes_no", label=marked("Decision"), choices=answers)

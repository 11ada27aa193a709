"""What is a form, and of which fields is it made? Data: pages draw it, the parser reads by it, the API describes it.

A form belongs to one command of the table of steps; its title is the step's. Labels, hints
and choices are English msgids; the catalogue has the Chinese.
"""

from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple

import msgspec

from lianxin.orders import commands as c
from lianxin.orders.lifecycle import ALL_STEPS
from lianxin.orders.step import Step

Kind = Literal[
    "line",
    "text",
    "choice",
    "grade",
    "several",
    "yes_no",
    "tick",
    "number",
    "moment",
    "unit",
    "units",
    "outside",
    "taker",
    "staff",
    "category",
    "region",
    "part",
    "instruction",
    "citizen",
    "contact",
    "order",
]
"""What a field holds, and the value that the command gets:

line, text    words in one line, or in several -> str
choice        one of `choices` -> str;  grade: one whose code is a number -> int;  several: any of them -> tuple
yes_no        the first or the second of `choices` -> bool
tick          a box -> bool;  number: a whole number -> int;  moment: date and time of the city -> Instant
unit, units   of the directory -> id, tuple of ids;  outside: a system outside -> id
taker         who takes a part: a unit, an outside system, somebody of the house -> holder key
staff         somebody of the house -> `staff:1026`
category, region  codes of the trees
part, instruction  an open part of the order, an instruction that nobody has answered -> its number
citizen       one of the order's own citizens -> contact;  contact: the number of a contact -> contact
order         the number of another order -> its id
"""

LINE_MAX: Final = 200
TEXT_MAX: Final = 4_000
"""Longest words in characters: a line stands in the ledger for ever, a text beside it (assumption)."""


class Choice(NamedTuple):
    """One answer that can be chosen; words: an English msgid."""

    code: str
    words: str


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A field of a form.

    name      of the command's field; `remarks.place` is the entry `place` of its field `remarks`
    label     what it is called;  hint: what is to be written, in words (`%(n)s`: the number at `rule`)
    required  without it the form is not taken
    choices   of a choice, in their order; of a yes_no the first is yes
    most      longest words in characters, or the largest number;  least: the smallest number
    rule      dotted key of the rule pack by which it is checked; its source stands beside the field
    flag      asked for only where the order has this mark;  roles: only of those who act in one of these
    """

    name: str
    kind: Kind
    label: str
    hint: str = ""
    required: bool = True
    choices: tuple[Choice, ...] = ()
    most: int = 0
    least: int = 0
    rule: str = ""
    flag: str = ""
    roles: frozenset[str] = frozenset()

    @property
    def limit(self) -> int:
        """Longest words that are taken, in characters."""
        return self.most or (TEXT_MAX if self.kind == "text" else LINE_MAX)


def nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of fields as those of the command: `remarks.place` becomes an entry of `remarks`."""
    content: dict[str, Any] = {}
    for name, value in flat.items():
        whole, _, part = name.partition(".")
        if part:
            content.setdefault(whole, {})[part] = value
        else:
            content[name] = value
    return content


class Words(NamedTuple):
    """Which fields are a text that lies beside the chain.

    text   the field with the words;  title: the one with a title, "" for none
    hash   the command's field that gets their salted hash
    """

    text: str
    hash: str
    title: str = ""


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """The form of one step.

    slug     its name in addresses: `/orders/{number}/do/{slug}`
    icon     name in icons.svg;  key: letter that opens it from the page of an order
    weight   which of several possible steps comes first; the lightest is the one to take next
    given    fields of the command that the shell gives: ids, hashes, the release of the directory
    left     fields that no form asks for, and why
    """

    slug: str
    command: type[c.Command]
    fields: tuple[Field, ...] = ()
    words: Words | None = None
    icon: str = "pencil"
    key: str = ""
    weight: int = 50
    given: frozenset[str] = frozenset()
    left: Mapping[str, str] = {}

    @property
    def step(self) -> Step:
        """The row of the table of steps."""
        return ALL_STEPS[self.command]

    def title(self, language: str = "zh") -> str:
        """Return what the step is called."""
        return self.step.en.capitalize() if language == "en" else self.step.zh

    def field(self, name: str) -> Field:
        """Return the field of this name. Raises KeyError."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)

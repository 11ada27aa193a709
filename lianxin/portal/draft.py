"""What has a citizen written so far, and what of it cannot be taken yet? Values and checks of the three steps. Pure.

A check gives the draft with what was written in it, also where something is wrong, so that a
form comes back as it was; and what is wrong by field, in words a citizen understands.
"""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple
from uuid import UUID

import msgspec

from lianxin.ground.clock import Instant
from lianxin.ground.text import TextError, clean_text
from lianxin.ground.web import marked
from lianxin.orders.dates import KINDS
from lianxin.people.numbers import normalised
from lianxin.people.vault import PersonFields
from lianxin.places import Places
from lianxin.portal.words import REASONS, SATISFIED, SOLVED
from lianxin.units import Units

TEXT_MAX: Final = 5_000
"""Characters of one request: three pages."""
LINE_MAX: Final = 100
NAME_MAX: Final = 40
MAIL_MAX: Final = 254
_MAIL: Final = re.compile(r"[^@\s,;<>\"]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?\.[A-Za-z]{2,}")
FIRST_KIND: Final = "help"

EMPTY: Final = marked("Please write what it is about.")
TOO_LONG: Final = marked("This is longer than %(most)s characters. Please send the rest as an addition later.")
NO_KIND: Final = marked("Please choose one of these.")
NO_PLACE: Final = marked("Please choose where it is.")
NO_NUMBER: Final = marked("This is no telephone number. A mobile number has 11 digits; a landline needs its area code.")
NO_MAIL: Final = marked("This is no e-mail address. It looks like name@example.com.")
NO_REASON: Final = marked("Please choose what was wrong above all.")
NO_UNIT: Final = marked("Please choose a unit from the list, or leave it open.")


class Sent(msgspec.Struct, frozen=True):
    """A request on its way into the books: made once, so that sending it twice acts once and shows the same code.

    seq  the entry that opened the order; None until it was acknowledged
    files, refused  how many files came with it, and what is said of those that were not taken
    """

    command: UUID
    number: str
    contact: int
    code: str
    at: Instant
    seq: int | None = None
    told: bool = False
    files: int = 0
    refused: tuple[str, ...] = ()


class Draft(msgspec.Struct, frozen=True, omit_defaults=True):
    """A request being written.

    place   code of a region, or nine digits of one of its towns
    where   street, building, what to look for
    secret  the citizen asks to be kept secret (要求保密)
    target  unit it is about, where it is about a unit; nobody of it will see the order
    """

    kind: str = FIRST_KIND
    place: str = ""
    where: str = ""
    text: str = ""
    name: str = ""
    phone: str = ""
    mail: str = ""
    secret: bool = False
    enterprise: bool = False
    target: str = ""
    sent: Sent | None = None

    @property
    def anonymous(self) -> bool:
        """Whether nothing is known of who writes."""
        return not (self.name or self.phone or self.mail)

    @property
    def person(self) -> PersonFields:
        """What the citizen told of themselves."""
        return PersonFields(name=self.name, numbers=(self.phone,) if self.phone else (), mail=self.mail)


class Fault(NamedTuple):
    """What is wrong with a field: a msgid, and the number it speaks of."""

    words: str
    most: int = 0


class Rating(NamedTuple):
    """How it went, in the citizen's own words: solved and satisfied are two questions, two facts."""

    solved: str = ""
    satisfied: str = ""
    reason: str = ""
    text: str = ""


Form = Mapping[str, str]
Wrong = dict[str, Fault]
"""Field -> what is wrong with it."""


def with_matter(draft: Draft, form: Form, places: Places) -> tuple[Draft, Wrong]:
    """Return the draft with step 1 of the form: what happened, and where."""
    wrong: Wrong = {}
    kind = form.get("kind", "")
    if kind not in KINDS:
        wrong["kind"] = Fault(NO_KIND)
    place = form.get("place", "")
    if region_of(place, places) is None:
        wrong["place"], place = Fault(NO_PLACE), ""
    where = _line(form, "where", LINE_MAX, wrong)
    text = _words(form, "text", wrong)
    known = kind if kind in KINDS else FIRST_KIND
    return msgspec.structs.replace(draft, kind=known, place=place, where=where, text=text), wrong


def with_person(draft: Draft, form: Form, units: Units) -> tuple[Draft, Wrong]:
    """Return the draft with step 2 of the form: who writes, if they want to say so."""
    wrong: Wrong = {}
    target = form.get("target", "")
    if target and target not in {unit.id for unit in units.all}:
        wrong["target"], target = Fault(NO_UNIT), ""
    after = msgspec.structs.replace(
        draft,
        name=_line(form, "name", NAME_MAX, wrong),
        phone=_line(form, "phone", NAME_MAX, wrong),
        mail=_line(form, "mail", MAIL_MAX, wrong),
        secret="secret" in form,
        enterprise="enterprise" in form,
        target=target,
    )
    if after.phone and not is_number(after.phone):
        wrong["phone"] = Fault(NO_NUMBER)
    if after.mail and not _MAIL.fullmatch(after.mail):
        wrong["mail"] = Fault(NO_MAIL)
    return after, wrong


def with_addition(form: Form) -> tuple[str, Wrong]:
    """Return what is added to an order, and what is wrong with it."""
    wrong: Wrong = {}
    return _words(form, "text", wrong), wrong


def with_rating(form: Form) -> tuple[Rating, Wrong]:
    """Return how it went, and what of it is missing: a reason where something was wrong."""
    wrong: Wrong = {}
    rating = Rating(*(form.get(name, "") for name in Rating._fields))
    for name, allowed in (("solved", SOLVED), ("satisfied", SATISFIED)):
        if getattr(rating, name) not in allowed:
            wrong[name] = Fault(NO_KIND)
            rating = rating._replace(**{name: ""})
    if rating.reason and rating.reason not in REASONS:
        wrong["reason"], rating = Fault(NO_KIND), rating._replace(reason="")
    if rating.solved in ("partly", "not_solved") and not rating.reason:
        wrong.setdefault("reason", Fault(NO_REASON))
    if rating.text.strip():
        rating = rating._replace(text=_words(form, "text", wrong))
    return rating, wrong


def is_number(phone: str) -> bool:
    """Return whether the numbering plan knows this number."""
    return normalised(phone).startswith("+")


def region_of(place: str, places: Places) -> str | None:
    """Return the region of a place as the form names it, None for one that the city does not have."""
    if any(region.code == place for region in places.regions):
        return place
    return next((town.region for town in places.towns if town.code == place), None)


def place_words(draft: Draft, places: Places) -> str:
    """Return where it is, as one line in Chinese: 滨城区市西街道 锦苑小区 6 号楼."""
    region = region_of(draft.place, places)
    named = places.region(region).name if region is not None else ""
    if draft.place != region and region is not None:
        named += places.town(draft.place).name
    return " ".join(part for part in (named, draft.where) if part)


def whole_text(draft: Draft, places: Places) -> str:
    """Return the request as it is kept beside the order: the citizen's words, and the place under them."""
    return clean_text(f"{draft.text}\n地点：{place_words(draft, places)}")


def _words(form: Form, name: str, wrong: Wrong) -> str:
    """Return a text as it is stored; one that is too long comes back as it was written."""
    written = form.get(name, "")
    try:
        text = clean_text(written)
    except TextError as refusal:
        wrong[name] = Fault(EMPTY) if refusal.code == "empty" else Fault(TOO_LONG, TEXT_MAX)
        return "" if refusal.code == "empty" else written
    if len(text) > TEXT_MAX:
        wrong[name] = Fault(TOO_LONG, TEXT_MAX)
    return text


def _line(form: Form, name: str, most: int, wrong: Wrong) -> str:
    """Return one line without what cannot be seen; empty is fine."""
    written = form.get(name, "")
    if not written.strip():
        return ""
    try:
        line = " ".join(clean_text(written).split())
    except TextError:
        return ""
    if len(line) > most:
        wrong[name] = Fault(TOO_LONG, most)
    return line

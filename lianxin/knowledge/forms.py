"""What was typed into a form of the knowledge base, as values; and in which role somebody acts. Pure."""

from collections.abc import Mapping
from typing import Any

from lianxin.access.who import Who
from lianxin.knowledge import steps as s
from lianxin.knowledge.item import Content, Version

FIELDS = ("title", "answer", "body", "basis", "link", "category", "region", "form", "valid_from", "valid_to")


def word(form: Mapping[str, Any], name: str) -> str:
    """Return a field of a form as text without control characters; empty for a missing field, or for a file."""
    value = form.get(name, "")
    if isinstance(value, list):
        value = value[-1] if value else ""
    return "".join(filter(_readable, value)) if isinstance(value, str) else ""


def _readable(char: str) -> bool:
    return char.isprintable() or char in "\n\r\t"


def content_of(form: Mapping[str, Any]) -> Content:
    """Return what a form says; whether it is fit to be kept, the step asks."""
    given = {name: word(form, name) for name in FIELDS}
    questions = tuple(line.strip() for line in word(form, "questions").splitlines() if line.strip())
    valid_to = given.pop("valid_to") or None
    return Content(**given, questions=questions, public=word(form, "public") == "1", valid_to=valid_to)


def typed(form: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields as they were typed, to show them again."""
    return {name: word(form, name) for name in (*FIELDS, "questions", "public", "unit", "owner", "note")}


def typed_of(version: Version | None, unit: str, owner: str, first_day: str) -> dict[str, str]:
    """Return a version as it stands in a form; None: an empty form."""
    if version is None:
        return {**typed({}), "unit": unit, "owner": owner, "form": "faq", "valid_from": first_day}
    content = version.content
    shown = {name: getattr(content, name) or "" for name in FIELDS}
    return {
        **shown,
        "questions": "\n".join(content.questions),
        "public": "1" if content.public else "",
        "unit": unit,
        "owner": owner,
        "note": "",
    }


def role_of(who: Who, *roles: str) -> str:
    """Return the first of these roles that somebody has; the first of all where they have none: it is refused then."""
    return next((role for role in roles if role in who.roles), roles[0])


def reading_role(who: Who) -> str:
    """Return in which role somebody says what they found."""
    return role_of(who, *s.READERS)


def unit_of(who: Who) -> str | None:
    """Return the unit for which somebody acts; None for the house, which has a say in all."""
    return who.unit

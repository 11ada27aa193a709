"""Which language does a page speak, and how are its words found?

Sources are English (msgids); the Chinese catalogues, one in each room, are complete and
are the default. The reader switches with `?lang=en`, which a cookie remembers. Catalogues
are read from their `.po` files at start, so there is no compiled copy that could be stale.
"""

import io
import re
from collections.abc import Mapping
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Literal

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

Language = Literal["zh", "en"]

LANGUAGES: tuple[Language, ...] = ("zh", "en")
TAGS: dict[Language, str] = {"zh": "zh-CN", "en": "en"}
COOKIE = "lang"
HOUSE = Path(__file__).parents[2]
CATALOGUE = "zh.po"
"""The name of a room's catalogue, in the room's folder."""


def marked(words: str) -> str:
    """Return the words as they are: a mark for the extractor, where they stand far from the page that says them."""
    return words


@cache
def translations(language: Language) -> NullTranslations:
    """Return the words of a language; English speaks in its msgids."""
    if language == "en":
        return NullTranslations()
    catalogue = Catalog(locale="zh_CN")
    for path in sorted(HOUSE.rglob(CATALOGUE)):
        with path.open("rb") as file:
            for message in read_po(file, locale="zh_CN"):
                if message.id and message.string:
                    catalogue[message.id] = message
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


def chosen(query: Mapping[str, str], cookies: Mapping[str, str]) -> Language:
    """Return the language of a request: the switch first, then what was chosen before, else Chinese."""
    for word in (query.get("lang"), cookies.get(COOKIE)):
        if word in LANGUAGES:
            return word
    return "zh"


def preferred(header: str) -> Language:
    """Return the language that an Accept-Language header prefers; Chinese where it names neither (RFC 9110 §12.5.4)."""
    found: list[tuple[float, Language]] = []
    for part in header.split(",")[:_RANGES_MAX]:
        tag, _, weight = part.partition(";")
        word = tag.strip().lower().partition("-")[0]
        if word in LANGUAGES:
            found.append((_weight(weight), word))
    best = max(found, key=lambda one: one[0], default=(0.0, LANGUAGES[0]))
    return best[1] if best[0] > 0 else LANGUAGES[0]


_RANGES_MAX = 16


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    return float(value) if re.fullmatch(r"[01](\.\d{0,3})?", value.strip()) else 0.0

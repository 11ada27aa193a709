"""Which language does a page speak, and how are its words found?

Sources are English (msgids); the Chinese catalogue is complete and is the default.
The reader switches with `?lang=en`, which a cookie remembers. Catalogues are read
from their `.po` files at start, so there is no compiled copy that could be stale.
"""

import io
from collections.abc import Mapping
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Literal

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

Language = Literal["zh", "en"]

LANGUAGES: tuple[Language, ...] = ("zh", "en")
TAGS: dict[Language, str] = {"zh": "zh-CN", "en": "en"}
COOKIE = "lang"
LOCALE = Path(__file__).parent / "locale"
CATALOGUE = LOCALE / "zh_CN" / "LC_MESSAGES" / "lianxin.po"


def marked(words: str) -> str:
    """Return the words as they are: a mark for the extractor, where they stand far from the page that says them."""
    return words


@cache
def translations(language: Language) -> NullTranslations:
    """Return the words of a language; English speaks in its msgids."""
    if language == "en":
        return NullTranslations()
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="zh_CN")
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

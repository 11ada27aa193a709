"""Which words does the house say on its pages, and which has the Chinese catalogue?

`python -m lianxin.ground.web.catalogue` brings the catalogue up to date with the
sources: new words come in empty, to be translated by hand; words nobody says go.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from lianxin.ground.web.language import CATALOGUE

HOUSE = Path(__file__).parents[2]
SOURCES = [("**.py", "python"), ("**/templates/**.html", "jinja2.ext.babel_extract")]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "marked": None}
OPTIONS = {"**/templates/**.html": {"trimmed": "true", "newstyle_gettext": "true"}}


def said(folder: Path = HOUSE) -> Iterator[tuple[str, str | tuple[str, ...]]]:
    """Yield (file, msgid) for all words that sources below the folder say; a plural is a pair."""
    for file, _, message, _, _ in extract_from_dir(folder, SOURCES, OPTIONS, keywords=KEYWORDS):
        yield file, message


def catalogue() -> Catalog:
    """Return the Chinese catalogue as it lies in the house."""
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="zh_CN")


def updated() -> Catalog:
    """Return the catalogue with exactly the words that are said, keeping every translation there is."""
    old = catalogue() if CATALOGUE.is_file() else Catalog(locale="zh_CN")
    new = Catalog(locale="zh_CN")
    for file, message in sorted(said(), key=lambda found: (found[0], str(found[1]))):
        known = old.get(message if isinstance(message, str) else message[0])
        new.add(message, known.string if known else None, locations=[(file, 0)])
    return new


def main() -> None:
    """Write the updated catalogue and say how many words are still missing."""
    new = updated()
    with CATALOGUE.open("wb") as file:
        write_po(file, new, width=110, include_lineno=False, omit_header=True, sort_output=True)
    missing = [message.id for message in new if message.id and not message.string]
    sys.stdout.write(f"{len(new)} messages, {len(missing)} without Chinese words\n")


if __name__ == "__main__":
    main()

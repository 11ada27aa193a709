"""Which words does the house say on its pages, and which of them have Chinese words?

Each room keeps a catalogue of its own, `zh.po`, so that whoever changes a page changes
its words beside it. `python -m lianxin.ground.web.catalogue [ROOM …]` brings them up to
date with the sources: new words come in empty, to be translated by hand; words nobody
says go. A word that two rooms say stands in both, with the same Chinese.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from lianxin.ground.web.language import CATALOGUE, HOUSE

SOURCES = [("**.py", "python"), ("**/templates/**.html", "jinja2.ext.babel_extract")]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "marked": None}
OPTIONS = {"**/templates/**.html": {"trimmed": "true", "newstyle_gettext": "true"}}
WINGS = ("ground", "desks")
"""Folders whose folders are rooms."""

Message = str | tuple[str, ...]


def room_of(file: str) -> str:
    """Return the room a source file belongs to, as its folder below the house: `orders`, `ground/web`, `desks`."""
    parts = Path(file).parts[:-1]
    if parts and parts[0] in WINGS and len(parts) > 1 and (HOUSE / parts[0] / parts[1] / "__init__.py").is_file():
        return f"{parts[0]}/{parts[1]}"
    return parts[0] if parts else "."


def said(folder: Path = HOUSE) -> Iterator[tuple[str, Message]]:
    """Yield (file, msgid) for all words that sources below the folder say; a plural is a pair."""
    for file, _, message, _, _ in extract_from_dir(folder, SOURCES, OPTIONS, keywords=KEYWORDS):
        yield file, message


def said_by_room() -> dict[str, list[tuple[str, Message]]]:
    """Return what each room says."""
    rooms: dict[str, list[tuple[str, Message]]] = {}
    for file, message in sorted(said(), key=lambda found: (found[0], str(found[1]))):
        rooms.setdefault(room_of(file), []).append((file, message))
    return rooms


def catalogue(room: str) -> Catalog:
    """Return the Chinese catalogue of a room as it lies there; an empty one where it has none yet."""
    path = HOUSE / room / CATALOGUE
    if not path.is_file():
        return Catalog(locale="zh_CN")
    with path.open("rb") as file:
        return read_po(file, locale="zh_CN")


def updated(room: str, words: list[tuple[str, Message]]) -> Catalog:
    """Return the room's catalogue with exactly the words that are said, keeping every translation there is."""
    old, new = catalogue(room), Catalog(locale="zh_CN")
    for file, message in words:
        known = old.get(message if isinstance(message, str) else message[0])
        new.add(message, known.string if known else None, locations=[(file, 0)])
    return new


def main(wanted: list[str]) -> None:
    """Write the updated catalogues of these rooms (none named: of all) and say which words are still missing."""
    rooms = {room.replace(".", "/") for room in wanted}
    for room, words in said_by_room().items():
        if rooms and room not in rooms:
            continue
        new = updated(room, words)
        with (HOUSE / room / CATALOGUE).open("wb") as file:
            write_po(file, new, width=110, include_lineno=False, omit_header=True, sort_output=True)
        missing = [str(message.id) for message in new if message.id and not message.string]
        sys.stdout.write(f"{room}: {len(new)} messages, {len(missing)} without Chinese words\n")
        for message_id in missing:
            sys.stdout.write(f"  {message_id}\n")


if __name__ == "__main__":
    main(sys.argv[1:])

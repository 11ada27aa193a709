"""How do many items come in at once, from a file that a city keeps? Written by one person, published by another.

YAML as in `packs/knowledge/binzhou.yaml`, or CSV with the same names as columns, several questions
of a cell separated by `|`. The whole file is checked before anything is written. Read again, it
writes only what is new in it: an item is known by its title.
"""

import csv
import io
from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid5

import msgspec

from lianxin.ground.clock import Instant, local_date
from lianxin.knowledge import steps as s
from lianxin.knowledge.item import Content, Item
from lianxin.knowledge.refusal import KnowledgeRefused
from lianxin.knowledge.service import Knowledge
from lianxin.knowledge.wording import check_content
from lianxin.places import load_categories, load_places
from lianxin.units import load_units

_SPACE: Final = UUID("5d3f2b7e-2f0e-5b60-9d83-0f6a4c1f9b02")


class FileWrong(Exception):
    """The file cannot be taken; the message names the item and what is wrong with it. Nothing was written."""


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An item of a file; valid_from: the day of the import where none is given."""

    title: str
    answer: str
    basis: str
    category: str
    unit: str
    questions: tuple[str, ...] = ()
    body: str = ""
    link: str = ""
    region: str = ""
    form: str = "faq"
    public: bool = False
    valid_from: date | None = None
    valid_to: date | None = None
    owner: str = ""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: str
    source: str
    items: tuple[Line, ...]


class Imported(NamedTuple):
    """How many items the file has, how many of them are new or changed here."""

    items: int
    written: int


async def import_file(
    knowledge: Knowledge, path: Path, by: str, second: str | None, now: Instant, *, role: str = s.EDITOR
) -> Imported:
    """Bring in the items of a file: written by one, published by the second; without a second they wait for review.

    Raises FileWrong; KnowledgeRefused where somebody may not do it.
    """
    lines = read_lines(path)
    checked = [(line, _content(line, now)) for line in lines]
    written = 0
    for line, content in checked:
        written += await _bring(knowledge, line, content, by, second, role, now)
    return Imported(len(lines), written)


def read_lines(path: Path) -> tuple[Line, ...]:
    """Return the items of a file. Raises FileWrong."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        if path.suffix.lower() == ".csv":
            lines = tuple(_from_csv(text))
        else:
            lines = msgspec.yaml.decode(text.encode(), type=_File).items
    except OSError as trouble:
        raise FileWrong(f"{path} cannot be read: {trouble.strerror}.") from trouble
    except (UnicodeDecodeError, msgspec.MsgspecError, csv.Error) as wrong:
        raise FileWrong(f"{path.name}: {wrong}") from wrong
    titles = [line.title for line in lines]
    twice = sorted({title for title in titles if titles.count(title) > 1})
    if twice:
        raise FileWrong(f"{path.name}: the title “{twice[0]}” stands there twice; an item is known by its title.")
    return lines


def _from_csv(text: str) -> Iterator[Line]:
    reader = csv.DictReader(io.StringIO(text))
    for row in reader:
        cells: dict[str, Any] = {key: cell for key, cell in row.items() if key is not None and cell}
        if "questions" in cells:
            cells["questions"] = [one.strip() for one in cells["questions"].split("|")]
        try:
            yield msgspec.convert(cells, Line, strict=False)
        except msgspec.ValidationError as wrong:
            raise FileWrong(f"line {reader.line_num}: {wrong}") from wrong


def _content(line: Line, now: Instant) -> Content:
    fields = {name: getattr(line, name) for name in Content.__struct_fields__}
    fields["valid_from"] = (line.valid_from or local_date(now)).isoformat()
    fields["valid_to"] = None if line.valid_to is None else line.valid_to.isoformat()
    content = Content(**fields)
    units, regions = load_units(), frozenset(region.code for region in load_places().regions)
    if not units.knows(line.unit):
        raise FileWrong(f"“{line.title}”: there is no unit {line.unit}.")
    try:
        return check_content(content, frozenset(load_categories()), regions)
    except KnowledgeRefused as refused:
        raise FileWrong(f"“{line.title}”: {refused.sentence}") from refused


async def _bring(
    knowledge: Knowledge, line: Line, content: Content, by: str, second: str | None, role: str, now: Instant
) -> bool:
    """Bring in one item; False when it stands here already as the file says it."""
    digest = sha256(msgspec.json.encode((content, line.unit, line.owner), order="sorted")).hexdigest()
    write = s.Write(
        id=uuid5(_SPACE, f"begin {line.title}"),
        by=by,
        role=role,
        content=content,
        responsible=line.unit,
        owner=line.owner,
    )
    number = int((await knowledge.begin(write, now))["item"])
    item = await knowledge.item(number)
    if _says(item, content, line):
        return False
    if item.seq > 1:
        change = msgspec.structs.replace(write, id=uuid5(_SPACE, f"write {number} {item.seq} {digest}"))
        await knowledge.act(number, change, now)
    await knowledge.act(
        number, s.Submit(id=uuid5(_SPACE, f"submit {number} {item.seq} {digest}"), by=by, role=role), now
    )
    if second is not None:
        publish = s.Publish(id=uuid5(_SPACE, f"publish {number} {item.seq} {digest}"), by=second, role=role)
        await knowledge.act(number, publish, now)
    return True


def _says(item: Item, content: Content, line: Line) -> bool:
    """Whether the latest version that was handed in says this already; a later first day alone is no news."""
    latest = item.versions[-1]
    same = msgspec.structs.replace(latest.content, valid_from=content.valid_from) == content
    return same and latest.state in ("review", "published") and (item.unit, item.owner) == (line.unit, line.owner)

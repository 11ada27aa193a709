"""Where the data of a city lies, and how a file of it becomes values.

A city is a folder of `lianxin/packs/city/`. Rows are checked against the struct that they
become; a mistake is reported with file and line, because people edit these files.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

CITIES = Path(__file__).parents[1] / "packs" / "city"
DEMO_CITY = "binzhou"

T = TypeVar("T")


class PackFileError(Exception):
    """A file of a city's data is missing or does not say what it must; the text names the line."""


def city_file(city: str, name: str) -> Path:
    """Return the path of file `name` of `city`. Raises PackFileError where there is no such file."""
    path = CITIES / city / name
    if not path.is_file():
        known = ", ".join(sorted(folder.name for folder in CITIES.iterdir() if folder.is_dir()))
        raise PackFileError(f"{city}: there is no file {name}; cities with data here: {known}")
    return path


def rows(path: Path, kind: type[T], lists: tuple[str, ...] = ()) -> tuple[T, ...]:
    """Return each row of the CSV file at `path` as a `kind`; empty cells take the default.

    lists  columns whose cells are several words with blanks between
    Raises PackFileError naming file and line.
    """
    return tuple(_rows(path, kind, lists))


def document(path: Path, kind: type[T]) -> T:
    """Return the YAML file at `path` as a `kind`. Raises PackFileError naming the key."""
    try:
        return msgspec.yaml.decode(path.read_bytes(), type=kind)
    except msgspec.MsgspecError as wrong:
        raise PackFileError(f"{path.name}: {wrong}") from wrong


def _rows(path: Path, kind: type[T], lists: tuple[str, ...]) -> Iterator[T]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        for row in reader:
            filled = {key: cell.split() if key in lists else cell for key, cell in row.items() if cell}
            try:
                yield msgspec.convert(filled, kind, strict=False)
            except msgspec.ValidationError as wrong:
                raise PackFileError(f"{path.name}, line {reader.line_num}: {wrong}") from wrong

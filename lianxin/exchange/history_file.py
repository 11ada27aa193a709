"""How is a file of old orders read? CSV or JSON lines, each line one order; broken lines are named, not guessed.

Columns (docs/history.md): old_number, received, kind, category, region, text are required;
title, urgency, unit, dispatched, signed, due, replied, answer, closed, result, solved,
satisfied, evidence may be missing or empty. Times are ISO 8601 with an offset.
"""

import csv
from collections.abc import Iterator, Mapping, Set
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from lianxin.exchange.history import BadPast, Past, check
from lianxin.ground.clock import Instant, at_iso
from lianxin.ground.text import TextError

REQUIRED: Final = ("old_number", "received", "kind", "category", "region", "text")
TIMES: Final = frozenset({"received", "dispatched", "signed", "due", "replied", "closed"})
COLUMNS: Final = Past.__struct_fields__
_OPTIONAL_TEXT: Final = frozenset({"title", "answer", "evidence"})
_CELL_MAX: Final = 1 << 20


class HistoryError(Exception):
    """The file cannot be used; the text says why and what to do."""


class Broken(NamedTuple):
    """A line that is not brought in, and why."""

    line: int
    why: str


class Known(NamedTuple):
    """What an order may name: ids of units, codes of categories and regions."""

    units: Set[str]
    categories: Set[str]
    regions: Set[str]


def read_history(path: Path, now: Instant, known: Known) -> Iterator[Past | Broken]:
    """Yield each line's record, checked, or what is wrong with it.

    Raises HistoryError for a file that cannot be read, lacks a column or has one nobody knows.
    """
    rows = _json_rows(path) if path.suffix in (".jsonl", ".ndjson") else _csv_rows(path)
    for line, cells in rows:
        try:
            yield _past(cells, now, known)
        except (BadPast, TextError, msgspec.ValidationError) as wrong:
            yield Broken(line, str(wrong))


def _past(cells: Mapping[str, Any], now: Instant, known: Known) -> Past:
    values = {name: _value(name, cell) for name, cell in cells.items() if cell not in (None, "")}
    for name in REQUIRED:
        if name not in values:
            raise BadPast(f"{name} is empty")
    past = check(msgspec.convert(values, Past), now)
    _check_known("category", past.category, known.categories)
    _check_known("region", past.region, known.regions)
    if past.unit is not None:
        _check_known("unit", past.unit, known.units)
    return past


def _value(name: str, cell: Any) -> Any:
    if name not in TIMES:
        return cell
    try:
        return at_iso(str(cell))
    except ValueError:
        raise BadPast(f"{name} is {cell!r}, not a time like 2025-03-09T10:00:00+08:00") from None


def _check_known(name: str, value: str, known: Set[str]) -> None:
    if value not in known:
        near = get_close_matches(value, known, n=1)
        raise BadPast(f"{name} {value!r} is not known here" + (f"; did you mean {near[0]}?" if near else ""))


def _csv_rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    csv.field_size_limit(_CELL_MAX)
    try:
        with path.open(encoding=_encoding(path), newline="") as file:
            rows = csv.reader(file)
            header = next(rows, [])
            _check_columns(path, header)
            for cells in rows:
                if cells:
                    yield rows.line_num, _as_many(cells, header)
    except (OSError, csv.Error) as wrong:
        raise HistoryError(
            f"{path} cannot be read: {wrong}. What was written before this line stays written."
        ) from wrong


def _as_many(cells: list[str], header: list[str]) -> dict[str, str]:
    """Pair cells with their columns; a row of another length lacks its required cells and is named broken."""
    return dict(zip(header, cells, strict=True)) if len(cells) == len(header) else {}


def _json_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, _json_object(path, number, line)
    except OSError as wrong:
        raise HistoryError(f"{path} cannot be read: {wrong}.") from wrong


def _json_object(path: Path, number: int, line: bytes) -> dict[str, Any]:
    try:
        cells = msgspec.json.decode(line, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    unknown = [name for name in cells if name not in COLUMNS]
    if unknown:
        raise HistoryError(f"{path}, line {number}: {_unknown(unknown[0])}")
    return cells


def _check_columns(path: Path, header: list[str]) -> None:
    for name in REQUIRED:
        if name not in header:
            raise HistoryError(f"{path} has no column {name}. Required are {', '.join(REQUIRED)}. Nothing was written.")
    for name in header:
        if name not in COLUMNS:
            raise HistoryError(f"{path}: {_unknown(name)} Nothing was written.")


def _unknown(name: str) -> str:
    near = get_close_matches(name, COLUMNS, n=1)
    return f"the column {name!r} is not known" + (f"; did you mean {near[0]}?" if near else ".")


def _encoding(path: Path) -> str:
    """Return utf-8 or gb18030, whichever reads the whole file. Raises HistoryError where neither does."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            with path.open(encoding=encoding) as file:
                while file.read(1 << 20):
                    continue
        except UnicodeDecodeError:
            continue
        return encoding
    raise HistoryError(f"{path} is neither UTF-8 nor GB18030 text. Please save it as “CSV UTF-8” and try again.")

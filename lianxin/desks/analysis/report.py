"""How is a report asked for, and how is it laid out? Pure."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import Final

import msgspec

from lianxin.insight.figures import Figure, Line, figures_of, share, summed

GROUPINGS: Final = ("city", "unit", "category", "region", "channel")
DAYS_MAX: Final = 400
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class Asked(msgspec.Struct, frozen=True):
    """A report that is asked for: by what, from which day to which, both included."""

    grouping: str
    first: date
    last: date


class Wrong(Exception):
    """The question cannot be answered; the sentence says why."""


def asked(grouping: str, first: str, last: str, known: tuple[date, date]) -> Asked:
    """Return what is asked for; nothing said: the last seven days that were counted.

    known  the first and last day counted
    Raises Wrong.
    """
    begin = _day(first) if first else max(known[0], known[1] - timedelta(days=6))
    end = _day(last) if last else known[1]
    if grouping not in GROUPINGS:
        raise Wrong("没有这种分组。")
    if begin > end:
        raise Wrong("开始日期晚于结束日期，请对调后再查。")
    if (end - begin).days >= DAYS_MAX:
        raise Wrong(f"一次最多查 {DAYS_MAX} 天，请缩短日期。")
    return Asked(grouping, begin, end)


def _day(word: str) -> date:
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise Wrong("日期要写成 2026-03-09 这样。") from None


class Cell(msgspec.Struct, frozen=True):
    """A figure of a line: its count, and its share where it has one."""

    figure: Figure
    count: int
    share: float | None
    whole: int


class TableLine(msgspec.Struct, frozen=True):
    """One line of the report; key "" with name None: all together."""

    key: str
    name: str | None
    cells: tuple[Cell, ...]


def laid_out(lines: Sequence[Line], grouping: str, name: Callable[[str], str]) -> tuple[TableLine, ...]:
    """Return the lines with their names, in the order of these, and the sum of all as the last."""
    figures = figures_of(grouping)
    rows = sorted((TableLine(line.key, name(line.key), _cells(line, figures)) for line in lines), key=_named)
    total = Line("", summed(line.counts for line in lines))
    return (*rows, TableLine("", None, _cells(total, figures)))


def _named(line: TableLine) -> str:
    return line.name or ""


def _cells(line: Line, figures: Sequence[Figure]) -> tuple[Cell, ...]:
    return tuple(
        Cell(figure, line.counts.get(figure.name, 0), share(line.counts, figure), line.counts.get(figure.of, 0))
        for figure in figures
    )


def as_csv(lines: Iterable[TableLine], head: Sequence[str], mark: str, total: str) -> str:
    """Return the report as CSV for a spreadsheet.

    head  the first column's name, then the figures';  mark: the line that says who took it out, and when
    A cell that a spreadsheet would take for a formula gets an apostrophe.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_plain(mark)])
    writer.writerow([_plain(cell) for cell in head])
    for line in lines:
        shown = [cell.count if cell.share is None else f"{cell.share:.4f}" for cell in line.cells]
        writer.writerow([_plain(total if line.name is None else line.name), *shown])
    return "\ufeff" + out.getvalue()


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell

"""A file that leaves the house: who took it out, when, and by which number is it found again?

Every export has a number of its own. It stands in the file's first and last line with
who took it and when, and in the access log before a line of it is written.
"""

import csv
import io
import secrets
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Final

import msgspec

from lianxin.access.who import Who
from lianxin.ground.clock import Instant, iso
from lianxin.privacy.looks import Looks

_ID_BYTES: Final = 5
BOM: Final = "\ufeff"
"""Without it the office programs here read UTF-8 as something else."""
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class Export(msgspec.Struct, frozen=True):
    """An export that was noted; `mark` is the line that stands in the file."""

    id: str
    mark: str


async def noted_export(looks: Looks, who: Who, what: str, now: Instant) -> Export:
    """Note that somebody takes something out of the house, and return the number of the export.

    what  what it is, with its filters; no personal data. Raises what `Looks.note` raises; nothing leaves then.
    """
    id_ = f"X{secrets.token_hex(_ID_BYTES).upper()}"
    await looks.note(who, None, "export", now, f"{id_} {what}")
    return Export(id_, f"连心 导出 {id_} {who.name} {who.number} {iso(now)} 内部资料 不得外传")


def csv_line(cells: Iterable[object]) -> str:
    """Return a line of CSV; a cell that an office program would take for a formula is taken for text."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([_plain(cell) for cell in cells])
    return line.getvalue()


async def csv_file(export: Export, head: Sequence[str], rows: AsyncIterator[Sequence[object]]) -> AsyncIterator[str]:
    """Yield a CSV file piece by piece: the mark, the heads of the columns, the rows, the mark again."""
    yield BOM + csv_line([export.mark]) + csv_line(head)
    async for row in rows:
        yield csv_line(row)
    yield csv_line([export.mark])


def _plain(cell: object) -> str:
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text

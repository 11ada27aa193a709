"""How are the rows of a Parquet or CSV file read, whatever an office program made of it?

Gives cells as text by the name of their column, or the reason why a row cannot be read.
Knows nothing about messages.
"""

import codecs
import csv
import io
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    import pyarrow as pa

Why = tuple[str, str]  # the reason in Chinese and in English
Cells = Mapping[str, str] | Why

_CHUNK = 1 << 20
_BATCH = 1024
_RECORD_MAX = 1 << 20  # a quotation mark that never closes must not swallow the rest of the file
_DELIMITERS = (",", "\t", ";")
# Which part of the characters beyond ASCII may be damaged: GB18030 read as UTF-8 damages nearly
# all, so a tenth is a UTF-8 file with broken rows; GB18030 itself lets much pass that is no text.
_ENCODINGS = (("utf-8", 0.1), ("gb18030", 0.02))
_NOT_TEXT: Why = ("有字节不是文字", "some bytes are not text")


class MessagesError(Exception):
    """The file cannot be used at all; the text says why and what to do."""


class Table(msgspec.Struct, frozen=True):
    """The columns of a file and its rows, which are read as they are asked for."""

    columns: tuple[str, ...]
    rows: Iterator[tuple[int, Cells]]
    encoding: str


def parquet_rows(path: Path, wanted: set[str]) -> Table:
    """Return the rows of a Parquet file, numbered from 1; of its columns only those wanted are read."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(path)
    except (pa.ArrowException, OSError) as wrong:
        raise MessagesError(
            f"{path.name} begins like Parquet but cannot be read ({wrong}). Please copy or export it again."
        ) from wrong
    names = tuple(file.schema_arrow.names)
    used = [name for name in names if name in wanted]
    return Table(names, _parquet_rows(path, file, used), "utf-8")


def _parquet_rows(path: Path, file: Any, used: list[str]) -> Iterator[tuple[int, Cells]]:
    import pyarrow as pa

    number = 0
    try:
        for batch in file.iter_batches(batch_size=_BATCH, columns=used):
            columns = [_as_bytes(batch.column(name)) for name in used]
            for cells in zip(*columns, strict=True):
                number += 1
                yield number, _decoded(dict(zip(used, cells, strict=True)))
    except (pa.ArrowException, OSError) as wrong:
        raise MessagesError(
            f"{path.name} is damaged after row {number} ({wrong}). Nothing was used; please export it again."
        ) from wrong


def _as_bytes(column: "pa.Array") -> list[bytes | None]:
    """Return the cells as bytes: a string in a file need not be the UTF-8 that it claims to be."""
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
            return list(column.to_pylist())
        return [None if cell is None else str(cell).encode() for cell in column.to_pylist()]
    return list(column.cast(pa.large_binary()).to_pylist())


def _decoded(cells: Mapping[str, bytes | None]) -> Cells:
    try:
        return {name: _text(cell or b"") for name, cell in cells.items()}
    except UnicodeDecodeError:
        return _NOT_TEXT


def _text(cell: bytes) -> str:
    try:
        return cell.decode()
    except UnicodeDecodeError:
        return cell.decode("gb18030")


def csv_rows(path: Path) -> Table:
    """Return the rows of a CSV file, numbered by the line they begin on; the header is line 1.

    UTF-8 with or without a mark, UTF-16 with one, and GB18030 (with GBK and GB2312) are told apart.
    """
    encoding = encoding_of(path)
    lines = _Lines(path, encoding)
    header = lines.record(lambda _: True) or (1, "")
    delimiter = max(_DELIMITERS, key=header[1].count)
    columns = tuple(name.strip() for name in _fields(header[1], delimiter) or ())
    doubled = sorted({name for name in columns if columns.count(name) > 1})
    if doubled:
        raise MessagesError(f"{path.name} has the column “{doubled[0]}” more than once. Please name each once.")
    return Table(columns, _csv_rows(lines, columns, delimiter), encoding.removesuffix("-sig"))


def _csv_rows(lines: "_Lines", columns: tuple[str, ...], delimiter: str) -> Iterator[tuple[int, Cells]]:
    def whole(record: str) -> bool:
        return len(_fields(record, delimiter) or ()) == len(columns)

    while found := lines.record(whole):
        line, record = found
        if record.strip():  # editors leave an empty line at the end
            yield line, _cells(record, columns, delimiter)


def _cells(record: str, columns: tuple[str, ...], delimiter: str) -> Cells:
    fields = _fields(record, delimiter)
    if fields is None:
        return "引号没有成对", "a quotation mark is never closed"
    if len(fields) != len(columns):
        return (
            f"应有{len(columns)}列，实有{len(fields)}列",
            f"{len(fields)} cells instead of {len(columns)}",
        )
    if "\ufffd" in record:
        return _NOT_TEXT
    return dict(zip(columns, fields, strict=True))


def _fields(record: str, delimiter: str) -> list[str] | None:
    """Return the cells of one record, None where its quotation marks do not match."""
    previous = csv.field_size_limit(_RECORD_MAX * 2)
    try:
        return next(csv.reader(io.StringIO(record, newline=""), delimiter=delimiter, strict=True), [])
    except csv.Error:
        return None
    finally:
        csv.field_size_limit(previous)


class _Lines:
    """The lines of a file, from which records are taken; what was read too far is put back."""

    def __init__(self, path: Path, encoding: str) -> None:
        self._file = _lines(path, encoding)
        self._waiting: deque[str] = deque()
        self._number = 1

    def record(self, whole: Callable[[str], bool]) -> tuple[int, str] | None:
        """Return the next record and the line it begins on, None at the end.

        A record goes on over lines while a quotation mark is open. If that comes to nothing
        `whole`, its first line alone is the (broken) record and the others are read again.
        """
        taken: list[str] = []
        marks = size = 0
        while text := self._next():
            taken.append(text)
            marks += text.count('"')
            size += len(text)
            if marks % 2 == 0 or size > _RECORD_MAX:
                break
        if not taken:
            return None
        if len(taken) > 1 and not (marks % 2 == 0 and whole("".join(taken).rstrip("\r\n"))):
            self._waiting.extendleft(reversed(taken[1:]))
            del taken[1:]
        begins, self._number = self._number, self._number + len(taken)
        return begins, "".join(taken).rstrip("\r\n")

    def _next(self) -> str:
        return self._waiting.popleft() if self._waiting else next(self._file, "")


def _lines(path: Path, encoding: str) -> Iterator[str]:
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        yield from file


def encoding_of(path: Path) -> str:
    """Return the encoding in which the file at `path` is text. Raises MessagesError where it is none."""
    with path.open("rb") as file:
        start = file.read(_CHUNK)
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for encoding, damage_max in _ENCODINGS:
        if _damage(path, encoding) <= damage_max:
            return encoding
    raise MessagesError(f"{path.name} is neither UTF-8 nor GB18030 text. Please save it as “CSV UTF-8” and try again.")


def _damage(path: Path, encoding: str) -> float:
    """Return which part of the characters beyond ASCII cannot be read in this encoding."""
    damaged = beyond = 0
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            text = decoder.decode(chunk)
            damaged += text.count("\ufffd")
            beyond += len(text) - len(text.encode("ascii", "ignore"))
    return damaged / beyond if beyond else 0.0

"""Which texts do the callers of the twin speak? Messages from a Parquet or CSV file.

Files come from offices: other encodings, broken rows, columns of another system. What
can be read is read, what cannot is counted and named by its row, and only a file from
which nothing can be used is refused. The demo's own texts are in `lianxin/packs/texts`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import overload

import msgspec

from lianxin.ground.text import TextError, clean_text
from lianxin.twin.message_files import Cells, MessagesError, csv_rows, parquet_rows

DEMO_TEXTS = Path(__file__).parents[1] / "packs" / "texts"
_PARQUET_MAGIC = b"PAR1"
_BODY = "text_body"
_TEXT = "text"
_WANTED = {
    "id", _TEXT, _BODY, "title", "category", "nature", "channel", "district", "unit",
    "mood", "outcome_hint", "emergency_class", "enterprise",
}  # fmt: skip
_KNOWN = _WANTED | {
    "source", "city", "category2", "category3", "category4", "unit_std", "unit_raw", "created_at",
    "time_known", "user", "likes", "dislikes", "forwards", "dup_group",
}  # fmt: skip
_TRUE = frozenset({"1", "true", "yes", "是"})


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What one citizen said. Fields without a value in the file are empty."""

    id: str
    text: str
    title: str = ""
    category: str = ""
    nature: str = ""
    channel: str = ""
    district: str = ""
    unit: str = ""
    # Only in the project's own texts: what the writer of the text had in mind.
    mood: str = ""
    outcome_hint: str = ""
    emergency_class: str = ""
    enterprise: bool = False


class BrokenRow(msgspec.Struct, frozen=True):
    """A row that is not used: its number (line of a CSV file, row of a Parquet file) and why."""

    row: int
    zh: str
    en: str


@dataclass(frozen=True)
class Messages(Sequence[Message]):
    """The messages of a file in its order, with what was left out of it and why."""

    found: tuple[Message, ...]
    broken: tuple[BrokenRow, ...] = ()
    encoding: str = "utf-8"
    unknown_columns: tuple[str, ...] = ()

    @overload
    def __getitem__(self, index: int) -> Message: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Message, ...]: ...
    def __getitem__(self, index: int | slice) -> Message | tuple[Message, ...]:
        return self.found[index]

    def __len__(self) -> int:
        return len(self.found)

    def notes(self, lang: str = "en", named: int = 5) -> list[str]:
        """Return what a person should know about the reading, one sentence each; empty if all was well.

        named  how many broken rows are named before the rest is only counted
        """
        return list(_notes(self, lang == "en", named))


def read_messages(path: Path) -> Messages:
    """Return the messages of the file at `path`, Parquet or CSV as its first bytes say.

    `text_body` is used where it has something, else `text`; one of the two columns is required.
    Raises MessagesError with a sentence when the file cannot be used at all.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            magic = file.read(len(_PARQUET_MAGIC))
    except OSError as wrong:
        raise MessagesError(f"{path} cannot be read: {wrong.strerror}. Please check the path.") from wrong
    if not magic:
        raise MessagesError(f"{path.name} is empty. Please check whether it was copied completely.")
    table = parquet_rows(path, _WANTED) if magic == _PARQUET_MAGIC else csv_rows(path)
    _require_text(path, table.columns)
    return _collect(path, table.rows, table.columns, table.encoding)


@cache
def demo_messages() -> Messages:
    """Return the texts that the project ships, all files in the order of their names."""
    read = [read_messages(path) for path in sorted(DEMO_TEXTS.glob("*.csv"))]
    return Messages(
        found=tuple(message for messages in read for message in messages),
        broken=tuple(row for messages in read for row in messages.broken),
    )


def _require_text(path: Path, columns: Iterable[str]) -> None:
    names = list(columns)
    if _TEXT in names or _BODY in names:
        return
    near = get_close_matches(_TEXT, names, n=1)
    hint = f" Is it the column “{near[0]}”?" if near else ""
    raise MessagesError(
        f"{path.name} has no column “{_TEXT}”; its columns are {', '.join(names) or 'none'}.{hint} Nothing was read."
    )


def _collect(path: Path, rows: Iterable[tuple[int, Cells]], columns: Sequence[str], encoding: str) -> Messages:
    found: list[Message] = []
    broken: list[BrokenRow] = []
    for number, cells in rows:
        taken = _message(number, cells) if isinstance(cells, Mapping) else BrokenRow(number, *cells)
        if isinstance(taken, Message):
            found.append(taken)
        else:
            broken.append(taken)
    if not found:
        first = f" Row {broken[0].row}: {broken[0].en}." if broken else " It has a header only."
        raise MessagesError(f"{path.name} has no message that can be used.{first}")
    unknown = tuple(name for name in columns if name not in _KNOWN)
    return Messages(tuple(found), tuple(broken), encoding, unknown)


def _message(number: int, cells: Mapping[str, str]) -> Message | BrokenRow:
    try:
        text = clean_text(cells.get(_BODY, "").strip() or cells.get(_TEXT, ""))
    except TextError as refused:
        return BrokenRow(number, *_WHY[refused.code])
    rest = {name: _tidy(cells.get(name, "")) for name in Message.__struct_fields__ if name not in _READ_APART}
    return Message(
        id=cells.get("id", "").strip() or f"row-{number}",
        text=text,
        enterprise=cells.get("enterprise", "").strip().lower() in _TRUE,
        **rest,
    )


_READ_APART = frozenset({"id", _TEXT, "enterprise"})
_WHY = {
    "empty": ("没有内容", "there is no text"),
    "too_long": ("内容超过100千字节", "the text has more than 100 kB"),
}


def _tidy(cell: str) -> str:
    """Return a short field as one line of printable characters."""
    return " ".join("".join(char if char.isprintable() else " " for char in cell).split())


def _notes(messages: Messages, english: bool, named: int) -> Iterator[str]:
    if messages.encoding != "utf-8":
        yield (
            f"The file was read as {messages.encoding.upper()}."
            if english
            else f"文件按{messages.encoding.upper()}编码读取。"
        )
    if messages.unknown_columns:
        names = ", ".join(messages.unknown_columns)
        yield f"Columns not used: {names}." if english else f"没有用到的列：{names}。"
    if messages.broken:
        count, kept = len(messages.broken), len(messages)
        yield (
            f"{count} rows were left out, {kept} messages are used."
            if english
            else f"有{count}行没有采用，采用了{kept}条。"
        )
        for row in messages.broken[:named]:
            yield f"Row {row.row}: {row.en}." if english else f"第{row.row}行：{row.zh}。"
        if count > named:
            yield f"And {count - named} more rows." if english else f"另外还有{count - named}行。"

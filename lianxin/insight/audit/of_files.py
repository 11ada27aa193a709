"""Are the files of an order or contact those that its entries brought? Pure; the disk is looked at elsewhere."""

from collections.abc import Iterable
from typing import Any

from lianxin.contacts.contact import Attached
from lianxin.insight.audit.evidence import Evidence, Row
from lianxin.insight.audit.tally import Tally

FIELDS = ("hash", "file", "media", "size", "purpose", "shown")


def check_files(evidence: Evidence, entries: Iterable[Any], tally: Tally) -> None:
    """Compare the rows of files with the entries: each is there, is the one, and is erased by an entry only."""
    brought, erased = _said(entries)
    found = {row[1]: row for row in evidence.files}
    for n, file in brought.items():
        row = found.pop(n, None)
        if row is None:
            tally.found("attachment_missing", evidence.chain, f"file {n} is in no list of files")
            continue
        wrong = _wrong(file, row, erased=n in erased)
        if wrong is not None:
            tally.found("attachment_changed", evidence.chain, f"file {n}: {wrong}")
    for n in found:
        tally.found("attachment_changed", evidence.chain, f"file {n} is listed, which no entry brought")


def _said(entries: Iterable[Any]) -> tuple[dict[int, Attached], set[int]]:
    brought: dict[int, Attached] = {}
    erased: set[int] = set()
    for entry in entries:
        if entry.attachment is not None:
            brought[entry.attachment.n] = entry.attachment
        elif entry.kind == "attachment_erased":
            erased.add(int(entry.say.get("attachment", 0)))
    return brought, erased


def _wrong(file: Attached, row: Row, *, erased: bool) -> str | None:
    """Return how a row differs from the entry, None where it does not."""
    for name, stored in zip(FIELDS, row[2:8], strict=True):
        if getattr(file, name) != stored:
            return f"its {name} is {stored!r}, the entry has {getattr(file, name)!r}"
    if (row[8] is not None) != erased:
        return "it is kept, and an entry says that it was erased" if erased else "it was erased, and no entry says so"
    return None

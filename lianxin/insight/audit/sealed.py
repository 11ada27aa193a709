"""Do the checkpoints hold: signatures, their own chain, their roots, and the file outside the database? Pure."""

from collections.abc import Iterable, Iterator

import msgspec

from lianxin.ground.ledger import merkle
from lianxin.ground.ledger.checkpoint import BadLine, Checkpoint, follow, read_line
from lianxin.insight.audit.evidence import Row
from lianxin.insight.audit.tally import Tally
from lianxin.insight.audit.violation import Violation, when


class _Numbered(msgspec.Struct):
    id: int


class Published:
    """The lines of the file, compared one by one with those of the database.

    must_have  the last checkpoint that the file had before the database was looked at; what came later may be missing
    """

    def __init__(self, lines: Iterable[str], must_have: int) -> None:
        self._lines = iter(lines)
        self._must_have = must_have
        self._waiting: str | None = next(self._lines, None)

    def compare(self, number: int, line: str, tally: Tally) -> None:
        """Compare one line of the database; a file that simply ends earlier is an older copy."""
        self._absent(number, tally)
        waiting = self._waiting
        if waiting is None:
            return
        if _id_of(waiting) == number:
            self._waiting = next(self._lines, None)
            if waiting != line:
                _found(tally, "checkpoint_broken", f"checkpoint {number} is not the one in the file")
        else:
            _found(tally, "checkpoint_missing", f"checkpoint {number} is in the database and not in the file")

    def end(self, tally: Tally) -> None:
        """Name the checkpoints of the file that the database should have and has not."""
        self._absent(self._must_have + 1, tally)

    def _absent(self, before: int, tally: Tally) -> None:
        """Pass over the file's checkpoints before a number: the database does not have them."""
        first = last = 0
        while self._waiting is not None:
            number = _id_of(self._waiting)
            if number >= before:
                break
            if number > 0:
                first, last = first or number, number
            else:
                _found(tally, "checkpoint_broken", "a line of the file is no checkpoint")
            self._waiting = next(self._lines, None)
        if first:
            which = f"checkpoint {first} is" if first == last else f"checkpoints {first} to {last} are"
            _found(tally, "checkpoint_missing", f"{which} in the file and not in the database")


def _found(tally: Tally, kind: str, detail: str) -> None:
    tally.violations.append(Violation(kind, None, detail))


def _id_of(line: str) -> int:
    try:
        return msgspec.json.decode(line, type=_Numbered).id
    except msgspec.DecodeError:
        return 0


def check_lines(
    stored: Iterable[Row], key: str | None, published: Published | None, tally: Tally
) -> Iterator[Checkpoint]:
    """Yield each checkpoint of the database whose signature holds; note what is wrong with the others.

    stored  (number, at, line) in order;  key  the house's public key, where it is known
    """
    before: str | None = None
    last = 0
    for number, at, line in stored:
        if published is not None:
            published.compare(number, line, tally)
        if number != last + 1:
            which = f"checkpoint {last + 1} is" if number == last + 2 else f"checkpoints {last + 1} to {number - 1} are"
            _found(tally, "checkpoint_missing", f"{which} missing in the database")
            before = None
        checkpoint = _read(number, at, line, before, first=last == 0, tally=tally)
        before, last = None if checkpoint is None else line, number
        if checkpoint is None:
            continue
        if key is not None and checkpoint.key != key:
            _found(tally, "checkpoint_broken", f"checkpoint {number} is signed with a key that is not this house's")
        yield checkpoint
    if published is not None:
        published.end(tally)


def _read(number: int, at: int, line: str, before: str | None, *, first: bool, tally: Tally) -> Checkpoint | None:
    try:
        checkpoint = follow(line, before) if first or before is not None else read_line(line)
    except BadLine as wrong:
        _found(tally, "checkpoint_broken", f"checkpoint {number}: {wrong}")
        return None
    if (checkpoint.id, checkpoint.instant) != (number, at):
        _found(tally, "checkpoint_broken", f"checkpoint {number} of {when(at)} holds the line of another one")
    return checkpoint


def check_roots(expected: Iterable[tuple[int, str, int]], leaves: Iterable[Row], tally: Tally) -> None:
    """Compare roots (number, root, count of leaves) with the stored leaves (number, data), both in order."""
    rows = iter(leaves)
    row = next(rows, None)
    for number, root, count in expected:
        data: list[bytes] = []
        while row is not None and row[0] <= number:
            if row[0] == number:
                data.append(row[1])
            row = next(rows, None)
        if len(data) != count or merkle.root(data).hex() != root:
            detail = f"checkpoint {number} sealed {count} heads under another root than its {len(data)} leaves make"
            _found(tally, "checkpoint_broken", detail)


def check_totals(last: Checkpoint | None, tally: Tally) -> None:
    """Compare what the last checkpoint says was ever begun with what the leaves cover."""
    sealed = (tally.sealed_chains, tally.sealed_entries)
    said = (0, 0) if last is None else (last.chains, last.entries)
    if sealed != said:
        detail = (
            f"the last checkpoint counts {said[0]} chains with {said[1]} entries, "
            f"the leaves have {sealed[0]} with {sealed[1]}"
        )
        _found(tally, "checkpoint_broken", detail)

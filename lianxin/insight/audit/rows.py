"""Do the tables say what the entries say? Rows that follow from the entries, against rows that are stored. Pure."""

from collections.abc import Iterable, Sequence

import msgspec

from lianxin.custody import Move
from lianxin.ground.clock import Instant
from lianxin.insight.audit.evidence import RETRY_MS, Evidence, Row
from lianxin.insight.audit.tally import Tally
from lianxin.insight.audit.violation import when
from lianxin.orders.project import InstructionRow
from lianxin.promises import PromiseRow

Interval = tuple[int, int, int, str, Instant, Instant | None]
"""subject, part, n, holder, since, until: a row of `custody`."""


def intervals(moves: Iterable[Move]) -> list[Interval]:
    """Return the intervals that moves make, by part and number, as `custody_write` keeps them."""
    found: dict[tuple[int, int], Interval] = {}
    running: dict[int, Interval] = {}
    for move in moves:
        before = running.pop(move.part, None)
        if before is not None:
            found[move.part, before[2]] = (*before[:5], move.at)
        if move.holder is not None:
            now = (move.subject, move.part, move.n, move.holder, move.at, None)
            found[move.part, move.n] = running[move.part] = now
    return [found[key] for key in sorted(found)]


def last_words(rows: Iterable[PromiseRow]) -> list[Row]:
    """Return each promise as it stands after all its rows, by id."""
    found = {row.id: row for row in rows}
    return [msgspec.structs.astuple(found[key]) for key in sorted(found)]


def check_custody(evidence: Evidence, expected: Sequence[Interval], tally: Tally) -> None:
    """Compare the stored intervals of custody with those the entries make, and name what is between them."""
    stored = evidence.custody
    if len(stored) == len(expected) and all(a == b for a, b in zip(stored, expected, strict=True)):
        return
    for kind, detail in custody_faults(expected, stored):
        tally.found(kind, evidence.chain, detail)


def custody_faults(expected: Sequence[Interval], stored: Sequence[Row]) -> list[tuple[str, str]]:
    """Return (kind, detail) of each difference: a time nobody held, a time two held, another holder."""
    faults: list[tuple[str, str]] = []
    found = {(row[1], row[2]): row for row in stored}
    for _, part, n, holder, since, until in expected:
        row = found.pop((part, n), None)
        what = f"interval {n} of {'the order' if part == 0 else f'part {part}'}"
        if row is None:
            faults.append(("custody_gap", f"{what} is missing: {holder} held from {when(since)}"))
        elif row[3] != holder:
            faults.append(("projection_differs", f"{what} is stored for {row[3]}, the entries gave it to {holder}"))
        elif row[4] > since or (row[5] is not None and (until is None or row[5] < until)):
            faults.append(("custody_gap", f"{what} is stored shorter than it was: {_span(row[4], row[5])}"))
        elif (row[4], row[5]) != (since, until):
            faults.append(("custody_overlap", f"{what} is stored longer than it was: {_span(row[4], row[5])}"))
    for row in found.values():
        faults.append(("custody_overlap", f"{row[3]} is stored as holder {_span(row[4], row[5])}, which no entry says"))
    return faults


def _span(since: Instant, until: Instant | None) -> str:
    return f"{when(since)} to {'now' if until is None else when(until)}"


def check_promises(evidence: Evidence, expected: Sequence[Row], tally: Tally) -> None:
    """Compare the stored promises with those the entries made."""
    stored = evidence.promises
    if len(stored) == len(expected) and all(a == b for a, b in zip(stored, expected, strict=True)):
        return
    found = {row[1]: row for row in stored}
    for row in expected:
        other = found.pop(row[1], None)
        if other is None:
            tally.found(
                "promise_missing", evidence.chain, f"promise {row[1]} ({row[2]}) is not in the list of promises"
            )
        elif tuple(other) != row:
            tally.found("projection_differs", evidence.chain, f"promise {row[1]}: {differing(PROMISE, row, other)}")
    for key in found:
        tally.found("projection_differs", evidence.chain, f"promise {key} is stored, which no entry made")


def check_instructions(evidence: Evidence, rows: Iterable[InstructionRow], tally: Tally) -> None:
    """Compare the stored instructions of leaders, and their answers, with those of the entries."""
    expected = {row.n: msgspec.structs.astuple(row) for row in rows}
    found = {row[1]: tuple(row) for row in evidence.instructions}
    for n in sorted(expected.keys() | found.keys()):
        if n not in found:
            tally.found("instruction_unanswered", evidence.chain, f"instruction {n} is not in the list of instructions")
        elif n not in expected:
            tally.found("projection_differs", evidence.chain, f"instruction {n} is stored, which no entry wrote")
        elif expected[n] != found[n]:
            detail = differing(INSTRUCTION, expected[n], found[n])
            tally.found("projection_differs", evidence.chain, f"instruction {n}: {detail}")


INSTRUCTION = tuple(field.name for field in msgspec.structs.fields(InstructionRow))
PROMISE = tuple(field.name for field in msgspec.structs.fields(PromiseRow))


def differing(names: Sequence[str], expected: Sequence[object], stored: Sequence[object]) -> str:
    """Return `state is dispatched, stored completed; …` for every column that differs."""
    columns = zip(names, expected, stored, strict=True)
    return "; ".join(f"{name} is {a}, stored {b}" for name, a, b in columns if a != b)


def check_timer(evidence: Evidence, due: Instant | None, tally: Tally) -> None:
    """Compare the one next date of a subject with the one its entries give; a failed one may be put off a while."""
    timer = evidence.timer
    if due is None and timer is not None:
        tally.found("projection_differs", evidence.chain, f"it has no next date, and {when(timer[0])} is on the list")
    elif due is not None and (timer is None or not _in_time(due, *timer)):
        stored = "is not on the list of timers" if timer is None else f"stands there as {when(timer[0])}"
        tally.found("due_missing", evidence.chain, f"its next date, {when(due)}, {stored}")


def _in_time(due: Instant, stored: Instant, attempts: int) -> bool:
    return stored == due or (attempts > 0 and due < stored <= due + RETRY_MS * attempts)

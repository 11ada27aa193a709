"""The audit of a database: one snapshot, read range by range by as many processes as there are cores.

Memory stays flat: a range holds some ten thousand entries, and only counts and
violations come back from it.
"""

import gc
import os
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from multiprocessing import get_context
from pathlib import Path
from threading import active_count
from typing import Any, Final

from lianxin.ground.ledger import checkpoint_file
from lianxin.ground.ledger.checkpoint import Checkpoint
from lianxin.insight.audit.across import answer_asks, drop_senseless, parents_of
from lianxin.insight.audit.chain import check_chain
from lianxin.insight.audit.evidence import Asks, House, Row, grace_at
from lianxin.insight.audit.holding import calendar_end
from lianxin.insight.audit.looks import Expired, Stretch, check_looks, check_sweeps, check_tail, stretch_of
from lianxin.insight.audit.on_disk import check_disk
from lianxin.insight.audit.reading import Reader
from lianxin.insight.audit.report import Report, report_of
from lianxin.insight.audit.sealed import Published, check_lines, check_roots, check_totals
from lianxin.insight.audit.tally import Tally
from lianxin.insight.audit.violation import Violation

ENTRIES_A_RANGE: Final = 5_000
LEAVES_A_TASK: Final = 20_000
ALONE_BELOW: Final = 30_000
"""Entries below which further processes cost more than they save."""
_LOWEST, _HIGHEST = -(2**63), 2**63 - 1

Task = tuple[Callable[..., Tally], tuple[Any, ...]]


class NoSuchCheckpoint(Exception):
    """`--since` names a checkpoint that was never made."""


def audit_database(
    url: str,
    *,
    checkpoints: Path | None = None,
    key: str | None = None,
    since: int | None = None,
    units: frozenset[str] | None = None,
    workers: int | None = None,
    home: Path | None = None,
) -> Report:
    """Return what the audit finds in a database, as it stands at this moment.

    url          entered as the application; nothing is written
    checkpoints  the published file; None: nothing outside the database is compared
    key          the house's public key as hex, where it is known
    since        checkpoint: entries of chains that did not change after it are not read again
    units        ids of the city's units, where they are known
    home         the house's folder; the files of orders in it are read and hashed, None: the disk is not looked at
    workers      processes; as many as there are cores unless given
    Raises OSError for a file that cannot be read, NoSuchCheckpoint, and asyncpg's errors.
    """
    must_have = 0 if checkpoints is None else _last_published(checkpoints)
    with Reader(url) as reader:
        if since is not None and not any(row[0] == since for row in reader.rows("checkpoints_from", since - 1, 1)):
            raise NoSuchCheckpoint(f"There is no checkpoint {since} in this database.")
        staff = {row[0]: row[1] for row in reader.rows("all_staff")}
        now, grace = int(reader.value("latest_entry") or 0), grace_at(reader.value("speed"))
        house = House(now, staff or None, units, calendar_end(), grace, home)
        published = None if checkpoints is None else Published(checkpoint_file.lines_of(checkpoints), must_have)
        tally = Tally()
        seen = _Seen(check_sweeps((row[0] for row in reader.rows("sweeps")), key, tally))
        lines = check_lines(_lines(reader), key, published, tally)
        tasks = _tasks(reader, since, lines, seen)
        many = _workers(reader, workers)
        if many == 1:
            for task, arguments in tasks:
                tally.add(task(*arguments, at=(reader, house)))
        else:
            _shared(url, reader.export(), house, tasks, many, tally)
        check_totals(seen.last, tally)
        sealed = 0 if seen.last is None else seen.last.looks
        (beyond,) = reader.rows("looks_beyond", sealed)
        check_tail(sealed, beyond, reader.value("looks_counted"), tally)
        stray = reader.value("leaf_of_nothing")
        if stray is not None:
            detail = f"leaves say that they belong to checkpoint {stray}, which is not there"
            tally.violations.append(Violation("checkpoint_broken", None, detail))
        _balance(reader, tally)
    return report_of(tally, seen.count, anchored=checkpoints is not None)


def _last_published(path: Path) -> int:
    """Return the number of the last checkpoint in a file. Raises OSError for a file that is not there."""
    with path.open("rb"):
        return checkpoint_file.last_id(path)


class _Seen:
    """The checkpoints that went by; `expired`: which looks were erased by rule."""

    def __init__(self, expired: Expired) -> None:
        self.expired = expired
        self.count = 0
        self.last: Checkpoint | None = None


def _lines(reader: Reader) -> Iterator[Row]:
    number = 0
    while rows := reader.rows("checkpoints_from", number, 5_000):
        yield from rows
        number = rows[-1][0]


def _tasks(reader: Reader, since: int | None, lines: Iterator[Checkpoint], seen: _Seen) -> Iterator[Task]:
    """Yield all work: ranges of chains, then groups of checkpoints whose roots are to be made again."""
    low = _LOWEST
    while (boundary := reader.value("chain_after", low, ENTRIES_A_RANGE)) is not None:
        high = max(boundary, low + 1)
        yield _check_range, (low, high, since)
        low = high
    yield _check_range, (low, _HIGHEST, since)
    group: list[tuple[int, str, int]] = []
    leaves = 0
    stretches: list[Stretch] = []
    looks = 0
    for checkpoint in lines:
        stretch = stretch_of(checkpoint, seen.last)
        seen.count, seen.last = seen.count + 1, checkpoint
        if stretch is not None:
            stretches.append(stretch)
            looks += stretch.last - stretch.first + 1
            if looks >= LEAVES_A_TASK:
                yield _check_looks, (stretches, seen.expired)
                stretches, looks = [], 0
        group.append((checkpoint.id, checkpoint.root, checkpoint.leaves))
        leaves += checkpoint.leaves
        if leaves >= LEAVES_A_TASK:
            yield _check_roots, (group,)
            group, leaves = [], 0
    if group:
        yield _check_roots, (group,)
    if stretches:
        yield _check_looks, (stretches, seen.expired)


def _workers(reader: Reader, wanted: int | None) -> int:
    if wanted is not None:
        return max(1, wanted)
    many = reader.value("chain_after", _LOWEST, ALONE_BELOW) is not None
    return len(os.sched_getaffinity(0)) if many else 1


At = tuple[Reader, House]
_at: At | None = None
"""Where a further process reads, and what it knows of the house."""


def _begin(url: str, snapshot: str, house: House) -> None:
    global _at
    # What a range makes is gone with it; looking for circles in between took a tenth of the time.
    gc.freeze()
    gc.set_threshold(50_000)
    _at = Reader(url, snapshot), house


def _check_range(low: int, high: int, since: int | None, at: At | None = None) -> Tally:
    """Check every chain in [low, high)."""
    reader, house = at or _at_hand()
    tally, asks = Tally(), Asks()
    for evidence in reader.evidence(low, high, since):
        check_chain(evidence, house, tally, asks)
        if house.home is not None and evidence.files and evidence.entries is not None:
            check_disk(evidence, house.home, tally)
    drop_senseless(asks, tally)
    asked = {order_id for _, order_id in asks.orders} | {contact_id for _, contact_id in asks.contacts}
    exists = frozenset(row[0] for row in reader.rows("known_chains", list(asked)))
    answer_asks(asks, exists, parents_of(asks, reader.roots), tally)
    for order_id, n, seq in reader.rows("contradicted_receipts", low, high):
        tally.found(
            "receipt_contradicted", order_id, f"receipt {n} was given for entry {seq} as it does not stand there"
        )
    return tally


def _check_roots(group: list[tuple[int, str, int]], at: At | None = None) -> Tally:
    """Make the roots of some checkpoints again from their leaves."""
    reader, _ = at or _at_hand()
    tally = Tally()
    check_roots(group, reader.rows("leaves_of", group[0][0], group[-1][0]), tally)
    return tally


def _check_looks(stretches: list[Stretch], expired: Expired, at: At | None = None) -> Tally:
    """Compare the looks of some checkpoints with what they sealed."""
    reader, _ = at or _at_hand()
    tally = Tally()
    check_looks(stretches, reader.rows("looks_between", stretches[0].first, stretches[-1].last), expired, tally)
    return tally


def _at_hand() -> At:
    assert _at is not None, "this process has not begun to read"
    return _at


def _shared(url: str, snapshot: str, house: House, tasks: Iterator[Task], many: int, tally: Tally) -> None:
    """Let several processes do the tasks; at most a few are under way at once."""
    # A fork of a process with threads may inherit a lock nobody will open.
    context = get_context("fork" if active_count() == 1 else "spawn")
    with ProcessPoolExecutor(many, context, initializer=_begin, initargs=(url, snapshot, house)) as pool:
        under_way: set[Future[Tally]] = set()
        for task, arguments in tasks:
            under_way.add(pool.submit(task, *arguments))
            if len(under_way) > 2 * many:
                done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
                for future in done:
                    tally.add(future.result())
        for future in under_way:
            tally.add(future.result())


def _balance(reader: Reader, tally: Tally) -> None:
    """Compare the books of the lists, by holder and by day, with those of the entries."""
    wrong: list[str] = []
    if tally.opened - tally.closed != tally.open or sum(tally.holders.values()) != tally.open:
        wrong.append(f"{tally.opened} opened less {tally.closed} closed are not the {tally.open} that somebody holds")
    listed = reader.value("listed_open")
    if listed != tally.open:
        wrong.append(f"the lists call {listed} orders open, the entries {tally.open}")
    held = {row[0]: (row[1], row[2]) for row in reader.rows("held_books")}
    for holder in sorted(set(held) | set(tally.holders) | set(tally.parts)):
        stored, made = held.get(holder, (0, 0)), (tally.holders.get(holder, 0), tally.parts.get(holder, 0))
        if stored != made:
            wrong.append(
                f"{holder} holds {made[0]} orders and {made[1]} parts; custody books {stored[0]} and {stored[1]}"
            )
    days = {row[0]: (row[1], row[2]) for row in reader.rows("event_books")}
    for day in sorted(set(days) | set(tally.opened_on) | set(tally.closed_on)):
        stored, made = days.get(day, (0, 0)), (tally.opened_on.get(day, 0), tally.closed_on.get(day, 0))
        if stored != made:
            wrong.append(f"day {day}: {made[0]} opened, {made[1]} closed; the books say {stored[0]} and {stored[1]}")
    tally.violations += [Violation("books_unbalanced", None, detail) for detail in wrong]

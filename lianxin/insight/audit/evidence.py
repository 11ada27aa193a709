"""What does the audit look at? One chain with everything the house keeps about it, from whatever store.

Rows are tuples in the column order of their tables; instants are whole milliseconds,
and a stored time that has a fraction of one is a float, so it equals nothing.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from lianxin.ground.clock import MINUTE_MS, Instant

GRACE_MS = 10 * MINUTE_MS
"""How long after a date the worker may still be on its way to it."""
MACHINE_GRACE_MS = MINUTE_MS
"""The same in the machine's own time: where a demo's time runs 200 times as fast, 10 minutes are gone in 3 seconds."""
RETRY_MS = 24 * 60 * MINUTE_MS
"""How far a timer whose command failed may be put off."""
UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError)
"""What is raised by bytes that this house did not write."""

Row = Any
"""A tuple, or a record that compares like one."""


class Stands(NamedTuple):
    """A row of `chains`."""

    seq: int
    head: bytes
    sealed_seq: int
    snapshot: bytes


class Leaves(NamedTuple):
    """What all checkpoints say of one chain.

    seq        up to which entry it is sealed
    contradicted  the first sealed place whose hash in `entries` is another; missing: the first without an entry
    """

    seq: int
    contradicted: int | None = None
    missing: int | None = None


NOT_SEALED = Leaves(0)


class Evidence:
    """One chain: its entries in order, and what the tables say of it.

    entries  (chain, seq, at, kind, actor, command, hash, body); None: not read, the snapshot is taken at its word
    row      its row in `orders`, `contacts` or `staff`
    custody  (subject, part, n, holder, since, until);  events (order, seq, at, what)
    promises (subject, id, kind, to, made, due, next, state, settled)
    instructions (order, n, by, at, due, text_n, answered, answered_by, answer_n)
    files    (subject, n, hash, file, media, size, purpose, shown, erased)
    tasks    of a knowledge item, as its table has them
    timer    (due, attempts);  texts (order, n, title, text, salt), of a pack (chain, ref, body)
    """

    __slots__ = (
        "chain",
        "custody",
        "entries",
        "events",
        "files",
        "instructions",
        "leaves",
        "promises",
        "row",
        "stands",
        "tasks",
        "texts",
        "timer",
    )

    def __init__(self, chain: int, entries: Sequence[Row] | None = ()) -> None:
        self.chain = chain
        self.entries = entries
        self.stands: Stands | None = None
        self.row: Row | None = None
        self.custody: Sequence[Row] = ()
        self.promises: Sequence[Row] = ()
        self.events: Sequence[Row] = ()
        self.instructions: Sequence[Row] = ()
        self.files: Sequence[Row] = ()
        self.tasks: Sequence[Row] = ()
        self.timer: tuple[Instant, int] | None = None
        self.texts: Sequence[Row] = ()
        self.leaves = NOT_SEALED


class House(NamedTuple):
    """What holds for all chains.

    now    the time of the latest entry: the audit never looks at a clock
    staff  work number -> active; None: nobody is registered, so nobody can have left
    units  ids of the city's units and outside systems; None: not known here
    home   the house's folder with the files of orders; None: the disk is not looked at
    grace  how long after its date something may still be undone
    calendar_until  where the known working calendar ends: CAL_MISSING is open for what reaches beyond; None: not asked
    """

    now: Instant
    staff: dict[str, bool] | None = None
    units: frozenset[str] | None = None
    calendar_until: Instant | None = None
    grace: Instant = GRACE_MS
    home: Path | None = None


def grace_at(speed: float | None) -> Instant:
    """Return the grace where time runs that many times as fast as the machine's; None: as fast."""
    return max(GRACE_MS, int(MACHINE_GRACE_MS * (speed or 0.0)))


class Asks:
    """What one chain claims about others; answered when their range is at hand.

    orders    (chain that claims, order id)     contacts  (chain that claims, contact id)
    answers   (merged order, contact whose citizen is owed, order it was merged into)
    """

    __slots__ = ("answers", "contacts", "orders")

    def __init__(self) -> None:
        self.orders: list[tuple[int, int]] = []
        self.contacts: list[tuple[int, int]] = []
        self.answers: list[tuple[int, int, int]] = []

"""What does the page of one order say? Values, put together from what was read. Pure.

The order is what its chain makes it: the entries are verified, decoded and replayed,
and the page shows the result of that, not a row that somebody might have changed.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

from lianxin.deadlines import UNRESOLVED, Step
from lianxin.ground.clock import DAY_MS, Instant, local_date
from lianxin.ground.ledger import GENESIS, link
from lianxin.ground.web import Language
from lianxin.orders.course import CourseStep, course_of
from lianxin.orders.dates import explained, recounted
from lianxin.orders.evolve import replay
from lianxin.orders.order import Order, OrderEntry, Promise, UnitClock
from lianxin.orders.strip import Day, strip_of
from lianxin.rules import Rules

DueState = Literal["running", "last", "over", "kept", "paused", "open"]


class StoredEntry(msgspec.Struct, frozen=True, gc=False):
    """An entry as it lies in the ledger."""

    seq: int
    hash: bytes
    body: bytes


class Text(msgspec.Struct, frozen=True):
    """What was written: the citizen's words (n = 1) and what was added."""

    n: int
    at: Instant
    title: str
    text: str


class PromiseLine(msgspec.Struct, frozen=True):
    """A promise with its end; state: open, kept, broken, moved."""

    id: int
    kind: str
    to: int
    made: Instant
    due: Instant | None
    state: str
    settled: Instant | None


class Undelivered(msgspec.Struct, frozen=True):
    """A message to the citizen that reached nobody.

    what   its template
    state  returned (it came back), dead (given up), dropped (no number or address is known)
    """

    what: str
    state: str
    at: Instant


class Joined(msgspec.Struct, frozen=True):
    """Another order that is the same matter."""

    number: str
    title: str


class Chain(msgspec.Struct, frozen=True):
    """The chain of the order, checked while the page was made.

    intact      every hash follows from the one before and the bytes kept
    head        hash of the last entry, as hex
    sealed      entries that the last checkpoint covers
    checkpoint, sealed_at  that checkpoint; None before the first
    """

    entries: int
    intact: bool
    head: str
    sealed: int = 0
    checkpoint: int | None = None
    sealed_at: Instant | None = None


class Found(msgspec.Struct, frozen=True):
    """What the database has about one order."""

    order_id: int
    number: str
    entries: tuple[StoredEntry, ...]
    texts: tuple[Text, ...] = ()
    promises: tuple[PromiseLine, ...] = ()
    undelivered: tuple[Undelivered, ...] = ()
    parent: Joined | None = None
    joined: tuple[Joined, ...] = ()
    channel: str = ""
    sealed: int = 0
    checkpoint: int | None = None
    sealed_at: Instant | None = None

    @property
    def first(self) -> Text | None:
        """What the citizen wrote or said; None where nothing was written down."""
        return next((text for text in self.texts if text.n == 1), None)


class Deadline(msgspec.Struct, frozen=True):
    """Until when the unit must act, and why then."""

    due: Instant | None
    state: DueState
    strip: tuple[Day, ...]
    steps: tuple[Step, ...]


class Sheet(msgspec.Struct, frozen=True):
    """The page of an order at the instant `now`.

    next_promise  the open promise that falls due first
    waited_days   the how-manieth day it is for the citizen, from 1
    """

    now: Instant
    order: Order
    title: str
    words: Text | None
    additions: dict[int, Text]
    deadline: Deadline | None
    promises: tuple[PromiseLine, ...]
    undelivered: tuple[Undelivered, ...]
    next_promise: Promise | None
    waited_days: int
    course: tuple[CourseStep, ...]
    chain: Chain
    parent: Joined | None
    joined: tuple[Joined, ...]
    channel: str
    demo: bool = False


_entry_decoder = msgspec.json.Decoder(OrderEntry)


def sheet_of(found: Found, rules: Rules, now: Instant, language: Language, demo: bool = False) -> Sheet:
    """Return the page of an order from what was found of it."""
    entries = [_entry_decoder.decode(entry.body) for entry in found.entries]
    order = replay(Order(id=found.order_id, number=found.number), entries)
    additions = {text.n: text for text in found.texts if text.n > 1}
    return Sheet(
        now=now,
        order=order,
        title=title_of(found),
        words=found.first,
        additions=additions,
        deadline=_deadline(order, rules, now, language),
        promises=found.promises,
        undelivered=found.undelivered,
        next_promise=min(order.promises.values(), key=lambda one: (one.next, one.id), default=None),
        waited_days=(local_date(_citizen_end(order, now)) - local_date(order.citizen_since)).days + 1,
        course=course_of(order, entries),
        chain=_chain(found),
        parent=found.parent,
        joined=found.joined,
        channel=found.channel,
        demo=demo,
    )


def title_of(found: Found) -> str:
    """Return the title, or the beginning of the words where none was given, as the lists do; else the number."""
    text = found.first
    return (text and (text.title or text.text[:30])) or found.number


def due_state(due: Instant | None, now: Instant, yellow: Instant | None = None) -> DueState:
    """Return how a date stands: unknown, overdue, in its last working day (or last day), running."""
    if due is None or due == UNRESOLVED:
        return "open"
    if now >= due:
        return "over"
    last = yellow if yellow is not None and yellow != UNRESOLVED else due - DAY_MS
    return "last" if now >= last else "running"


def _citizen_end(order: Order, now: Instant) -> Instant:
    return now if order.closed_at is None else order.closed_at


def _deadline(order: Order, rules: Rules, now: Instant, language: Language) -> Deadline | None:
    clock = order.clock
    if clock is None or order.closed_at is not None:
        return None
    paused = clock.paused is not None
    if clock.paused is not None and order.resume_at is not None:
        # Until it goes on the page says until when it would run then, as the citizen's promise does.
        pauses = (*clock.pauses, (clock.paused, order.resume_at))
        clock = recounted(rules, msgspec.structs.replace(clock, paused=None, pauses=pauses))
    steps = explained(rules, clock, language)
    due = None if clock.due == UNRESOLVED else clock.due
    state = "paused" if paused else due_state(due, now, clock.yellow)
    return Deadline(due, state, _strip(clock, rules, now, language), tuple(steps))


def _strip(clock: UnitClock, rules: Rules, now: Instant, language: Language) -> tuple[Day, ...]:
    unit = rules.clock(clock.rule).unit
    if clock.due == UNRESOLVED or unit not in ("WD", "d"):
        return ()
    return strip_of(
        clock.start, clock.due, now, rules.calendar, working=unit == "WD", pauses=clock.pauses, lang=language
    )


def _chain(found: Found) -> Chain:
    return Chain(
        entries=len(found.entries),
        intact=_intact(found.entries),
        head=found.entries[-1].hash.hex() if found.entries else "",
        sealed=found.sealed,
        checkpoint=found.checkpoint,
        sealed_at=found.sealed_at,
    )


def _intact(entries: Sequence[StoredEntry]) -> bool:
    before = GENESIS
    for place, entry in enumerate(entries, 1):
        if entry.seq != place or entry.hash != link(before, entry.body):
            return False
        before = entry.hash
    return True

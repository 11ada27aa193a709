"""Which entries does an order have that another system kept until now?

An order of the past (历史工单) is brought in with the course that system recorded, as a chain
like any other. Nothing is invented: each entry stands for a date in the record, its actor is
the old system (`outside:<source>`) or the unit, and the first says where it comes from and
when it was brought in. What nobody did in this house gets a kind of its own (`imported`,
`result_imported`), so no agent, reviewer or caller is counted for it.

A closed order of more than thirty days has six entries (imported, dispatched, signed,
replied, result, archived), two custodies (the dispatch tray, the unit) and one promise.
There is no contact: the old system's callers are not calls to this house. Pure.
"""

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from lianxin.ground.clock import Instant, iso
from lianxin.ground.text import clean_text
from lianxin.orders.dates import ARCHIVE_AFTER_MS, desk_due, handle_rule, next_card, start_clock
from lianxin.orders.order import DISPATCH_TRAY, Offer, Order, OrderEntry
from lianxin.orders.project import Rows, step
from lianxin.orders.texts import text_hash
from lianxin.promises import promise_due
from lianxin.rules import Rules

KINDS = ("inquiry", "help", "complaint", "report", "suggestion", "praise")
URGENCIES = ("normal", "urgent", "utilities", "life_danger")
RESULTS = ("solved", "unknown", "no_contact", "not_solved_lawful", "not_accepted", "withdrawn")
SOLVED = ("solved", "partly", "promised_later", "not_solved", "cannot_say")
SATISFIED = ("very", "yes", "basic", "no", "very_no", "no_comment")


class Past(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An order as the old system has it; instants in milliseconds, None: did not happen.

    old_number  what the citizen was told then; known to the search for old numbers
    due         until when the unit had to answer; None: by the rules of today
    evidence    what the closing rests on (a recording, a letter); its own number where nothing is named
    """

    old_number: str
    received: Instant
    kind: str
    category: str
    region: str
    text: str
    title: str = ""
    urgency: str = "normal"
    unit: str | None = None
    dispatched: Instant | None = None
    signed: Instant | None = None
    due: Instant | None = None
    replied: Instant | None = None
    answer: str = ""
    closed: Instant | None = None
    result: str = "solved"
    solved: str | None = None
    satisfied: str | None = None
    evidence: str = ""


class BadPast(ValueError):
    """This record cannot have happened so; the text says what is wrong with it."""


class Kept(NamedTuple):
    """A text that goes beside the order: number, when, title, text, salt."""

    n: int
    at: Instant
    title: str
    text: str
    salt: bytes


class Brought(NamedTuple):
    """An order as it is brought in: its entries, the value they make, the rows and texts that follow."""

    order: Order
    entries: list[OrderEntry]
    rows: Rows
    texts: list[Kept]


class Import(NamedTuple):
    """What is the same for all orders of one import.

    source   the old system's id, as in `outside:<source>`
    tracker  who of the house follows the open ones, `staff:…`
    salt     gives 16 fresh random bytes
    """

    source: str
    command: UUID
    now: Instant
    rules: Rules
    tracker: str | None
    salt: Callable[[], bytes]


def check(past: Past, now: Instant) -> Past:
    """Return the record with its texts as they are stored. Raises BadPast, or TextError for a text that is none."""
    known = (
        ("kind", past.kind, KINDS),
        ("urgency", past.urgency, URGENCIES),
        ("result", past.result, RESULTS),
        ("solved", past.solved or SOLVED[0], SOLVED),
        ("satisfied", past.satisfied or SATISFIED[0], SATISFIED),
    )
    for name, value, allowed in known:
        if value not in allowed:
            raise BadPast(f"{name} is {value!r}, not one of {', '.join(allowed)}")
    if not past.old_number:
        raise BadPast("old_number is empty")
    _check_course(past, now)
    return msgspec.structs.replace(past, text=clean_text(past.text), answer=past.answer and clean_text(past.answer))


def _check_course(past: Past, now: Instant) -> None:
    course = ("received", "dispatched", "signed", "replied", "closed")
    before, before_name, gap = past.received, "received", ""
    for name in course[1:]:
        at: Instant | None = getattr(past, name)
        if at is None:
            gap = gap or name
            continue
        if gap:
            raise BadPast(f"it was {name}, but {gap} has no date")
        if at < before:
            raise BadPast(f"it was {name} before it was {before_name}")
        before, before_name = at, name
    if before > now:
        raise BadPast(f"it was {before_name} in the future")
    if past.dispatched is not None and not past.unit:
        raise BadPast("it was dispatched, but no unit is named")


def bring(past: Past, number: str, order_id: int, about: Import) -> Brought:
    """Return the chain of a checked record under the number it gets here."""
    pen = _Pen(Order(id=order_id, number=number), about)
    due = _due(past, about.rules)
    _imported(pen, past, due)
    if past.dispatched is not None:
        _dispatched(pen, past, past.dispatched, due)
    if past.signed is not None:
        pen.write(
            "signed", past.signed, f"unit:{past.unit}", state="in_progress", holder=f"unit:{past.unit}", no_offer=True
        )
    if past.replied is not None:
        _replied(pen, past, past.replied, due)
    if past.closed is not None:
        _closed(pen, past, past.closed)
        archived = past.closed + ARCHIVE_AFTER_MS
        if archived <= about.now:
            pen.write("archived", archived, "system", state="archived", fields={"archived_at": archived})
    return Brought(pen.order, pen.entries, pen.rows, pen.texts)


class _Pen:
    """Writes an imported chain: each entry at the instant the old record gives it."""

    __slots__ = ("about", "entries", "order", "rows", "texts")

    def __init__(self, order: Order, about: Import) -> None:
        self.order = order
        self.about = about
        self.entries: list[OrderEntry] = []
        self.rows = Rows([], [], [], [])
        self.texts: list[Kept] = []

    def write(self, kind: str, at: Instant, actor: str, **effects: Any) -> None:
        order = self.order
        if effects.get("holder") is not None and order.holder is not None:
            effects["giver"] = order.holder
        entry = OrderEntry(
            chain=order.id, seq=order.seq + 1, at=at, kind=kind, actor=actor, command=self.about.command, **effects
        )
        self.entries.append(entry)
        step(order, entry, self.rows)

    def text(self, at: Instant, title: str, text: str) -> dict[str, Any]:
        """Keep a text and return what the entry says of it."""
        kept = Kept(len(self.texts) + 1, at, title, text, self.about.salt())
        self.texts.append(kept)
        return {"text": text_hash(kept.salt, title, text), "text_n": kept.n}


def _due(past: Past, rules: Rules) -> Instant:
    if past.due is not None:
        return past.due
    return rules.due(handle_rule(rules, past.kind, past.urgency), past.dispatched or past.received).due


def _imported(pen: _Pen, past: Past, due: Instant) -> None:
    about = pen.about
    waits = past.dispatched is None
    pen.write(
        "imported",
        past.received,
        f"outside:{about.source}",
        state="approved",
        holder=DISPATCH_TRAY,
        made=(promise_due(1, "answer", 0, past.received, due),),
        say={"source": about.source, "old_number": past.old_number, "imported_at": iso(about.now)},
        fields={
            "number": pen.order.number,
            "citizen_since": past.received,
            "kind": past.kind,
            "category": past.category,
            "region": past.region,
            "urgency": past.urgency,
            "pack": about.rules.ref,
            "opened_at": past.received,
            "desk_due": desk_due(about.rules, "dispatch", about.now) if waits else None,
        },
        **pen.text(past.received, past.title, past.text),
    )


def _dispatched(pen: _Pen, past: Past, at: Instant, due: Instant) -> None:
    """Offer it to the unit; only an open order needs the unit's clock, a closed one keeps its result."""
    rules = pen.about.rules
    effects: dict[str, Any] = {}
    fields: dict[str, Any] = {"unit": past.unit, "dispatches": 1, "desk_due": None}
    if past.closed is None:
        clock = start_clock(rules, f"unit:{past.unit}", handle_rule(rules, past.kind, past.urgency), past.urgency, at)
        effects["clock"] = clock = msgspec.structs.replace(clock, due=due, contact_due=None)
        fields["card_at"] = next_card(rules, clock, -1)
    pen.write(
        "dispatched",
        at,
        f"outside:{pen.about.source}",
        state="dispatched",
        offer=Offer(f"unit:{past.unit}", None),
        tracker=pen.about.tracker,
        fields=fields,
        **effects,
    )


def _replied(pen: _Pen, past: Past, at: Instant, due: Instant) -> None:
    """Note the answer; while the order is open it lies with the review tray, as every answer does."""
    open_still = past.closed is None
    pen.write(
        "replied",
        at,
        f"unit:{past.unit}",
        state="replied",
        holder="tray:review" if open_still else None,
        clock=msgspec.structs.replace(pen.order.clock, replied_at=at) if pen.order.clock is not None else None,
        fields={
            "on_time": at < due if due > 0 else True,
            "desk_due": desk_due(pen.about.rules, "review", pen.about.now) if open_still else None,
        },
        **(pen.text(at, "", past.answer) if past.answer else {}),
    )


def _closed(pen: _Pen, past: Past, at: Instant) -> None:
    """Note the result; an answer that came after its date broke the promise, also in the past."""
    owed = tuple(pen.order.promises)
    late = any(
        promise.due is not None and (past.replied or at) >= promise.due for promise in pen.order.promises.values()
    )
    pen.write(
        "result_imported",
        at,
        f"outside:{pen.about.source}",
        state="completed",
        holder="",
        kept=() if late else owed,
        broken=owed if late else (),
        say={"evidence": past.evidence or f"{pen.about.source} {past.old_number}"},
        fields={
            "result": past.result,
            "answered_at": past.replied,
            "solved_first": past.solved,
            "satisfied_first": past.satisfied,
        },
    )

"""A house of services over a store in memory, and the invariants that must hold whatever happens in it."""

from datetime import date
from itertools import count, pairwise
from typing import Any, Final
from uuid import UUID

import msgspec

from lianxin.contacts import course
from lianxin.contacts.contact import DISPOSITIONS, PENDING, Contact
from lianxin.contacts.written import is_written, owed_replies
from lianxin.custody import holder_kind
from lianxin.ground.clock import MINUTE_MS, Instant, at_iso
from lianxin.ground.ledger import CONTACT, GENESIS, ORDER, kind_of_chain, link
from lianxin.ground.ledger.memory import MemoryLedger
from lianxin.ground.text import make_number
from lianxin.orders import commands as c
from lianxin.orders.dates import next_date
from lianxin.orders.evolve import replay
from lianxin.orders.order import Order, OrderEntry
from lianxin.orders.project import row_of, rows_of
from lianxin.orders.service import Result, Services, Words, contact_id_of, order_id_of
from lianxin.orders.steps.written import Lodge
from lianxin.rules import Rules, load_rules

RULES = load_rules("sd-binzhou")
MONDAY: Final = at_iso("2026-03-09T09:00:00+08:00")
DAY: Final = date(2026, 3, 9)
HOLDS: Final[dict[str, tuple[str, ...]]] = {
    "received": ("tray:intake",),
    "submitted": ("tray:review",),
    "replied": ("tray:review",),
    "sent_back": ("tray:review", "staff"),
    "approved": ("tray:dispatch",),
    "dispatched": ("tray:dispatch",),
    "followup_due": ("tray:followup",),
    "followup_failed": ("tray:followup",),
    "rework": ("tray:followup", "unit"),
    "transferred": ("tray:dispatch", "outside"),
    "reopen_asked": ("tray:review",),
}
"""State -> trays or kinds that may hold an order in it; in any other open state it is the unit."""
ASKED_ONE_BY_ONE: Final = frozenset({"followup_due", "followup_failed", "transferred", "reopen_asked"})
"""States in which some of several citizens may have been answered and asked already."""
TEXTS: Final[dict[type[c.Command], str]] = {
    c.Reply: "answer_hash",
    **dict.fromkeys((c.Add, c.Revise, c.AskReopen, c.Instruct, c.AnswerInstruction), "text_hash"),
}
"""Commands that bring a text, and the field that holds its hash."""
_decode_order = msgspec.json.Decoder(Order).decode
_decode_contact = msgspec.json.Decoder(Contact).decode
_decode_entry = msgspec.json.Decoder(OrderEntry).decode


class House:
    """Services over a ledger in memory; `now` moves a minute with each command unless it is told otherwise."""

    def __init__(self, rules: Rules = RULES) -> None:
        self.ledger = MemoryLedger()
        self.services = Services(self.ledger, lambda _: rules, lambda _who, _role: True)
        self.now: Instant = MONDAY
        self._ids = (UUID(int=n) for n in count(1))
        self._numbers = count(1)

    def id(self) -> UUID:
        """Return the id of the next command."""
        return next(self._ids)

    def later(self) -> Instant:
        """Let a minute pass."""
        self.now += MINUTE_MS
        return self.now

    def number(self) -> str:
        """Return the next number of a contact or an order."""
        return make_number(DAY, next(self._numbers))

    async def call(self, agent: str = "staff:1001") -> int:
        """A call comes in and an agent takes it; return the contact."""
        contact = contact_id_of(self.number())
        arrive = course.Arrive(id=self.id(), by="system", channel="call")
        await self.services.meet(contact, arrive, self.later())
        await self.services.meet(contact, course.Take(id=self.id(), by=agent), self.later())
        return contact

    async def letter(self, channel: str = "mail", agent: str = "staff:1001") -> int:
        """Something written comes in and an agent takes it in hand; return the contact."""
        contact = contact_id_of(self.number())
        arrive = course.Arrive(id=self.id(), by="citizen", channel=channel)
        await self.services.meet(contact, arrive, self.later())
        await self.services.meet(contact, course.Take(id=self.id(), by=agent), self.later())
        return contact

    async def open(self, agent: str = "staff:1001", **about: Any) -> int:
        """A call whose matter opens an order; return the order."""
        contact = await self.call(agent)
        number, words = self.number(), Words("电梯停运", "锦苑小区 3 号楼电梯停运", b"s" * 16)
        content = {"kind": "complaint", "category": "0401", "region": "371602", **about}
        submit = c.Submit(
            id=self.id(),
            by=agent,
            role="agent",
            number=number,
            contact=contact,
            citizen_since=self.now,
            text_hash=words.hash(),
            **content,
        )
        await self.services.submit(contact, submit, self.later(), words)
        await self.services.meet(contact, course.End(id=self.id(), by=agent), self.later())
        return order_id_of(number)

    async def lodge(self, contact: int | None = None, **about: Any) -> int:
        """A citizen writes on the web; return the order."""
        number, form = self.number(), contact or contact_id_of(self.number())
        words = Words("", "锦苑小区 6 号楼暖气不热", b"s" * 16)
        content = {"kind": "help", "region": "371602", "citizen_since": self.now, **about}
        command = Lodge(
            id=self.id(), by="citizen", role="citizen", number=number, contact=form, text_hash=words.hash(), **content
        )
        first = await self.services.submit(form, command, self.later(), words)
        assert await self.services.submit(form, command, self.later(), words) == first, "sent twice it acts once"
        return order_id_of(number)

    async def act(self, order: int, kind: type[c.Command], by: str, role: str, /, **content: Any) -> Result:
        """Carry out a command; a text it brings is made up for it."""
        words = None
        field = TEXTS.get(kind)
        if field is not None:
            words = Words("", "见附件", b"t" * 16)
            content[field] = words.hash()
        command = kind(id=self.id(), by=by, role=role, **content)
        return await self.services.act(order, command, self.later(), words)

    async def to_unit(self, order: int, unit: str = "zjj") -> None:
        """Reviewed, dispatched, signed."""
        about = {"category": "0401", "region": "371602", "urgency": (await self.order(order)).urgency}
        await self.act(order, c.Approve, "staff:2001", "reviewer", **about)
        await self.act(order, c.Dispatch, "staff:3001", "dispatcher", unit=unit, basis="0401", directory="v1")
        await self.act(order, c.Sign, f"unit:{unit}:contact", "unit_contact")

    async def order(self, order: int) -> Order:
        """Return the order as it stands."""
        return await self.services.order(order)

    def orders(self) -> list[Order]:
        """Return every order."""
        return [_decode_order(at.snapshot) for at in self._standing(ORDER)]

    def contacts(self) -> list[Contact]:
        """Return every contact."""
        return [_decode_contact(at.snapshot) for at in self._standing(CONTACT)]

    def _standing(self, kind: int) -> list[Any]:
        return [at for chain, at in self.ledger.chains.items() if kind_of_chain(chain) == kind]

    # What must hold

    def check(self) -> None:
        """Assert every invariant of the house."""
        for order in self.orders():
            check_order(order)
            self._check_chain(order)
            self._check_rows(order)
            self._check_joined(order)
        for contact in self.contacts():
            check_contact(contact)
        self._check_books()

    def check_ticked(self, now: Instant) -> None:
        """Assert that no date of an order has passed that the clock has looked at."""
        for order in self.orders():
            due = next_date(order)
            assert due is None or due > now, f"{order.number}: {due} has passed at {now}"

    def _check_chain(self, order: Order) -> None:
        entries = self.ledger.entries[order.id]
        head = GENESIS
        for place, entry in enumerate(entries, 1):
            assert entry.seq == place
            assert entry.hash == link(head, entry.body)
            head = entry.hash
        decoded = [_decode_entry(entry.body) for entry in entries]
        assert [entry.at for entry in decoded] == sorted(entry.at for entry in decoded)
        assert replay(Order(id=order.id, number=order.number), decoded) == order
        since = {entry.fields["citizen_since"] for entry in decoded if "citizen_since" in entry.fields}
        assert since == {order.citizen_since}, "the citizen's clock was moved"
        closing = [entry for entry in decoded if entry.holder == ""]
        assert all(entry.say.get("evidence") for entry in closing), "closed without evidence"

    def _check_rows(self, order: Order) -> None:
        tables = self.ledger.tables
        assert tables["orders_write"][(order.id,)] == msgspec.to_builtins(row_of(order))
        entries = [_decode_entry(entry.body) for entry in self.ledger.entries[order.id]]
        rows = rows_of(Order(id=order.id, number=order.number), entries)
        last = {row.id: msgspec.to_builtins(row) for row in rows.promises}
        kept = {key[1]: row for key, row in tables["promises_write"].items() if key[0] == order.id}
        assert kept == last
        assert {row["id"] for row in kept.values() if row["state"] == "open"} == set(order.promises)
        written = {row.n: msgspec.to_builtins(row) for row in rows.instructions}
        assert {key[1]: row for key, row in tables["instructions_write"].items() if key[0] == order.id} == written
        assert {n for n, row in written.items() if row["answered"] is None} == set(order.instructions)
        due = next_date(order)
        timer = self.ledger.timers.get(order.id)
        assert (None if timer is None else timer.due) == due
        self._check_custody(order)

    def _check_custody(self, order: Order) -> None:
        """Every part of an order is held without gap and without overlap from its opening to its end."""
        booked = [row for row in self.ledger.tables["order_events_write"].values() if row["order"] == order.id]
        assert [row["what"] for row in booked] == ["opened", "closed"] * (len(booked) // 2) + ["opened"] * (
            len(booked) % 2
        )
        pauses = {(closed["at"], again["at"]) for closed, again in pairwise(booked) if closed["what"] == "closed"}
        intervals: dict[int, list[dict[str, Any]]] = {}
        for (subject, part, _), row in sorted(self.ledger.tables["custody_write"].items()):
            if subject == order.id:
                intervals.setdefault(part, []).append(row)
        assert [row["n"] for row in intervals[0]] == list(range(1, order.n + 1))
        for part, rows in intervals.items():
            for before, after in pairwise(rows):
                closed_between = part == 0 and (before["until"], after["since"]) in pauses
                assert before["until"] == after["since"] or closed_between, f"a gap in part {part}"
            open_ends = [row["holder"] for row in rows if row["until"] is None]
            held = order.holder if part == 0 else (order.parts[part].holder if part in order.parts else None)
            assert open_ends == ([] if held is None else [held])

    def _check_joined(self, order: Order) -> None:
        """The citizens of a joined order are owed, or were answered, by the order that goes on."""
        if order.parent is None or order.result != "merged":
            return
        root = order
        while root.parent is not None:
            root = next(one for one in self.orders() if one.id == root.parent)
        promises = self.ledger.tables["promises_write"]
        for to in order.appellants:
            answered = any(
                key[0] == root.id and row["to"] == to and row["state"] in ("open", "kept")
                for key, row in promises.items()
            )
            assert answered, f"nobody owes contact {to} of {order.number} an answer"

    def _check_books(self) -> None:
        """What was opened and not closed is what is held."""
        events = [row["what"] for row in self.ledger.tables["order_events_write"].values()]
        held = sum(order.holder is not None for order in self.orders())
        assert events.count("opened") - events.count("closed") == held


def check_order(order: Order) -> None:
    """Assert what must hold of any order at any time."""
    assert (order.holder is not None) == order.open, f"{order.number}: held and closed, or open and not held"
    if not order.open:
        assert order.promises == {} and order.parts == {} and order.offer is None, f"{order.number} is closed over"
        assert order.instructions == {}, f"{order.number} is closed over a leader's instruction"
        return
    assert order.holder is not None
    allowed = HOLDS.get(order.state, ("unit",))
    assert order.holder in allowed or holder_kind(order.holder) in allowed, f"{order.state} held by {order.holder}"
    owed = {promise.to for promise in order.promises.values()}
    assert owed and owed <= set(order.appellants)
    assert order.contact in owed or order.settled is not None or order.state == "reopen_asked"
    if order.state not in ASKED_ONE_BY_ONE:
        assert owed == set(order.appellants), f"{order.number} owes {owed}, not {order.appellants}"
    assert next_date(order) is not None
    if order.dispatches:
        assert order.tracker is not None
    if order.state in ("sent_back", "rework", "transferred") and order.holder.startswith("tray:"):
        assert order.offer is not None, f"{order.number} lies in a tray and nobody is asked to sign"


def check_contact(contact: Contact) -> None:
    """Assert what must hold of any contact at any time."""
    if contact.stage == "ended":
        assert contact.disposition in DISPOSITIONS and contact.holder is None and contact.limit is None
        assert not owed_replies(contact), f"{contact.id} ended and a reply is owed"
        assert not (is_written(contact) and contact.disposition == "ring_back")
    else:
        assert contact.disposition == PENDING and contact.holder is not None and contact.limit is not None

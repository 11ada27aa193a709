"""Orders led by hand through `decide`, without any store: who does what at which instant.

case = Case("2026-09-30T09:30:00+08:00")
case.to_dispatched(at="2026-09-30T10:00:00+08:00")
case.unit(c.Sign, at="2026-10-08T09:00:00+08:00")
"""

from datetime import date
from itertools import count
from typing import Any
from uuid import UUID

import msgspec

from lianxin.ground.clock import MINUTE_MS, Instant, at_iso
from lianxin.ground.text import make_number
from lianxin.orders import commands as c
from lianxin.orders.dates import next_date
from lianxin.orders.evolve import replay
from lianxin.orders.lifecycle import decide
from lianxin.orders.order import Order, OrderEntry
from lianxin.orders.refusal import Refused
from lianxin.orders.service import contact_id_of, order_id_of
from lianxin.rules import Rules, load_rules
from lianxin.units import FLAT, Levels, load_units

CITY = load_units().levels
"""Who stands above whom in Binzhou."""
RULES = load_rules("sd-binzhou")
AGENT, REVIEWER, DISPATCHER, CALLER = "staff:1001", "staff:2001", "staff:3001", "staff:4001"
OTHER_CALLER, SHIFT_LEAD, OBJECTION = "staff:4002", "staff:6001", "staff:7001"
SUPERVISOR, DUTY_MANAGER = "staff:8001", "staff:9001"
CONTACT = contact_id_of(make_number(date(2026, 3, 9), 1))
NEIGHBOURS = tuple(contact_id_of(make_number(date(2026, 3, 9), n)) for n in range(2, 40))
"""Contacts of other citizens."""
WORKDAY = "2026-03-09T09:00:00+08:00"
"""A Monday morning; the week after it has no holiday."""
_running = count(1)


def instant(at: str | Instant) -> Instant:
    """Return the instant written `2026-09-30T10:00` (local time), with or without offset, or the instant itself."""
    if isinstance(at, int):
        return at
    return at_iso(at if "+" in at else f"{at}+08:00")


class Case:
    """One order from its first entry on; `now` is when the last thing happened."""

    def __init__(
        self,
        start: str | Instant = WORKDAY,
        rules: Rules = RULES,
        contact: int = CONTACT,
        kind: str = "complaint",
        urgency: str = "normal",
        flags: tuple[str, ...] = (),
        submit: bool = True,
        levels: Levels = FLAT,
    ) -> None:
        self.rules = rules
        self.levels = levels
        self.now = instant(start)
        self.number = make_number(date(2026, 3, 9), next(_running))
        self.order = Order(id=order_id_of(self.number), number=self.number)
        self.entries: list[OrderEntry] = []
        self._ids = (UUID(int=n) for n in count(1))
        self._about = {"contact": contact, "kind": kind, "urgency": urgency, "flags": flags}
        if submit:
            self.submit()

    def submit(self, **changed: Any) -> list[OrderEntry]:
        """Hand it in."""
        words = {"citizen_since": self.now, "category": "0401", "region": "371602", "text_hash": "aa"}
        content = {**self._about, **words, **changed}
        return self.act(c.Submit, AGENT, "agent", at=self.now, number=self.number, **content)

    def command(self, kind: type[c.Command], by: str, role: str, /, **content: Any) -> c.Command:
        """Return a command with the next id."""
        return kind(id=next(self._ids), by=by, role=role, **content)

    def act(
        self, kind: type[c.Command], by: str, role: str, /, at: str | Instant | None = None, **content: Any
    ) -> list[OrderEntry]:
        """Let somebody do it, at an instant or a minute later; return the entries. Raises Refused."""
        now = self.now + MINUTE_MS if at is None else instant(at)
        entries, after = decide(self.order, self.command(kind, by, role, **content), self.rules, now, self.levels)
        self.keep(entries, after)
        return entries

    def keep(self, entries: list[OrderEntry], after: Order) -> None:
        """Take over what a decision said; a replay of all entries must come to the same order."""
        self.entries += entries
        self.order = after
        self.now = max(self.now, after.last_at)
        assert replay(Order(id=after.id, number=after.number), self.entries) == after

    def refusal(
        self, kind: type[c.Command], by: str, role: str, /, at: str | Instant | None = None, **content: Any
    ) -> Refused:
        """Return the refusal of a step that is not possible; nothing changes."""
        before, now = msgspec.structs.replace(self.order), self.now
        try:
            self.act(kind, by, role, at, **content)
        except Refused as refused:
            assert self.order == before and self.now == now
            return refused
        raise AssertionError(f"{kind.__name__} was possible in {before.state}")

    def unit(
        self, kind: type[c.Command], /, at: str | Instant | None = None, leader: bool = False, **content: Any
    ) -> Any:
        """Let an officer of the order's unit do it."""
        return self.act(kind, *self.officer(leader), at=at, **content)

    def officer(self, leader: bool = False) -> tuple[str, str]:
        """Return who speaks for the order's unit, and in which role."""
        who = "leader" if leader else "contact"
        return f"unit:{self.order.unit}:{who}", f"unit_{who}"

    def tick(self, at: str | Instant | None = None) -> list[str]:
        """Let the clock look at the order; return the kinds of what happened."""
        entries = self.act(c.Tick, "system", "system", at=max(self.order_date(), self.now) if at is None else at)
        return [entry.kind for entry in entries]

    def order_date(self) -> Instant:
        """Return the order's next date."""
        due = next_date(self.order)
        assert due is not None, "no next date"
        return due

    def run_until(self, end: str | Instant) -> list[tuple[Instant, str]]:
        """Let the clock do everything up to an instant, each at its date; return (when, what)."""
        happened: list[tuple[Instant, str]] = []
        while self.order_date() <= instant(end):
            at = max(self.order_date(), self.now)
            happened += [(at, kind) for kind in self.tick(at)]
        return happened

    # The usual way, in steps that tests build upon

    def approve(self, at: str | Instant | None = None, **changed: Any) -> None:
        """Let the reviewer pass it."""
        about = {"category": "0401", "region": "371602", "urgency": self.order.urgency, **changed}
        self.act(c.Approve, REVIEWER, "reviewer", at, **about)

    def dispatch(self, unit: str = "zjj", at: str | Instant | None = None, **more: Any) -> None:
        """Send it to a unit."""
        self.act(c.Dispatch, DISPATCHER, "dispatcher", at, unit=unit, basis="0401", directory="v1", **more)

    def to_dispatched(self, unit: str = "zjj", at: str | Instant | None = None, **more: Any) -> "Case":
        """Review it, and send it to a unit at an instant."""
        self.approve()
        self.dispatch(unit, at, **more)
        return self

    def to_unit(self, unit: str = "zjj", at: str | Instant | None = None, **more: Any) -> "Case":
        """Dispatched at an instant and signed a minute later."""
        self.to_dispatched(unit, at, **more)
        self.unit(c.Sign)
        return self

    def reply(self, at: str | Instant | None = None, **more: Any) -> None:
        """Let the unit answer."""
        content = {"answer_hash": "bb", "basis": "条例第三条", "contacted": "电话", **more}
        self.unit(c.Reply, at, **content)

    def accept(self, at: str | Instant | None = None) -> None:
        """Let the reviewer pass the answer."""
        self.act(c.AcceptReply, REVIEWER, "reviewer", at)

    def to_followup(self, **more: Any) -> "Case":
        """Answered and accepted: the citizen waits to be asked."""
        self.to_unit(**more)
        self.reply(signed_by_leader=True)
        self.accept()
        return self

    def ask(self, at: str | Instant | None = None, by: str = CALLER, **answers: Any) -> list[OrderEntry]:
        """Call the citizen, who is content unless said otherwise."""
        said = {
            "contact": self.order.contact,
            "contacted": "yes",
            "informed": "yes",
            "solved": "solved",
            "satisfied": "yes",
            "evidence": "录音 1",
            **answers,
        }
        return self.act(c.RecordFollowup, by, "followup_caller", at, **said)

    def last(self) -> OrderEntry:
        """Return the latest entry."""
        return self.entries[-1]

    def said(self, kind: str) -> OrderEntry:
        """Return the latest entry of a kind."""
        return next(entry for entry in reversed(self.entries) if entry.kind == kind)

"""How does the twin's city live? Events in the order of their instants, each a command on the pure cores.

The play keeps every order in memory and applies each command itself, so it knows what
comes of it without a database; whoever drives it may carry out the same operations on a
store (`lianxin day`) and must come to the same state. A seed replays exactly.
"""

from collections.abc import Iterator
from heapq import heappop, heappush
from typing import Any, Final

from lianxin.contacts import course
from lianxin.contacts.contact import Contact, Matter
from lianxin.contacts.contact import next_date as contact_date
from lianxin.contacts.course import ContactRefused
from lianxin.contacts.written import is_written
from lianxin.ground.clock import DAY_MS, MINUTE_MS, Instant
from lianxin.orders import commands as c
from lianxin.orders.dates import next_date
from lianxin.orders.lifecycle import decide
from lianxin.orders.order import Order
from lianxin.orders.refusal import Refused
from lianxin.orders.service import Words, contact_id_of, order_id_of
from lianxin.orders.steps import joining
from lianxin.people.vault import PersonRecord
from lianxin.twin.behaviour import next_action
from lianxin.twin.callers import Script, matter_of, script_of, targets_of, urgency_of
from lianxin.twin.dice import Dice, command_id, salt_of
from lianxin.twin.operation import Op as Op
from lianxin.twin.operation import Records, nobody_known
from lianxin.twin.running import Running
from lianxin.twin.turn import Action, unites
from lianxin.twin.world import World

_NEXT: Final = 64  # keys of dice thrown for a contact's own events
PUT_OFF_MS: Final = 30 * MINUTE_MS  # when a step not possible now is tried again, if nothing else happens before


class Play:
    """One city playing. `run` yields every operation; figures are read afterwards.

    until    instant at which it stops, whatever is still open
    ticks    the play also does what the clock makes happen; False where a worker does
    records  who the callers are
    """

    def __init__(self, world: World, until: Instant, *, ticks: bool = True, records: Records = nobody_known) -> None:
        self.world = world
        self.until = until
        self.now: Instant = 0
        self.running = Running()
        self.orders: dict[int, Order] = {}
        self.contacts: dict[int, Contact] = {}
        self.archived = 0
        self.operations = 0
        self._ticks = ticks
        self.records = records
        self._heap: list[tuple[Instant, int, Any, int, Any]] = []
        self._count = 0
        self._scripts: dict[int, Script] = {}
        self._persons: dict[int, PersonRecord] = {}
        self._recent: dict[tuple[str, str], int] = {}
        self._theirs: frozenset[str] = frozenset()
        self._left_orders: dict[int, str] = {}
        self._left_contacts: dict[int, str] = {}

    def leave_to(self, people: frozenset[str]) -> tuple[int, ...]:
        """Leave to these people (`staff:1023`, `unit:zjj:contact`) from now on what they would have done in the play.

        Whoever is not among them any more is played again; orders left to them go on.
        Returns the contacts left to somebody who went: only the store knows what became of those.
        """
        self._theirs = people
        for order_id in [one for one, by in self._left_orders.items() if by not in people]:
            del self._left_orders[order_id]
            if order_id in self.orders:
                self._keep(self.orders[order_id], self.now)
        contacts = tuple(one for one, by in self._left_contacts.items() if by not in people)
        for contact in contacts:
            del self._left_contacts[contact]
        return contacts

    def call(self, at: Instant) -> None:
        """Let a contact come in at an instant; contacts must be called in the order of their instants."""
        contact = contact_id_of(self.running.next("contact", at))
        self._at(at, self._arrive, contact)

    def run(self) -> Iterator[Op]:
        """Play until nothing is left to happen or the time is over."""
        return self.run_until(self.until)

    def run_until(self, at: Instant) -> Iterator[Op]:
        """Play what happens up to and at an instant; may be called again for a later one."""
        heap = self._heap
        while heap and heap[0][0] <= at:
            self.now, _, what, subject, more = heappop(heap)
            try:
                yield from what(subject, self.now, more)
            except (Refused, ContactRefused):
                if self._ticks:  # alone in its world, the play never does what is not possible
                    raise
                if (order := self.orders.get(subject)) is not None:
                    self._keep(order, self.now + PUT_OFF_MS)

    def next_at(self) -> Instant | None:
        """Return when something happens next, None when nothing is left."""
        return self._heap[0][0] if self._heap else None

    def adopt(self, order: Order, not_before: Instant = 0) -> None:
        """Take an order as it stands in a store, instead of what the play thought of it.

        not_before  when its next step may be tried; for one that was not possible just now
        """
        self._recent.setdefault((order.category, order.region), order.id)
        self._keep(order, not_before)

    def forget(self, order_id: int) -> None:
        """Drop an order that the store never opened."""
        self.orders.pop(order_id, None)

    def adopt_contact(self, contact: Contact) -> None:
        """Go on with a contact that a store holds half-way."""
        self.contacts[contact.id] = contact
        script = script_of(self.world, contact.id, contact.arrived_at)
        if contact.stage == "ended":
            if contact.promises:
                self._at(max(self.now, contact.last_at + MINUTE_MS), self._ring_back, contact.id)
            return
        self._scripts[contact.id] = script
        written_up = self._finish if contact.matters else self._write_up
        following = self._take if contact.stage == "waiting" else written_up
        self._at(max(self.now, contact.last_at), following, contact.id)

    def _at(self, at: Instant, what: Any, subject: int, seq: Any = 0) -> None:
        self._count += 1
        heappush(self._heap, (at, self._count, what, subject, seq))

    # Contacts

    def _arrive(self, subject: int, at: Instant, _: int) -> Iterator[Op]:
        script = script_of(self.world, subject, at)
        self._scripts[subject] = script
        self.contacts[subject] = Contact(id=subject)
        record = self.records(subject)
        arrive = course.Arrive(
            id=self._command(at, subject),
            by="system",
            channel=script.channel,
            line=script.line,
            person=None if record is None else str(record.row.id),
            who={} if record is None else record.who,
        )
        op = self._meet(subject, arrive, at)
        if record is not None:
            self._persons[subject] = record
            op = op._replace(rows={name: list(rows) for name, rows in record.rows.items()})
        yield op
        self._tick_contact(subject)
        if script.left_at is not None:
            self._at(script.left_at, self._leave, subject)
        else:
            self._at(script.taken_at, self._take, subject)

    def _meet(self, subject: int, command: course.ContactCommand, at: Instant) -> Op:
        contact = self.contacts[subject]
        at = max(at, contact.last_at)
        _, after = course.decide(contact, command, self.world.rules, at)
        self.contacts[subject] = after
        self.operations += 1
        if after.stage == "ended" and not after.promises:
            del self.contacts[subject]
        return Op("meet", at, subject, command, None, (subject,), after.seq, after.disposition)

    def _leave(self, subject: int, at: Instant, _: int) -> Iterator[Op]:
        yield self._meet(subject, course.Leave(id=self._command(at, subject, 1), by="citizen"), at)
        dice = Dice(self.world.seed, subject, _NEXT)
        self._at(at + dice.lognormal(11 * MINUTE_MS, 0.5), self._ring_back, subject)
        self._tick_contact(subject)

    def _ring_back(self, subject: int, at: Instant, _: int) -> Iterator[Op]:
        contact = self.contacts.get(subject)
        if contact is None or not contact.promises:
            return
        dice = Dice(self.world.seed, subject, _NEXT, contact.seq)
        by = self.world.on_duty("agent", at, dice)
        if by in self._theirs:
            self._leave_contact(subject, by)
            return
        command = course.RingBack(id=self._command(at, subject, contact.seq), by=by, reached=dice.chance(0.7))
        yield self._meet(subject, command, at)
        if subject in self.contacts:
            self._at(at + dice.lognormal(10 * MINUTE_MS, 0.4), self._ring_back, subject)
            self._tick_contact(subject)

    def _tick_contact(self, subject: int) -> None:
        contact = self.contacts.get(subject)
        due = contact_date(contact) if contact is not None else None
        if self._ticks and contact is not None and due is not None and (contact.promises or is_written(contact)):
            self._at(due, self._look, subject, contact.seq)

    def _look(self, subject: int, at: Instant, seq: int) -> Iterator[Op]:
        contact = self.contacts.get(subject)
        if contact is None or contact.seq != seq:
            return
        yield self._meet(subject, course.Look(id=self._command(at, subject, seq, 9), by="system"), at)
        self._tick_contact(subject)

    def _take(self, subject: int, at: Instant, _: int) -> Iterator[Op]:
        script = self._scripts[subject]
        if script.agent in self._theirs:
            self._leave_contact(subject, script.agent)
            return
        yield self._meet(subject, course.Take(id=self._command(at, subject, 2), by=script.agent), at)
        self._tick_contact(subject)
        self._at(at + script.noted_at - script.taken_at, self._write_up, subject)

    def _leave_contact(self, subject: int, by: str) -> None:
        """Leave a contact to a person at a desk: the play knows nothing of it from here on."""
        self._left_contacts[subject] = by
        self._scripts.pop(subject, None)
        self._persons.pop(subject, None)
        self.contacts.pop(subject, None)

    def _write_up(self, subject: int, at: Instant, _: int) -> Iterator[Op]:
        script = self._scripts.pop(subject)
        last: Matter | None = None
        for n, outcome in enumerate(script.outcomes):
            dice = Dice(self.world.seed, subject, n, 21)
            category, region = self._about(script, dice, n)
            outcome, order_id = self._which(outcome, category, region)
            at += n
            if last is not None:
                note = course.NoteMatter(id=self._command(at, subject, 30 + n), by=script.agent, matter=last)
                yield self._meet(subject, note, at)
                last = None
            if outcome in ("opened", "emergency"):
                yield self._submit(subject, script, outcome, category, region, at, n)
            elif order_id is not None:
                yield self._add(subject, script, outcome, order_id, at, n)
            else:
                last = matter_of(outcome, dice)
        self._at(max(script.ended_at, at), self._end, subject, (script.agent, last))

    def _end(self, subject: int, at: Instant, more: tuple[str, Matter | None]) -> Iterator[Op]:
        """End a contact that is written up, with the matter that was not noted before."""
        by, last = more
        if by in self._theirs:
            self._leave_contact(subject, by)
        elif subject in self.contacts:
            yield self._meet(subject, course.End(id=self._command(at, subject, 4), by=by, matter=last), at)
            self._persons.pop(subject, None)

    def _finish(self, subject: int, at: Instant, _: int) -> Iterator[Op]:
        """End a contact whose matters were noted before the play was interrupted."""
        script = self._scripts.pop(subject)
        yield self._meet(subject, course.End(id=self._command(at, subject, 4), by=script.agent), at)

    def _about(self, script: Script, dice: Dice, n: int) -> tuple[str, str]:
        world = self.world
        category = world.category_of(script.message, dice) if n == 0 else dice.one_of(world.categories)
        return category, dice.weighted(world.regions)

    def _which(self, outcome: str, category: str, region: str) -> tuple[str, int | None]:
        if outcome not in ("joined", "added"):
            return outcome, None
        order = self.orders.get(self._recent.get((category, region), 0))
        if order is None or order.closed_at is not None or order.state in _TOO_LATE_TO_ADD:
            return "opened", None
        return outcome, order.id

    def _submit(
        self, subject: int, script: Script, outcome: str, category: str, region: str, at: Instant, n: int
    ) -> Op:
        world, message = self.world, script.message
        dice = Dice(world.seed, subject, n, 22)
        number = self.running.next("order", at)
        contact, record = self.contacts[subject], self._persons.get(subject)
        order_id = order_id_of(number)
        words = Words(message.title, message.text, salt_of(world.seed, order_id))
        flags = (*(("enterprise",) if message.enterprise else ()), *(("emergency",) if outcome == "emergency" else ()))
        kind = world.kind_of(message, dice)
        command = c.Submit(
            id=self._command(at, subject, 40 + n),
            by=script.agent,
            role="agent",
            number=number,
            contact=subject,
            citizen_since=at,
            kind=kind,
            category=category,
            region=region,
            urgency=urgency_of(outcome, category, dice),
            flags=flags,
            targets=targets_of(world, kind, order_id, category, region),
            text_hash=words.hash(),
            person=contact.person,
            who=record.who if record is not None else {},
        )
        _, after = decide(Order(id=order_id, number=number), command, world.rules, at, world.levels)
        note = course.NoteMatter(
            id=command.id,
            by=command.by,
            matter=Matter(outcome, order=order_id, to="110/120" if outcome == "emergency" else ""),
        )
        self.contacts[subject] = course.decide(contact, note, world.rules, at)[1]
        self._keep(after)
        self.operations += 1
        self._recent[category, region] = order_id
        return Op("submit", at, order_id, command, words, (order_id, subject), after.seq, after.state)

    def _add(self, subject: int, script: Script, outcome: str, order_id: int, at: Instant, n: int) -> Op:
        words = Words("", script.message.text, salt_of(self.world.seed, subject, n))
        command = c.Add(
            id=self._command(at, subject, 50 + n),
            by=script.agent,
            role="agent",
            contact=subject,
            text_hash=words.hash(),
        )
        _, after = decide(self.orders[order_id], command, self.world.rules, at, self.world.levels)
        note = course.NoteMatter(id=command.id, by=command.by, matter=Matter(outcome, order=order_id))
        self.contacts[subject] = course.decide(self.contacts[subject], note, self.world.rules, at)[1]
        self._keep(after)
        self.operations += 1
        chains = (order_id, subject)
        return Op("add", at, order_id, command, words, chains, after.seq, after.state, outcome=outcome)

    def _command(self, at: Instant, subject: int, *keys: int) -> Any:
        return command_id(at, self.world.seed, subject, *keys)

    # Orders

    def _keep(self, order: Order, not_before: Instant = 0) -> None:
        """Keep an order as it is now and plan its next step and its clock."""
        if order.archived_at is not None:
            self.orders.pop(order.id, None)
            self.archived += 1
            return
        self.orders[order.id] = order
        self._left_orders.pop(order.id, None)
        due = next_date(order) if self._ticks else None
        if due is not None:
            self._at(max(due, order.last_at), self._tick, order.id, order)
        action = next_action(self.world, order, self._candidate)
        if action is not None:
            self._at(max(action.at, not_before), self._step, order.id, (order, action))

    def _candidate(self, order: Order) -> int | None:
        other = self.orders.get(self._recent.get((order.category, order.region), 0))
        while other is not None and other.parent is not None:
            other = self.orders.get(other.parent)
        if other is None or other.id == order.id or not unites(other, order):
            return None
        return other.id

    def _tick(self, order_id: int, at: Instant, order: Order) -> Iterator[Op]:
        if self.orders.get(order_id) is not order:
            return
        command = c.Tick(id=self._command(at, order_id, order.seq, 8), by="system", role="system")
        yield from self._act("tick", order, command, None, at)

    def _step(self, order_id: int, at: Instant, planned: tuple[Order, Action]) -> Iterator[Op]:
        order, action = planned
        if self.orders.get(order_id) is not order:
            return
        if action.command.by in self._theirs:
            self._left_orders[order_id] = action.command.by
            return
        if isinstance(action.command, c.Join):
            yield from self._join(order, action.command, at)
        else:
            yield from self._act("act", order, action.command, action.words, at)

    def _act(self, what: str, order: Order, command: c.Command, words: Words | None, at: Instant) -> Iterator[Op]:
        _, after = decide(order, command, self.world.rules, at, self.world.levels)
        self.operations += 1
        self._keep(after)
        yield Op(what, at, order.id, command, words, (order.id,), after.seq, after.state)

    def _join(self, order: Order, command: c.Join, at: Instant) -> Iterator[Op]:
        root = self.orders.get(command.parent)
        if root is None or not unites(root, order):
            again = next_action(self.world, order, self._candidate)
            assert again is not None, order.number
            self._at(at + MINUTE_MS, self._step, order.id, (order, again._replace(at=at + MINUTE_MS)))
            return
        _, _, after, root_after = joining.join(order, root, command, self.world.rules, at)
        self.operations += 1
        self._keep(after)
        self._keep(root_after)
        yield Op("join", at, order.id, command, None, (order.id, root.id), after.seq, after.state)


_TOO_LATE_TO_ADD: Final = frozenset({"replied", "followup_due", "followup_failed", "transferred", "reopen_asked"})
LONGEST_MS: Final = 120 * DAY_MS
"""A day's orders are followed for at most 120 days."""

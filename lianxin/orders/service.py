"""The services of orders and contacts: read, decide, write, all in one transaction; then tell.

Whoever acts comes through here: pages, the worker's clock, the twin. A command that was
done before answers what it answered then. Of two at once one wins; the other is decided
again on what is true now, and refused with the name of who was faster if it no longer fits.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec

from lianxin.contacts import course
from lianxin.contacts.contact import Contact, Matter
from lianxin.ground.clock import Instant, not_before
from lianxin.ground.ledger import (
    CONTACT,
    Batch,
    ChainMoved,
    DoneBefore,
    Standing,
    Store,
    chain_of,
    kind_of_chain,
)
from lianxin.ground.text import digits
from lianxin.orders import commands as c
from lianxin.orders.batch import Draft
from lianxin.orders.lifecycle import decide
from lianxin.orders.order import Order
from lianxin.orders.refusal import Refused
from lianxin.orders.steps import joining
from lianxin.orders.texts import TextRow, text_hash, text_row
from lianxin.rules import Rules

_TRIES: Final = 8
"""How often a command is decided anew when others are faster, before it gives up."""
_decode_order = msgspec.json.Decoder(Order).decode
_decode_contact = msgspec.json.Decoder(Contact).decode


class Overtaken(Exception):
    """Somebody else acted first: `by` did `kind` at `at`. The step no longer fits; `refusal` says why."""

    def __init__(self, refusal: Refused, by: str, kind: str, at: Instant) -> None:
        super().__init__(f"{by} {kind}: {refusal.sentence}")
        self.refusal = refusal
        self.by = by
        self.kind = kind
        self.at = at


class NoSuchOrder(Exception):
    """No order (or contact) of this number exists."""


class NoRight(Exception):
    """This person does not have the role they act in."""


class Words(NamedTuple):
    """A text that comes with a command: title (may be empty), the words, and the random salt of its hash."""

    title: str
    text: str
    salt: bytes

    def hash(self) -> str:
        """Return what the command must carry as its hash."""
        return text_hash(self.salt, self.title, self.text)


Result = dict[str, Any]


class Services:
    """What the house can do with orders and contacts.

    rules   pack reference or "" for the pack in force -> compiled rules
    rights  whether who may act in role, e.g. ("staff:1023", "reviewer")
    """

    def __init__(self, store: Store, rules: Callable[[str], Rules], rights: Callable[[str, str], bool]) -> None:
        self._store = store
        self._rules = rules
        self._rights = rights

    async def order(self, order_id: int) -> Order:
        """Return the order as it is now. Raises NoSuchOrder."""
        return (await self._read(_NO_COMMAND, order_id))[1]

    async def contact(self, contact_id: int) -> Contact:
        """Return the contact as it is now. Raises NoSuchOrder."""
        loaded = await self._store.load(_NO_COMMAND, (contact_id,))
        return _contact(contact_id, loaded.chains[0])

    async def act(
        self, order_id: int, command: c.Command, now: Instant, words: Words | None = None, **rows: list[Any]
    ) -> Result:
        """Carry out a command on one order; answers {"number", "state", "seq"}.

        rows  rows of other rooms that belong to it, by writer (the hash of a new query code)
        Raises Refused, Overtaken, NoRight, NoSuchOrder; nothing is written then.
        """
        self._check(command.by, command.role)

        async def attempt() -> Batch | Result:
            done, order, stood = await self._read(command.id, order_id)
            if done is not None:
                return done
            entries, after = decide(order, command, self._rules(order.pack), now)
            draft = Draft(command.id, now)
            draft.order(stood, order, entries, after)
            draft.texts(_texts(order, after, words, now, command))
            for writer, more in rows.items():
                draft.rows(writer, more)
            return draft.done({"number": after.number, "state": after.state, "seq": after.seq})

        return await self._commit(command.id, attempt, order_id)

    async def submit(self, contact_id: int, command: c.Submit, now: Instant, words: Words, **rows: list[Any]) -> Result:
        """Open an order from a contact: the contact's matter and the order's first entry, together.

        rows  rows of other rooms that belong to it, by writer (the person's encrypted record)
        """
        self._check(command.by, command.role)
        order_id = order_id_of(command.number)

        async def attempt() -> Batch | Result:
            loaded = await self._store.load(command.id, (order_id, contact_id))
            if loaded.done is not None:
                return loaded.done
            stood, contact_stood = loaded.chains
            contact = _contact(contact_id, contact_stood)
            if stood.snapshot is not None:
                raise Refused("number_taken", f"单号 {command.number} 已经有工单。", "请重新取号。")
            before = Order(id=order_id, number=command.number)
            rules = self._rules("")
            entries, after = decide(before, command, rules, now)
            note = course.NoteMatter(id=command.id, by=command.by, matter=_opened(order_id, after))
            contact_entries, contact_after = course.decide(contact, note, rules, now)
            draft = Draft(command.id, now)
            draft.order(stood, before, entries, after)
            draft.contact(contact_stood, contact, contact_entries, contact_after)
            draft.texts([text_row(order_id, 1, now, words.title, words.text, words.salt)])
            for writer, more in rows.items():
                draft.rows(writer, more)
            return draft.done({"number": after.number, "state": after.state, "seq": after.seq})

        return await self._commit(command.id, attempt, order_id)

    async def join(self, order_id: int, command: c.Join, now: Instant) -> Result:
        """Join an order into the root of what `command.parent` belongs to. Raises Refused for an ancestor."""
        self._check(command.by, command.role)

        async def attempt() -> Batch | Result:
            root_id = await self._root(command.parent, order_id)
            return await self._two(order_id, root_id, command, now, joining.join)

        return await self._commit(command.id, attempt, order_id)

    async def separate(self, order_id: int, command: c.Separate, now: Instant) -> Result:
        """Undo a joining; the order opens again."""
        self._check(command.by, command.role)

        async def attempt() -> Batch | Result:
            order = await self.order(order_id)
            if order.parent is None:
                raise Refused("not_joined", "这张工单没有并单。")
            root_id = await self._root(order.parent, None)
            return await self._two(order_id, root_id, command, now, joining.separate)

        return await self._commit(command.id, attempt, order_id)

    async def meet(self, contact_id: int, command: course.ContactCommand, now: Instant, **rows: list[Any]) -> Result:
        """Carry out a command on a contact; answers {"contact", "disposition", "seq"}. Raises ContactRefused."""

        async def attempt() -> Batch | Result:
            loaded = await self._store.load(command.id, (contact_id,))
            if loaded.done is not None:
                return loaded.done
            stood = loaded.chains[0]
            if stood.snapshot is None and not isinstance(command, course.Arrive):
                raise NoSuchOrder(str(contact_id))
            before = Contact(id=contact_id) if stood.snapshot is None else _decode_contact(stood.snapshot)
            entries, after = course.decide(before, command, self._rules(""), now)
            draft = Draft(command.id, now)
            draft.contact(stood, before, entries, after)
            for writer, more in rows.items():
                draft.rows(writer, more)
            return draft.done({"contact": contact_id, "disposition": after.disposition, "seq": after.seq})

        return await self._commit(command.id, attempt, contact_id)

    async def tick(self, subject: int, command_id: UUID, now: Instant) -> Result:
        """Let the clock look at an order or contact: whatever is due by now happens, once."""
        if kind_of_chain(subject) == CONTACT:
            return await self.meet(subject, course.Look(id=command_id, by="system"), now)
        return await self.act(subject, c.Tick(id=command_id, by="system", role="system"), now)

    def _check(self, by: str, role: str) -> None:
        if not self._rights(by, role):
            raise NoRight(f"{by} 没有“{role}”岗位的权限。")

    async def _read(self, command: UUID, order_id: int) -> tuple[Result | None, Order, Standing]:
        loaded = await self._store.load(command, (order_id,))
        stood = loaded.chains[0]
        if stood.snapshot is None:
            raise NoSuchOrder(str(order_id))
        return loaded.done, _decode_order(stood.snapshot), stood

    async def _root(self, order_id: int, joining_id: int | None) -> int:
        seen = {joining_id}
        while True:
            if order_id in seen:
                raise Refused("circle", "主单本来就并在这张工单里,不能反过来并。")
            seen.add(order_id)
            order = await self.order(order_id)
            if order.parent is None:
                return order_id
            order_id = order.parent

    async def _two(
        self,
        order_id: int,
        root_id: int,
        command: Any,
        now: Instant,
        step: Callable[[Order, Order, Any, Rules, Instant], joining.Two],
    ) -> Batch | Result:
        loaded = await self._store.load(command.id, (order_id, root_id))
        if loaded.done is not None:
            return loaded.done
        stood, root_stood = loaded.chains
        if stood.snapshot is None or root_stood.snapshot is None:
            raise NoSuchOrder(str(order_id))
        order, root = _decode_order(stood.snapshot), _decode_order(root_stood.snapshot)
        at = not_before(now, max(order.last_at, root.last_at))
        if at is None:
            raise Refused("clock_back", "时钟早于上一笔记录,这一步没有保存。")
        entries, root_entries, after, root_after = step(order, root, command, self._rules(order.pack), at)
        draft = Draft(command.id, now)
        draft.order(stood, order, entries, after)
        draft.order(root_stood, root, root_entries, root_after)
        return draft.done({"number": after.number, "state": after.state, "seq": after.seq, "root": root_after.number})

    async def _commit(self, command: UUID, attempt: Callable[[], Awaitable[Batch | Result]], subject: int) -> Result:
        moved = False
        for _ in range(_TRIES):
            try:
                batch = await attempt()
            except Refused as refusal:
                if moved and kind_of_chain(subject) != CONTACT:
                    await self._tell_who_was_faster(refusal, subject)
                raise
            if not isinstance(batch, Batch):
                return batch
            if not batch.entries:
                return batch.result
            try:
                await self._store.commit(batch)
            except ChainMoved:
                moved = True
                continue
            except DoneBefore:
                loaded = await self._store.load(command, ())
                assert loaded.done is not None, command
                return loaded.done
            return batch.result
        raise ChainMoved(f"{subject}: others were faster {_TRIES} times")

    async def _tell_who_was_faster(self, refusal: Refused, subject: int) -> None:
        try:
            order = await self.order(subject)
        except NoSuchOrder:
            return
        raise Overtaken(refusal, order.last_actor, order.last_kind, order.last_at) from refusal


_NO_COMMAND: Final = UUID(int=0)


def order_id_of(number: str) -> int:
    """Return the id (and chain) of the order with this number."""
    return chain_of(1, digits(number))


def contact_id_of(number: str) -> int:
    """Return the id (and chain) of the contact with this number."""
    return chain_of(CONTACT, digits(number))


def _contact(contact_id: int, stood: Standing) -> Contact:
    if stood.snapshot is None:
        raise NoSuchOrder(str(contact_id))
    return _decode_contact(stood.snapshot)


def _opened(order_id: int, order: Order) -> Matter:
    return Matter(
        "emergency" if "emergency" in order.flags else "opened",
        order=order_id,
        to="110/120" if "emergency" in order.flags else "",
    )


def _texts(before: Order, after: Order, words: Words | None, now: Instant, command: c.Command) -> list[TextRow]:
    if isinstance(command, c.Erase) or after.texts == before.texts:
        return []
    assert words is not None, f"{type(command).__name__} brings a text that nobody gave"
    return [text_row(after.id, after.texts, now, words.title, words.text, words.salt)]

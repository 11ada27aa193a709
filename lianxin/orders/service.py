"""The services of orders and contacts: read, decide, write, all in one transaction; then tell.

Whoever acts comes through here: pages, the worker's clock, the twin. A command that was
done before answers what it answered then. Of two at once one wins; the other is decided
again on what is true now, and refused with the name of who was faster if it no longer fits.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final
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
from lianxin.orders.discreet import INSTEAD, SENTENCE, tells_a_number
from lianxin.orders.lifecycle import ALL_STEPS, decide
from lianxin.orders.noting import is_order, noted, opened, orders_named, texts_of
from lianxin.orders.order import Order
from lianxin.orders.overtaken import Overtaken as Overtaken
from lianxin.orders.overtaken import plain_name
from lianxin.orders.refusal import Refused
from lianxin.orders.step import ROLE_ZH
from lianxin.orders.steps import joining
from lianxin.orders.steps.written import Lodge
from lianxin.orders.texts import Words as Words
from lianxin.rules import Rules
from lianxin.units import Levels, load_units

_TRIES: Final = 8
"""How often a command is decided anew when others are faster, before it gives up."""
_decode_order = msgspec.json.Decoder(Order).decode
_decode_contact = msgspec.json.Decoder(Contact).decode


class NoSuchOrder(Exception):
    """No order (or contact) of this number exists."""


class NoRight(Exception):
    """This person does not have the role they act in."""


Result = dict[str, Any]


class Services:
    """What the house can do with orders and contacts.

    rules   pack reference or "" for the pack in force -> compiled rules
    rights  whether who may act in role, e.g. ("staff:1023", "reviewer")
    levels  who stands above whom in the city; of the city that is set up here, unless given
    """

    def __init__(
        self,
        store: Store,
        rules: Callable[[str], Rules],
        rights: Callable[[str, str], bool],
        levels: Levels | None = None,
    ) -> None:
        self._store = store
        self._rules = rules
        self._rights = rights
        self._levels = load_units().levels if levels is None else levels

    async def order(self, order_id: int) -> Order:
        """Return the order as it is now. Raises NoSuchOrder."""
        return (await self._read(_NO_COMMAND, order_id))[1]

    async def contact(self, contact_id: int) -> Contact:
        """Return the contact as it is now. Raises NoSuchOrder."""
        loaded = await self._store.load(_NO_COMMAND, (contact_id,))
        return _contact(contact_id, loaded.chains[0])

    async def answered(self, command: UUID) -> Result | None:
        """Return what a command answered when it was carried out; None: it was not."""
        return (await self._store.load(command, ())).done

    async def act(
        self,
        order_id: int,
        command: c.Command,
        now: Instant,
        words: Words | None = None,
        seen: int | None = None,
        **rows: list[Any] | Callable[[Order], list[Any]],
    ) -> Result:
        """Carry out a command on one order; answers {"number", "state", "seq"}.

        seen  last entry of the order that the person had before them; what came later may have overtaken them
        rows  rows of other rooms that belong to it, by writer (the hash of a new query code), or what makes
              them of the order after it (the number of a file)
        Raises Refused, Overtaken, NoRight, NoSuchOrder; nothing is written then.
        """
        self._check(command.by, command.role)

        async def attempt() -> Batch | Result:
            done, order, stood = await self._read(command.id, order_id)
            if done is not None:
                return done
            entries, after = decide(order, command, self._rules(order.pack), now, self._levels)
            draft = Draft(command.id, now)
            draft.order(stood, order, entries, after)
            draft.texts(texts_of(order, after, words, now, command))
            for writer, more in rows.items():
                draft.rows(writer, more(after) if callable(more) else more)
            return draft.done({"number": after.number, "state": after.state, "seq": after.seq})

        return await self._commit(command, attempt, order_id, seen=seen)

    async def add(
        self,
        order_id: int,
        command: c.Add | c.AskReopen,
        now: Instant,
        words: Words,
        outcome: str,
        form: int | None = None,
        arrival: course.Arrive | None = None,
        **rows: list[Any],
    ) -> Result:
        """Put a contact's news to an order, or ask for its reopening: the contact's matter and the entry, together.

        outcome  `joined`: another citizen wants the same; `added`: news on the citizen's own order
        form     the new contact that the citizen's own form or letter is, where it is none of an agent's
        arrival  by which channel that came, and whose it is; a form on the web unless given
        rows     rows of other rooms that belong to it, by writer (the letter itself)
        """
        self._check(command.by, command.role)
        contact_id = command.contact if form is None else form

        async def attempt() -> Batch | Result:
            loaded = await self._store.load(command.id, (order_id, contact_id))
            if loaded.done is not None:
                return loaded.done
            stood, contact_stood = loaded.chains
            order = _order(order_id, stood)
            contact = _contact(contact_id, contact_stood, new=form is not None)
            entries, after = decide(order, command, self._rules(order.pack), now, self._levels)
            note = noted(command, Matter(outcome, order=order_id), form=form is not None, arrival=arrival)
            contact_entries, contact_after = course.decide(contact, note, self._rules(""), now)
            draft = Draft(command.id, now)
            draft.order(stood, order, entries, after)
            draft.contact(contact_stood, contact, contact_entries, contact_after)
            draft.texts(texts_of(order, after, words, now, command))
            for writer, more in rows.items():
                draft.rows(writer, more)
            return draft.done({"number": after.number, "state": after.state, "seq": after.seq})

        return await self._commit(command, attempt, order_id)

    async def submit(
        self, contact_id: int, command: c.Submit | Lodge, now: Instant, words: Words, **rows: list[Any]
    ) -> Result:
        """Open an order from a contact: the contact's matter and the order's first entry, together.

        contact_id  what an agent has in hand; of what a citizen lodges a new one, which begins and ends with it
        rows        rows of other rooms that belong to it, by writer (the person's encrypted record)
        """
        self._check(command.by, command.role)
        order_id = order_id_of(command.number)

        async def attempt() -> Batch | Result:
            loaded = await self._store.load(command.id, (order_id, contact_id))
            if loaded.done is not None:
                return loaded.done
            stood, contact_stood = loaded.chains
            form = isinstance(command, Lodge)
            contact = _contact(contact_id, contact_stood, new=form)
            if stood.snapshot is not None:
                raise Refused("number_taken", f"单号 {command.number} 已经有工单。", "请重新取号。")
            before = Order(id=order_id, number=command.number)
            rules = self._rules("")
            entries, after = decide(before, command, rules, now, self._levels)
            note = noted(command, opened(order_id, after), form=form)
            contact_entries, contact_after = course.decide(contact, note, rules, now)
            draft = Draft(command.id, now)
            draft.order(stood, before, entries, after)
            draft.contact(contact_stood, contact, contact_entries, contact_after)
            draft.texts(texts_of(before, after, words, now, command))
            for writer, more in rows.items():
                draft.rows(writer, more)
            return draft.done({"number": after.number, "state": after.state, "seq": after.seq})

        return await self._commit(command, attempt, order_id)

    async def join(self, order_id: int, command: c.Join, now: Instant) -> Result:
        """Join an order into the root of what `command.parent` belongs to. Raises Refused for an ancestor."""
        self._check(command.by, command.role)

        async def attempt() -> Batch | Result:
            root_id = (await self._up(command.parent, order_id))[-1]
            loaded = await self._store.load(command.id, (order_id, root_id))
            if loaded.done is not None:
                return loaded.done
            stood, root_stood = loaded.chains
            order, root = _order(order_id, stood), _order(root_id, root_stood)
            if root.parent is not None:
                raise ChainMoved(f"{root_id} was joined to another order in between")
            at = _at(now, order, root)
            entries, root_entries, after, root_after = joining.join(order, root, command, self._rules(root.pack), at)
            draft = Draft(command.id, now)
            draft.order(stood, order, entries, after)
            draft.order(root_stood, root, root_entries, root_after)
            return draft.done(
                {"number": after.number, "state": after.state, "seq": after.seq, "root": root_after.number}
            )

        return await self._commit(command, attempt, order_id, command.parent)

    async def separate(self, order_id: int, command: c.Separate, now: Instant) -> Result:
        """Undo a joining; the order opens again, and whatever it was united with answers for it no more."""
        self._check(command.by, command.role)

        async def attempt() -> Batch | Result:
            order = await self.order(order_id)
            above = () if order.parent is None else await self._up(order.parent, None)
            loaded = await self._store.load(command.id, (order_id, *above))
            if loaded.done is not None:
                return loaded.done
            stood, *above_stood = loaded.chains
            order = _order(order_id, stood)
            ancestors = [_order(one, where) for one, where in zip(above, above_stood, strict=True)]
            parents = (order.parent, *(one.parent for one in ancestors))
            if above and parents != (*above, None):
                raise ChainMoved(f"{order_id} was joined or parted in between")
            child, parted = joining.separate(
                order, ancestors, command, self._rules(order.pack), _at(now, order, *ancestors)
            )
            draft = Draft(command.id, now)
            draft.order(stood, order, *child)
            for where, one, written in zip(above_stood, ancestors, parted, strict=True):
                draft.order(where, one, *written)
            root = parted[-1][1]
            return draft.done(
                {"number": order.number, "state": child[1].state, "seq": child[1].seq, "root": root.number}
            )

        return await self._commit(command, attempt, order_id)

    async def meet(
        self,
        contact_id: int,
        command: course.ContactCommand,
        now: Instant,
        **rows: list[Any] | Callable[[Contact], list[Any]],
    ) -> Result:
        """Carry out a command on a contact; answers {"contact", "disposition", "seq"}. Raises ContactRefused."""
        named = orders_named(command)

        async def attempt() -> Batch | Result:
            loaded = await self._store.load(command.id, (contact_id, *named))
            if loaded.done is not None:
                return loaded.done
            stood = loaded.chains[0]
            if not all(map(is_order, named)) or any(order.snapshot is None for order in loaded.chains[1:]):
                raise course.ContactRefused("没有这张工单，没有登记。", "请核对单号，或先为来电人建单。")
            if stood.snapshot is None and not isinstance(command, course.Arrive):
                raise NoSuchOrder(str(contact_id))
            before = Contact(id=contact_id) if stood.snapshot is None else _decode_contact(stood.snapshot)
            entries, after = course.decide(before, command, self._rules(""), now)
            draft = Draft(command.id, now)
            draft.contact(stood, before, entries, after)
            for writer, more in rows.items():
                draft.rows(writer, more(after) if callable(more) else more)
            return draft.done({"contact": contact_id, "disposition": after.disposition, "seq": after.seq})

        return await self._commit(command, attempt, contact_id)

    async def tick(self, subject: int, command_id: UUID, now: Instant) -> Result:
        """Let the clock look at an order or contact: whatever is due by now happens, once."""
        if kind_of_chain(subject) == CONTACT:
            return await self.meet(subject, course.Look(id=command_id, by="system"), now)
        return await self.act(subject, c.Tick(id=command_id, by="system", role="system"), now)

    def _check(self, by: str, role: str) -> None:
        if not self._rights(by, role):
            raise NoRight(f"{plain_name(by)}没有“{ROLE_ZH.get(role, role)}”岗位的权限。")

    async def _read(self, command: UUID, order_id: int) -> tuple[Result | None, Order, Standing]:
        loaded = await self._store.load(command, (order_id,))
        stood = loaded.chains[0]
        return loaded.done, _order(order_id, stood), stood

    async def _up(self, order_id: int, joining_id: int | None) -> tuple[int, ...]:
        """Return the order and what it was joined to, one after the other, up to the root."""
        path: list[int] = []
        while True:
            if order_id == joining_id and path:
                raise Refused("circle", "主单本来就并在这张工单里，不能反过来并。")
            assert order_id not in path, path
            path.append(order_id)
            order = await self.order(order_id)
            if order.parent is None:
                return tuple(path)
            order_id = order.parent

    async def _commit(
        self,
        command: c.Command | course.ContactCommand,
        attempt: Callable[[], Awaitable[Batch | Result]],
        *subjects: int,
        seen: int | None = None,
    ) -> Result:
        """Carry out what `attempt` decides; decide anew where others were faster, and say who they were."""
        if tells_a_number(command):
            raise (
                Refused("personal_number", SENTENCE, INSTEAD)
                if isinstance(command, c.Command)
                else course.ContactRefused(SENTENCE, INSTEAD)
            )
        moved = False
        for _ in range(_TRIES):
            try:
                batch = await attempt()
                if not isinstance(batch, Batch):
                    return batch
                if batch.entries:
                    await self._store.commit(batch)
            except Refused as refusal:
                if isinstance(command, c.Command):
                    await self._tell_who_was_faster(refusal, command, subjects, moved, seen)
                raise
            except ChainMoved:
                moved = True
                continue
            except DoneBefore:
                loaded = await self._store.load(command.id, ())
                assert loaded.done is not None, command
                return loaded.done
            return batch.result
        raise ChainMoved(f"{subjects}: others were faster {_TRIES} times")

    async def _tell_who_was_faster(
        self, refusal: Refused, command: c.Command, subjects: tuple[int, ...], moved: bool, seen: int | None
    ) -> None:
        """Raise Overtaken if somebody changed one of the orders since the person saw it."""
        if not moved and seen is None:
            return
        try:
            order = max([await self.order(one) for one in subjects], key=lambda one: one.last_at)
        except NoSuchOrder:
            return
        if not moved and seen is not None and order.seq <= seen:
            return
        to = order.offer.to if order.offer is not None else order.holder or ""
        step = ALL_STEPS[type(command)].zh
        raise Overtaken(refusal, order.last_actor, order.last_kind, order.last_at, to, step) from refusal


_NO_COMMAND: Final = UUID(int=0)


def order_id_of(number: str) -> int:
    """Return the id (and chain) of the order with this number."""
    return chain_of(1, digits(number))


def contact_id_of(number: str) -> int:
    """Return the id (and chain) of the contact with this number."""
    return chain_of(CONTACT, digits(number))


def _order(order_id: int, stood: Standing) -> Order:
    if stood.snapshot is None:
        raise NoSuchOrder(str(order_id))
    return _decode_order(stood.snapshot)


def _at(now: Instant, *orders: Order) -> Instant:
    """Return the instant at which to write on all of them. Raises Refused when the clock is too far behind."""
    at = not_before(now, max(order.last_at for order in orders))
    if at is None:
        raise Refused("clock_back", "时钟早于上一笔记录，这一步没有保存。", "请稍后再试，并告知系统管理员。")
    return at


def _contact(contact_id: int, stood: Standing, *, new: bool = False) -> Contact:
    if stood.snapshot is not None:
        return _decode_contact(stood.snapshot)
    if new:
        return Contact(id=contact_id)
    raise NoSuchOrder(str(contact_id))

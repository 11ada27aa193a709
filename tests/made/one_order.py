"""A small hotline for tests: an order from a citizen of flesh and blood, on any store, ids counted from 1."""

import itertools
import random
from collections.abc import Callable
from typing import Any
from uuid import UUID

from lianxin.contacts import course
from lianxin.ground.clock import MINUTE_MS, Instant, at_iso
from lianxin.ground.ledger import Store
from lianxin.orders import commands as c
from lianxin.orders.order import Order
from lianxin.orders.service import Services, Words, contact_id_of, order_id_of
from lianxin.people.keys import house_keys
from lianxin.people.vault import PersonFields, PersonRecord, Vault
from lianxin.rules import Rules, load_rules

MORNING: Instant = at_iso("2026-03-09T09:00:00+08:00")
WANG = PersonFields(
    name="王小芳", numbers=("138 0013 8000",), address="锦苑小区3号楼2单元501", identity="372301199001011234"
)
SECRETS = ("王小芳", "13800138000", "锦苑小区", "372301199001011234")
RULES = load_rules("sd-binzhou")


def seeded(seed: int) -> Callable[[int], bytes]:
    """Return a source of bytes that gives the same ones for the same seed."""
    return random.Random(seed).randbytes


def rules_of(ref: str) -> Rules:
    """One pack is all there is, whatever is asked for."""
    assert ref in ("", RULES.ref), ref
    return RULES


def anybody(by: str, role: str) -> bool:
    """Everybody may do everything: rights have tests of their own."""
    return True


class Office:
    """A hotline at work on `store`; commands get ids 1, 2, 3 … and one minute passes with each."""

    def __init__(self, store: Store, seed: int = 7) -> None:
        self.store = store
        self.services = Services(store, rules_of, anybody)
        self.vault = Vault(house_keys(b"k" * 32), seeded(seed), area="0543")
        self.now = MORNING
        self._ids = (UUID(int=n) for n in itertools.count(1))
        self.salt = seeded(seed + 1)

    def id(self) -> UUID:
        """Return the id of the next command."""
        return next(self._ids)

    def later(self, minutes: int = 1) -> Instant:
        """Let minutes pass and return the instant."""
        self.now += minutes * MINUTE_MS
        return self.now

    async def contact(self, number: str, person: PersonRecord | None) -> int:
        """A call comes in and agent 1001 takes it."""
        contact = contact_id_of(number)
        who: dict[str, Any] = {} if person is None else {"person": str(person.row.id), "who": person.who}
        arrive = course.Arrive(id=self.id(), by="system", channel="call", **who)
        await self.services.meet(contact, arrive, self.later(), **(person.rows if person else {}))
        await self.services.meet(contact, course.Take(id=self.id(), by="staff:1001"), self.later())
        return contact

    async def submit(self, number: str, person: PersonRecord | None, text: str = "电梯停运，请来修") -> int:
        """An order is opened from a call; it lies in the review tray."""
        contact = await self.contact(number, person)
        words = Words("电梯停运", text, self.salt(16))
        who: dict[str, Any] = {} if person is None else {"person": str(person.row.id), "who": person.who}
        command = c.Submit(
            id=self.id(),
            by="staff:1001",
            role="agent",
            number=number,
            contact=contact,
            citizen_since=self.now,
            kind="complaint",
            category="0401",
            region="371602",
            text_hash=words.hash(),
            **who,
        )
        await self.services.submit(contact, command, self.later(), words)
        await self.services.meet(contact, course.End(id=self.id(), by="staff:1001"), self.later())
        return order_id_of(number)

    async def act(self, order: int, command: type[c.Command], by: str, role: str, **content: Any) -> dict[str, Any]:
        """Carry out a command on an order, a minute later."""
        words = content.pop("words", None)
        return await self.services.act(order, command(id=self.id(), by=by, role=role, **content), self.later(), words)

    async def dispatch(self, order: int, dispatcher: str = "staff:3001") -> None:
        """Review it and send it to the housing bureau; the dispatcher follows it from then on."""
        await self.act(order, c.Approve, "staff:2001", "reviewer", category="0401", region="371602", urgency="normal")
        await self.act(order, c.Dispatch, dispatcher, "dispatcher", unit="zjj", basis="0401", directory="1")

    async def order(self, order: int) -> Order:
        """Return the order as it is."""
        return await self.services.order(order)

    def person(self, n: int = 1, fields: PersonFields = WANG) -> PersonRecord:
        """Return the n-th citizen, locked away."""
        return self.vault.record(UUID(int=10**9 + n), fields)

"""Hire, give and take roles, leave: one command, one transaction, also where a leaver's orders move.

Whoever leaves names a successor (接手人). What they held, were offered or followed goes
over by entries of its own, in the same transaction as the entry that they left. A
command of theirs that was under way at that moment is caught by `sweep`.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid5

import msgspec

from lianxin.ground.clock import Instant
from lianxin.ground.ledger import Batch, ChainMoved, DoneBefore, Standing, Store
from lianxin.ground.ledger.chaining import Chained, chained_batch, extended
from lianxin.ground.ledger.memory import MemoryLedger
from lianxin.ground.store import load_queries
from lianxin.orders import commands as c
from lianxin.orders.batch import Draft
from lianxin.orders.lifecycle import decide as decide_order
from lianxin.orders.order import Order
from lianxin.people import roll
from lianxin.people.roles import ROLES
from lianxin.people.roll import (
    Grant,
    Hire,
    Leave,
    Member,
    MemberCommand,
    NameDeputy,
    PlaceAnew,
    Revoke,
    RollRefused,
)
from lianxin.rules import Rules

if TYPE_CHECKING:
    from asyncpg import Pool, Record

Result = dict[str, Any]
_TRIES: Final = 8
_SPACE: Final = UUID("0b2a9a43-5c0e-5d0e-9b6c-2f7d0c1e6a55")
_ACCOUNTS: Final = ("sysadmin", "system")
_RIGHTS: Final = ("secadmin", "system")
_MAY: Final[dict[type[MemberCommand], tuple[str, ...]]] = {
    Hire: _ACCOUNTS,
    PlaceAnew: _ACCOUNTS,
    Leave: _ACCOUNTS,
    Grant: _RIGHTS,
    Revoke: _RIGHTS,
    NameDeputy: ("sysadmin", "secadmin", "system"),
}
"""Who keeps which part of the roll (三员分立): one lets people in, another gives them rights."""
_QUERIES = load_queries("lianxin.personnel")
_decode_order = msgspec.json.Decoder(Order).decode
_decode_member = msgspec.json.Decoder(Member).decode


class InHand(msgspec.Struct, frozen=True):
    """What a person has in hand: ids of open orders (held, offered, followed) and of contacts not ended."""

    orders: tuple[int, ...] = ()
    contacts: tuple[int, ...] = ()


OrdersOf = Callable[[str], Awaitable[InHand]]
"""Finds what `staff:…` has in hand."""


class Personnel:
    """What can be done with the people of the house.

    in_hand  finds a person's orders and contacts, see `orders_in_postgres`, `orders_in_memory`
    rules    pack reference -> compiled rules
    rights   whether who may act in role
    """

    def __init__(
        self,
        store: Store,
        in_hand: OrdersOf,
        rules: Callable[[str], Rules],
        rights: Callable[[str, str], bool],
    ) -> None:
        self._store = store
        self._in_hand = in_hand
        self._rules = rules
        self._rights = rights

    async def member(self, number: str) -> Member:
        """Return a person as their chain makes them; not active if nobody of this number ever began."""
        loaded = await self._store.load(_NO_COMMAND, (roll.member_chain(number),))
        return _member(number, loaded.chains[0])

    async def change(
        self, number: str, command: Hire | Grant | Revoke | PlaceAnew | NameDeputy, now: Instant, name: str = ""
    ) -> Result:
        """Hire or place somebody, give or take a role, name who stands in; answers {"number", "roles", "seq"}.

        name  how they are called, where that is new
        Raises RollRefused.
        """
        self._check(number, command)
        if isinstance(command, NameDeputy) and command.deputy and not (await self.member(command.deputy)).active:
            raise RollRefused(f"{command.deputy} does not work here; name a colleague who does.")

        async def attempt() -> Batch | Result:
            loaded = await self._store.load(command.id, (roll.member_chain(number),))
            if loaded.done is not None:
                return loaded.done
            stood = loaded.chains[0]
            entries, after = roll.decide(_member(number, stood), command, now)
            result = {"number": number, "roles": list(after.roles), "seq": after.seq}
            writes: dict[str, list[Any]] = {"staff_write": [roll.row_of(after)]}
            if name:
                writes["staff_names_write"] = [roll.NameRow(number, name)]
            return chained_batch(command.id, now, result, [Chained(after.id, stood, entries, after)], writes)

        return await self._commit(command.id, attempt)

    async def leave(self, number: str, command: Leave, now: Instant) -> Result:
        """Let somebody go, and give what they have in hand to the successor.

        Answers {"number", "successor", "orders": how many moved}.
        Raises RollRefused while they have a contact in hand, or when the successor does not work here.
        """
        self._check(number, command)

        async def attempt() -> Batch | Result:
            hand = await self._in_hand(_key(number))
            chains = (roll.member_chain(number), roll.member_chain(command.successor), *hand.orders)
            loaded = await self._store.load(command.id, chains)
            if loaded.done is not None:
                return loaded.done
            stood, heir_stood, *orders_stood = loaded.chains
            heir = _member(command.successor, heir_stood)
            entries, after = roll.decide(_member(number, stood), command, now)
            if not heir.active:
                raise RollRefused(f"{command.successor} does not work here; name a colleague who stays.")
            if hand.contacts:
                raise RollRefused(
                    f"{number} still has {len(hand.contacts)} calls in hand. Nothing was changed. "
                    "End them, or let them lapse, then let the person go."
                )
            batch, moved = self._passed_on(command.id, number, heir.number, orders_stood, now)
            batch.result.update(number=number, successor=heir.number, orders=moved)
            batch.writes["staff_write"] = [roll.row_of(after)]
            return extended(batch, [Chained(after.id, stood, entries, after), Chained(heir.id, heir_stood, (), heir)])

        return await self._commit(command.id, attempt)

    async def sweep(self, number: str, now: Instant) -> int:
        """Give what somebody who left still has in hand to who goes on with their work; return how many orders.

        The successor of a successor who left as well is asked for, until one works here.
        """
        heir = await self.heir(number)
        hand = await self._in_hand(_key(number))
        if heir is None or not hand.orders:
            return 0
        command_id = uuid5(_SPACE, f"{number}>{heir.number}@{now}")

        async def attempt() -> Batch | Result:
            loaded = await self._store.load(command_id, hand.orders)
            if loaded.done is not None:
                return loaded.done
            batch, moved = self._passed_on(command_id, number, heir.number, loaded.chains, now)
            batch.result.update(orders=moved)
            return batch

        return int((await self._commit(command_id, attempt))["orders"])

    async def heir(self, number: str) -> Member | None:
        """Return who works here and goes on with the work of somebody who left; None where nobody does."""
        seen: set[str] = set()
        member = await self.member(number)
        while not member.active:
            if member.successor is None or member.successor in seen:
                return None
            seen.add(member.successor)
            member = await self.member(member.successor)
        return member

    def _passed_on(
        self, command: UUID, number: str, heir: str, stood: list[Standing] | tuple[Standing, ...], now: Instant
    ) -> tuple[Batch, int]:
        """Return the batch in which these orders go over, and how many did; one that needs nothing is left out."""
        draft, moved = Draft(command, now), 0
        for standing in stood:
            assert standing.snapshot is not None, "an order in the lists without a chain"
            order = _decode_order(standing.snapshot)
            if not _has_in_hand(order, _key(number)):
                continue
            step = c.PassOn(id=command, by=_key(number), role="system", successor=_key(heir))
            entries, after = decide_order(order, step, self._rules(order.pack), max(now, order.last_at))
            draft.order(standing, order, entries, after)
            moved += 1
        return draft.done({}), moved

    def _check(self, number: str, command: MemberCommand) -> None:
        if isinstance(command, NameDeputy) and command.by in (f"staff:{number}", f"unit:{number}"):
            return
        may = _MAY[type(command)]
        if not any(self._rights(command.by, role) for role in may):
            who = " or the ".join(ROLES[role].en for role in may if role in ROLES)
            raise RollRefused(f"{command.by} may not change the roll in this way; the {who} may.")
        if isinstance(command, Hire) and command.roles and not any(self._rights(command.by, role) for role in _RIGHTS):
            raise RollRefused(
                f"{command.by} lets people in and gives no roles. Let {number} begin without a role; the "
                f"{ROLES['secadmin'].en} gives them."
            )

    async def _commit(self, command: UUID, attempt: Callable[[], Awaitable[Batch | Result]]) -> Result:
        for _ in range(_TRIES):
            batch = await attempt()
            if not isinstance(batch, Batch):
                return batch
            if not batch.entries:
                return batch.result
            try:
                await self._store.commit(batch)
            except ChainMoved:
                continue
            except DoneBefore:
                loaded = await self._store.load(command, ())
                assert loaded.done is not None, command
                return loaded.done
            return batch.result
        raise ChainMoved(f"others were faster {_TRIES} times")


def orders_in_postgres(pool: "Pool[Record]") -> OrdersOf:
    """Return how to find what somebody has in hand in the lists of the database."""

    async def in_hand(key: str) -> InHand:
        orders = await pool.fetch(_QUERIES.in_hand.sql, key)
        contacts = await pool.fetch(_QUERIES.contacts_in_hand.sql, key)
        return InHand(tuple(row[0] for row in orders), tuple(row[0] for row in contacts))

    return in_hand


def orders_in_memory(ledger: MemoryLedger) -> OrdersOf:
    """Return the same for a store in memory."""

    async def in_hand(key: str) -> InHand:
        orders = ledger.tables["orders_write"].values()
        contacts = ledger.tables["contacts_write"].values()
        return InHand(
            tuple(
                sorted(
                    row["id"]
                    for row in orders
                    if row["closed"] is None and key in (row["holder"], row["offered"], row["tracker"])
                )
            ),
            tuple(sorted(row["id"] for row in contacts if row["disposition"] == "pending" and row["holder"] == key)),
        )

    return in_hand


async def left_behind(pool: "Pool[Record]") -> tuple[str, ...]:
    """Return those who left and still have an open order in hand; normally nobody."""
    return tuple(row[0] for row in await pool.fetch(_QUERIES.left_behind.sql))


_NO_COMMAND: Final = UUID(int=0)


def _key(number: str) -> str:
    return f"staff:{number}"


def _has_in_hand(order: Order, key: str) -> bool:
    offered = order.offer is not None and order.offer.to == key
    return order.open and (order.holder == key or order.tracker == key or offered)


def _member(number: str, stood: Standing) -> Member:
    return roll.new_member(number) if stood.snapshot is None else _decode_member(stood.snapshot)

"""Does anything get lost when everything goes wrong? The twin in a storm, replayed exactly by its seed.

Processes die between any two steps of a service, messages come twice or hours late,
commands overlap, clocks jump. Whoever got no answer sends again, or not. Afterwards the
books must balance and every acknowledged command must be there with its first answer.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, Protocol
from uuid import UUID

import msgspec

from lianxin.contacts.contact import Contact
from lianxin.contacts.course import ContactRefused
from lianxin.ground.clock import DAY_MS, HOUR_MS, MINUTE_MS, Instant
from lianxin.ground.ledger import Batch, ChainMoved, Due, Loaded, Store, kind_of_chain
from lianxin.ground.ledger.entry import CONTACT, ORDER
from lianxin.orders.order import Order
from lianxin.orders.refusal import Refused
from lianxin.orders.service import NoSuchOrder, Overtaken, Result, Services
from lianxin.twin.arrivals import arrivals
from lianxin.twin.carrying import ask
from lianxin.twin.dice import Dice, command_id
from lianxin.twin.play import Op, Play
from lianxin.twin.world import World

_decode_order = msgspec.json.Decoder(Order).decode
_decode_contact = msgspec.json.Decoder(Contact).decode
CRASHES: Final = 0.02
"""Share of steps at which the process dies."""
TWICE: Final = 0.06
LATE: Final = 0.04
JUMPS: Final = 0.03
OVERLAP: Final = 0.3
SENT_AGAIN: Final = 0.7
"""Shares: commands sent twice, delivered late, given under a clock that jumped, overlapping;
and those whose sender tries again after a crash."""
_FIRES_AT_ONCE: Final = 20


class Crash(BaseException):
    """The process is dead; nothing in it may catch this and go on."""


class Everything(Protocol):
    """Reads all snapshots of a store: what a process finds when it starts."""

    async def __call__(self) -> Sequence[tuple[int, bytes]]:
        """Return (chain, snapshot) of every chain."""
        ...


class Outcome(msgspec.Struct):
    """What a storm was like.

    acknowledged  command -> the answer its sender got
    latest        the latest instant at which anything was written
    """

    acknowledged: dict[UUID, Result]
    crashes: int = 0
    refused: int = 0
    repeated: int = 0
    late: int = 0
    jumps: int = 0
    latest: Instant = 0


class _Shaken:
    """A store between whose steps a process may die, and others may come in between."""

    def __init__(self, store: Store, dice: Dice, crashes: float) -> None:
        self._store = store
        self._dice = dice
        self._crashes = crashes

    async def load(self, command: UUID, chains: Sequence[int]) -> Loaded:
        await self._step()
        loaded = await self._store.load(command, chains)
        await self._step()
        return loaded

    async def commit(self, batch: Batch) -> None:
        await self._step()
        await self._store.commit(batch)
        await self._step()

    async def due_timers(self, now: Instant, limit: int) -> list[Due]:
        return await self._store.due_timers(now, limit)

    async def next_timer(self) -> Instant | None:
        return await self._store.next_timer()

    async def postpone_timer(self, timer: Due, until: Instant, error: str) -> None:
        await self._store.postpone_timer(timer, until, error)

    async def _step(self) -> None:
        for _ in range(self._dice.between(0, 3)):
            await asyncio.sleep(0)
        if self._dice.chance(self._crashes):
            raise Crash


class Storm:
    """One storm over one store.

    everything  reads the store's snapshots when a process starts anew
    rights      who may do what, as in a site
    """

    def __init__(
        self,
        world: World,
        store: Store,
        everything: Everything,
        rights: Callable[[str, str], bool],
        *,
        midnight: Instant,
        calls: int,
        days: int,
        crashes: float = CRASHES,
    ) -> None:
        self._world = world
        self._dice = Dice(world.seed, 4711)
        self._store = store
        self._everything = everything
        self._services = Services(_Shaken(store, self._dice, crashes), lambda _: world.rules, rights)
        self._until = midnight + days * DAY_MS
        self._coming = arrivals(midnight, calls, world.seed)
        self._late: list[tuple[Instant, Op]] = []
        self._play = Play(world, self._until, ticks=False)
        self.outcome = Outcome({})

    async def run(self) -> Outcome:
        """Let it blow until its days are over and every date that has come was looked at."""
        for at in self._coming:
            self._play.call(at)
        while (now := await self._next()) is not None:
            await self._ring(now)
        return self.outcome

    async def _next(self) -> Instant | None:
        dates = [await self._store.next_timer(), self._play.next_at(), *(at for at, _ in self._late)]
        known = [at for at in dates if at is not None]
        if not known or min(known) > max(self._until, self.outcome.latest):
            return None
        return min(known)

    async def _ring(self, now: Instant) -> None:
        """Everything that is due by now, some of it at once."""
        died = False
        together: list[Awaitable[bool]] = [
            self._fire(due, now) for due in await self._store.due_timers(now, _FIRES_AT_ONCE)
        ]
        for op in self._due_operations(now):
            if self._dice.chance(LATE):
                self._late.append((now + self._dice.between(MINUTE_MS, 9 * HOUR_MS), op))
                self.outcome.late += 1
                continue
            together.append(self._send(op, now))
            if self._dice.chance(TWICE):
                self.outcome.repeated += 1
                together.append(self._send(op, now))
            if not self._dice.chance(OVERLAP):
                died |= await _all(together)
                together = []
        died |= await _all(together)
        if died:
            await self._start_anew(now)
        else:
            await self._look(now)

    def _due_operations(self, now: Instant) -> list[Op]:
        late = [op for at, op in self._late if at <= now]
        self._late = [(at, op) for at, op in self._late if at > now]
        return [*late, *self._play.run_until(min(now, self._until))]

    async def _send(self, op: Op, now: Instant) -> bool:
        """Ask, and ask again after a crash if the sender does. Returns whether a process died."""
        if self._dice.chance(JUMPS):
            self.outcome.jumps += 1
            now += self._dice.between(-40 * MINUTE_MS, 3 * HOUR_MS)
        died = False
        while True:
            try:
                result = await ask(op._replace(at=now), self._services)
            except Crash:
                self.outcome.crashes += 1
                died = True
                if self._dice.chance(SENT_AGAIN):
                    continue
            except (Refused, Overtaken, ContactRefused, ChainMoved, NoSuchOrder):
                self.outcome.refused += 1
            else:
                self._acknowledge(op.command.id, result)
            self.outcome.latest = max(self.outcome.latest, now)
            return died

    def _acknowledge(self, command: UUID, result: Result) -> None:
        first = self.outcome.acknowledged.setdefault(command, result)
        assert first == result, f"{command} was answered {first}, and then {result}"

    async def _fire(self, due: Due, now: Instant) -> bool:
        """The worker: the same timer at the same date is the same command, whoever fires it."""
        command = command_id(due.due, self._world.seed, due.subject, due.attempts, due.seq, 99)
        try:
            self._acknowledge(command, await self._services.tick(due.subject, command, now))
        except Crash:
            self.outcome.crashes += 1
            return True
        except (Refused, Overtaken, ContactRefused, ChainMoved) as refused:
            self.outcome.refused += 1
            await self._store.postpone_timer(due, now + 5 * MINUTE_MS, str(refused))
        self.outcome.latest = max(self.outcome.latest, now)
        return False

    async def _start_anew(self, now: Instant) -> None:
        """A process that starts knows only what the store has; calls to come still come, late messages too."""
        to_come = [at for at in self._coming if at > now]
        self._play = Play(self._world, self._until, ticks=False)
        self._play.now = now
        for chain, snapshot in await self._everything():
            self._take(chain, snapshot)
        for at in to_come:
            self._play.call(at)

    async def _look(self, now: Instant) -> None:
        """See what others did with the orders this process thinks it knows."""
        self._play.now = now
        for chain, snapshot in await self._everything():
            if kind_of_chain(chain) == ORDER:
                order = _decode_order(snapshot)
                if order.archived_at is None and self._play.orders.get(chain) != order:
                    self._play.adopt(order)

    def _take(self, chain: int, snapshot: bytes) -> None:
        if kind_of_chain(chain) == ORDER:
            order = _decode_order(snapshot)
            self._play.running.count_known("order", chain)
            if order.archived_at is None:
                self._play.adopt(order)
        elif kind_of_chain(chain) == CONTACT:
            contact = _decode_contact(snapshot)
            self._play.running.count_known("contact", chain)
            if contact.stage != "ended" or contact.promises:
                self._play.adopt_contact(contact)


async def _all(together: Sequence[Awaitable[bool]]) -> bool:
    return any(await asyncio.gather(*together))


def answers_kept(outcome: Outcome, kept: dict[UUID, Any]) -> list[UUID]:
    """Return the acknowledged commands that a store does not have with the answer that was given."""
    return [command for command, result in outcome.acknowledged.items() if command in kept and kept[command] != result]

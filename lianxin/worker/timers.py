"""When the next date of an order or contact has come, who sees to it? The timers, each once.

A timer becomes a command whose id follows from subject, due date and how far the subject
had come: two workers, or one that died and came back, carry out one command, and a date
that is set anew to the same instant is another one. A command that fails is postponed
with growing pauses and its reason kept, and holds up nobody else's.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, NamedTuple
from uuid import UUID, uuid5

import structlog

from lianxin.ground.clock import HOUR_MS, SECOND_MS, Instant, iso
from lianxin.ground.ledger import Due, Store, kind_of_chain
from lianxin.ground.store.away import is_away
from lianxin.orders.service import Services

log = structlog.get_logger(__name__)

BATCH: Final = 200
AT_ONCE: Final = 4
FIRST_PAUSE_MS: Final = 2 * SECOND_MS
LONGEST_PAUSE_MS: Final = HOUR_MS
_REASON_MAX: Final = 300
_SPACE: Final = UUID("b7ad8a49-6a0c-5b55-8f0e-5d2c8f6c7b21")


Look = Callable[[int, UUID, Instant], Awaitable[object]]
"""Lets the clock look at a subject: whatever is due by now happens, once."""


class Fired(NamedTuple):
    """What one round did: timers seen to, and timers postponed because their command failed."""

    done: int = 0
    failed: int = 0

    @property
    def seen(self) -> int:
        """How many timers were due."""
        return self.done + self.failed


class Idle(Exception):
    """The command was carried out and the timer is still due: it would fire for ever."""


def command_of(timer: Due) -> UUID:
    """Return the id of the command of a timer, the same in every worker."""
    return uuid5(_SPACE, f"{timer.subject}@{timer.due}#{timer.seq}")


def pause_ms(attempts: int) -> int:
    """Return how long a timer waits after so many failures (1 or more): 2 s, doubled each time, an hour at most."""
    return min(FIRST_PAUSE_MS << min(attempts - 1, 20), LONGEST_PAUSE_MS)


class Timers:
    """Sees to due timers: of orders and contacts through the services, of other chains by whoever looks after them.

    others  kind of chain -> looks at a subject: `tick(subject, command_id, now)`
    """

    def __init__(self, services: Services, store: Store, others: Mapping[int, Look] | None = None) -> None:
        self._services = services
        self._store = store
        self._others = others or {}
        self._seen: set[Due] = set()

    async def ring(self, now: Instant, limit: int = BATCH, stopping: Callable[[], bool] = lambda: False) -> Fired:
        """See to up to `limit` timers that are due, the earliest first.

        stopping  asked before each timer; what is left stays due
        Raises what `is_away` knows: then nothing more was done.
        """
        due = await self._store.due_timers(now, limit)
        hands = asyncio.Semaphore(AT_ONCE)

        async def one(timer: Due) -> bool | None:
            async with hands:
                return None if stopping() else await self._see_to(timer, now)

        outcomes = await asyncio.gather(*map(one, due), return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
        self._seen = {timer for timer, done in zip(due, outcomes, strict=True) if done}
        return Fired(outcomes.count(True), outcomes.count(False))

    async def _see_to(self, timer: Due, now: Instant) -> bool:
        try:
            if timer in self._seen:
                raise Idle("the clock found nothing to do, and the timer is still due")
            look = self._others.get(kind_of_chain(timer.subject), self._services.tick)
            await look(timer.subject, command_of(timer), now)
        except Exception as failure:
            # Whatever is wrong with one order must not stop the clock of all others.
            if is_away(failure):
                raise
            await self._postpone(timer, failure, now)
            return False
        return True

    async def _postpone(self, timer: Due, failure: Exception, now: Instant) -> None:
        attempts = timer.attempts + 1
        until = now + pause_ms(attempts)
        reason = f"{type(failure).__name__}: {failure}".splitlines()[0][:_REASON_MAX]
        about = {"command_id": str(command_of(timer)), "subject": timer.subject, "attempts": attempts}
        log.error("timer failed", **about, again_at=iso(until), reason=reason)
        await self._store.postpone_timer(timer, until, reason)

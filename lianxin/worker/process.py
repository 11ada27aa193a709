"""The worker at work: its rounds side by side, each asleep until it is needed.

clock      timers that are due
post       messages that wait
letters    mails that came in
texts      text messages that came in
hooks      what units' systems are told
seal       a checkpoint every minute while there are new entries, and at the end
house      the site's clock, its rules and rights, the calendar, what leavers left behind, and what was kept long enough

A round that finds the database away waits for it. Asked to stop, each ends what it has
in hand within a moment; a message under way is then let go, and comes again under its key.
"""

import asyncio
import errno
import math
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog

from lianxin.channels.outbox import BATCH as LETTERS
from lianxin.channels.outbox import Outbox
from lianxin.channels.reception import Reception
from lianxin.ground.clock import Instant
from lianxin.ground.ledger.checkpoint_key import KeyTrouble
from lianxin.ground.ledger.checkpoint_seal import SetBack, seal_checkpoint
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.site.time_here import SITE_CHANNEL, SiteClock, read_site_clock
from lianxin.ground.store.away import is_away
from lianxin.insight.daily import count_days
from lianxin.orders.service import Services
from lianxin.people.rights import RIGHTS_CHANNEL, Rights
from lianxin.personnel import Personnel
from lianxin.personnel.service import left_behind
from lianxin.rules.adopted import RULES_CHANNEL, AdoptedRules
from lianxin.worker.bell import Bell, rest
from lianxin.worker.calendar_watch import watch_calendar
from lianxin.worker.keeping import Keeping
from lianxin.worker.presence import Presence
from lianxin.worker.timers import BATCH as TIMERS
from lianxin.worker.timers import Timers

if TYPE_CHECKING:
    from asyncpg import Pool, Record

log = structlog.get_logger(__name__)

LEDGER_CHANNEL: Final = "ledger"
LOOK_AGAIN_S: Final = 30.0
"""A round looks again after this time even if nobody woke it."""
BREATH_S: Final = 0.05
"""Between two rounds, so that a thousand commands a second do not make a thousand rounds."""
BUSY_ELSEWHERE_S: Final = 1.0
"""What is due and not to be had is in another worker's hands."""
LAST_STEPS_S: Final = 1.2
"""What the rounds have to end what they have in hand, and then the last checkpoint too."""
HOUSE_EVERY_S: Final = 60.0
TEXTS_CHANNEL: Final = "texts"
FOLDER_EVERY_S: Final = 2.0
"""A folder for text messages tells nobody; so often it is looked into."""


class Worker:
    """One worker process; `run` ends when `stop` is set.

    pool      connections as the application;  url: for the connection that listens
    home      where checkpoints are published
    seal_every_s  the machine's seconds between checkpoints
    """

    def __init__(
        self,
        pool: "Pool[Record]",
        url: str,
        home: Path,
        services: Services,
        timers: Timers,
        outbox: Outbox,
        reception: Reception,
        personnel: Personnel,
        rules: AdoptedRules,
        rights: Rights,
        clock: SiteClock,
        seal_every_s: float,
        keeping: Keeping,
    ) -> None:
        self._pool = pool
        self._home = home
        self._ledger = PostgresLedger(pool)
        self._services = services
        self._timers = timers
        self._outbox = outbox
        self._reception = reception
        self._personnel = personnel
        self._rules = rules
        self._rights = rights
        self._seal_every_s = seal_every_s
        self._keeping = keeping
        self.clock = clock
        self._stop = asyncio.Event()
        self._presence = Presence()
        self._clock_woken, self._post_woken, self._house_woken = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._texts_woken, self._hooks_woken = asyncio.Event(), asyncio.Event()
        rounds = (self._clock_woken, self._post_woken, self._hooks_woken)
        house = (self._house_woken,)
        self._bell = Bell(
            url,
            {
                LEDGER_CHANNEL: rounds,
                TEXTS_CHANNEL: (self._texts_woken,),
                SITE_CHANNEL: house,
                RIGHTS_CHANNEL: house,
                RULES_CHANNEL: house,
            },
            self._presence,
        )

    def now(self) -> Instant:
        """Return the present instant of the site."""
        return self.clock.now()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, then end cleanly. Raises only what is broken code."""
        self._stop = stop
        rounds = [
            asyncio.create_task(self._bell.listen(stop), name="bell"),
            asyncio.create_task(self._round(self._clock_round, self._clock_woken), name="clock"),
            asyncio.create_task(self._round(self._post_round, self._post_woken), name="post"),
            asyncio.create_task(self._round(self._letters_round, asyncio.Event()), name="letters"),
            asyncio.create_task(self._round(self._texts_round, self._texts_woken), name="texts"),
            asyncio.create_task(self._round(self._hooks_round, self._hooks_woken), name="hooks"),
            asyncio.create_task(self._round(self._seal_round, asyncio.Event()), name="seal"),
            asyncio.create_task(self._round(self._house_round, self._house_woken), name="house"),
        ]
        stopped = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait([*rounds, stopped], return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop.set()
            stopped.cancel()
            await _ended(rounds, self._reception.close)
        await self._last_seal()

    async def _round(self, act: Callable[[], Awaitable[float]], woken: asyncio.Event) -> None:
        """Act, rest for as long as the act says or until woken, act again."""
        while not self._stop.is_set():
            woken.clear()
            try:
                pause_s = await act()
            except Exception as failure:
                if not is_away(failure):
                    raise
                await rest(self._presence.lost(failure), self._stop)
                continue
            self._presence.answered()
            await rest(min(pause_s, LOOK_AGAIN_S), woken, self._stop)
            await rest(BREATH_S, self._stop)

    async def _clock_round(self) -> float:
        fired = await self._timers.ring(self.now(), TIMERS, self._stop.is_set)
        if fired.seen >= TIMERS:
            return 0.0
        return self._until(await self._ledger.next_timer())

    async def _post_round(self) -> float:
        delivered = await self._outbox.deliver(self.now(), LETTERS)
        if delivered.claimed >= LETTERS:
            return 0.0
        return max(self._until(await self._outbox.next_due()), 0.0 if delivered.claimed else BUSY_ELSEWHERE_S)

    async def _letters_round(self) -> float:
        mailroom = self._reception.mailroom
        return math.inf if mailroom is None else await mailroom.work(self._stop)

    async def _texts_round(self) -> float:
        again = await self._reception.texts.work(self.now())
        return min(self._until(again), FOLDER_EVERY_S)

    async def _hooks_round(self) -> float:
        return self._until(await self._reception.hooks.work(self.now()))

    async def _seal_round(self) -> float:
        await self._seal()
        loop = asyncio.get_running_loop()
        until_s = loop.time() + self._seal_every_s
        while not self._stop.is_set() and loop.time() < until_s:
            await rest(until_s - loop.time(), self._stop)
        return 0.0

    async def _house_round(self) -> float:
        clock = await read_site_clock(self._pool)
        if (clock.virtual, clock.speed) != (self.clock.virtual, self.clock.speed):
            log.info("clock of the site", virtual=clock.virtual, speed=clock.speed)
        self.clock = clock
        for woken in (self._clock_woken, self._post_woken, self._hooks_woken, self._texts_woken):
            woken.set()
        await self._rules.refresh(self._pool)
        await self._rights.refresh(self._pool)
        await watch_calendar(self._pool, self._services, self.now())
        await count_days(self._pool, self.now())
        for number in await left_behind(self._pool):
            moved = await self._personnel.sweep(number, self.now())
            log.warning("orders of a leaver passed on", leaver=number, orders=moved)
        await self._keeping.look(self.now())
        return HOUSE_EVERY_S

    def _until(self, due: Instant | None) -> float:
        return math.inf if due is None else self.clock.seconds_until(due)

    async def _seal(self) -> None:
        """Seal what is new. What forbids it is said at every attempt; the clock and the post go on meanwhile."""
        try:
            checkpoint = await seal_checkpoint(self._pool, self._home, self.now())
        except (KeyTrouble, SetBack) as trouble:
            log.error("no checkpoint", reason=str(trouble))
        except OSError as failure:
            if failure.filename is None and failure.errno != errno.ENOSPC:
                raise
            log.error("checkpoint cannot be published", reason=failure.strerror)
        else:
            if checkpoint is not None:
                log.info("checkpoint", number=checkpoint.id, heads=checkpoint.leaves)

    async def _last_seal(self) -> None:
        try:
            async with asyncio.timeout(LAST_STEPS_S):
                await self._seal()
        except TimeoutError:
            log.warning("stopped without a last checkpoint; the next start makes it")
        except Exception as failure:
            if not is_away(failure):
                raise
            log.warning("stopped without a last checkpoint: the database is gone; the next start makes it")


async def _ended(rounds: list[asyncio.Task[None]], let_go: Callable[[], None]) -> None:
    """Let the rounds end what they have in hand, then end them. Raises what broke one of them.

    let_go  cuts connections on which a thread still waits
    """
    await asyncio.wait(rounds, timeout=LAST_STEPS_S)
    let_go()
    for task in rounds:
        task.cancel()
    for outcome in await asyncio.gather(*rounds, return_exceptions=True):
        if isinstance(outcome, Exception):
            raise outcome

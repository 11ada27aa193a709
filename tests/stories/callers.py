"""A counter of our own at a hotline that lives: people call, some open an order, and each answer is remembered.

They act through the services on PostgreSQL, as pages will. Who gets no answer asks again with the
same command, as people do; whoever got one expects to find it in the books for ever.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from living_house import GUARD_S

from lianxin.contacts import course
from lianxin.contacts.contact import Matter
from lianxin.contacts.course import ContactRefused
from lianxin.ground.clock import Instant, local_date
from lianxin.ground.ledger import OutOfReach
from lianxin.ground.site.time_here import SiteClock, read_site_clock
from lianxin.ground.store import open_pool
from lianxin.ground.text import make_number
from lianxin.orders import commands as c
from lianxin.orders.service import Result, Services, Words, contact_id_of, order_id_of
from lianxin.people import load_staff
from lianxin.twin.demo import services_of
from lianxin.twin.dice import command_id

if TYPE_CHECKING:
    import asyncpg

    Pool = asyncpg.Pool[asyncpg.Record]

FIRST = 100_000
"""Running numbers of six digits are ours: the demo city counts in five."""
AGAIN_S = 0.5
"""Who got no answer asks again after this time."""
DIAL_S = 0.1
"""What it takes to ring up again; the city needs the machine too."""


class Callers:
    """Several people at the telephone, one call after another, until `over`.

    acknowledged  command -> the answer its sender got
    texts         order -> the words of the citizen, of acknowledged orders
    away          sentences that were told while the ledger was out of reach
    """

    def __init__(self, seed: int, at_once: int = 3) -> None:
        self.acknowledged: dict[UUID, Result] = {}
        self.texts: dict[int, str] = {}
        self.away: list[OutOfReach] = []
        self.refused: list[str] = []
        self._seed = seed
        self._at_once = at_once
        self._calls = 0
        self._news = asyncio.Condition()
        self._open = asyncio.Event()
        self._agent = f"staff:{load_staff().by_role('agent')[0].id}"
        self._services: Services
        self._clock: SiteClock
        self.pool: Pool

    @asynccontextmanager
    async def calling(self, url: str) -> AsyncIterator["Callers"]:
        """Let them call while the block runs; the block may `connect` them anew."""
        await self.connect(url)
        async with asyncio.TaskGroup() as group:
            callers = [group.create_task(self._caller()) for _ in range(self._at_once)]
            try:
                yield self
            finally:
                for caller in callers:
                    caller.cancel()
        await self.pool.close()

    async def connect(self, url: str) -> None:
        """Give them connections to a database that has come back, perhaps at another place."""
        if hasattr(self, "pool"):
            self.pool.terminate()
        self.pool = await open_pool(url, size_min=1, size_max=self._at_once + 3)
        self._clock = await read_site_clock(self.pool)
        self._services = await services_of(self.pool)
        self._open.set()
        await self._tell()

    def hold_on(self) -> None:
        """Let nobody ask again until they are given connections anew.

        A house that was off goes on in time where it stopped: who asked it before they have read its clock would write
        in its future, and every date until then would look forgotten.
        """
        self._open.clear()

    async def until(self, true: Callable[[], bool]) -> None:
        """Return when something has become true by what they did or were told."""
        async with asyncio.timeout(GUARD_S), self._news:
            await self._news.wait_for(true)

    async def until_acknowledged(self, more: int) -> None:
        """Return when so many more commands were acknowledged."""
        enough = len(self.acknowledged) + more
        await self.until(lambda: len(self.acknowledged) >= enough)

    async def until_others_act(self) -> None:
        """Return when people of the city, and not only we, have been in touch."""
        before = await self.pool.fetchval(_OTHERS)
        await until_it_moves(self.pool, _OTHERS, lambda count: count > before)

    async def missing(self) -> dict[UUID, Any]:
        """Return acknowledged commands that the books do not have with the answer that was given."""
        given = dict(self.acknowledged)  # they go on calling while we ask
        rows = await self.pool.fetch(
            "SELECT command_id, result::text FROM commands WHERE command_id = ANY($1)", list(given)
        )
        kept = {row[0]: msgspec.json.decode(row[1]) for row in rows}
        return {key: kept.get(key) for key, answer in given.items() if kept.get(key) != answer}

    async def changed_texts(self) -> dict[int, tuple[str, Any]]:
        """Return the acknowledged orders whose words are not in the books as said: what was said, what is there."""
        said = dict(self.texts)
        rows = await self.pool.fetch("SELECT order_id, text FROM texts WHERE n = 1 AND order_id = ANY($1)", list(said))
        kept = {row[0]: row[1] for row in rows}
        return {order: (text, kept.get(order)) for order, text in said.items() if kept.get(order) != text}

    async def _caller(self) -> None:
        while True:
            self._calls += 1
            await self._call(self._calls)
            await self._rest(DIAL_S)

    async def _call(self, n: int) -> None:
        chance = random.Random(f"{self._seed} {n}")
        at = self._clock.now()
        contact = contact_id_of(make_number(local_date(at), FIRST + n))
        ids = (command_id(at, self._seed, n, step) for step in range(9))
        if not await self._meet(contact, course.Arrive(id=next(ids), by="system", channel="call")):
            return
        if chance.random() < 0.1:
            await self._meet(contact, course.Leave(id=next(ids), by="citizen"))
            return
        if not await self._meet(contact, course.Take(id=next(ids), by=self._agent)):
            return
        matter: Matter | None = Matter("heard")
        if chance.random() < 0.3:
            await self._open_order(contact, make_number(local_date(at), FIRST + n), next(ids), at, chance)
            matter = None
        await self._meet(contact, course.End(id=next(ids), by=self._agent, matter=matter))

    async def _open_order(self, contact: int, number: str, key: UUID, at: Instant, chance: random.Random) -> None:
        words = Words("楼道灯不亮", f"三单元楼道灯不亮已经{chance.randrange(2, 90)}天，{number}", chance.randbytes(16))
        command = c.Submit(
            id=key,
            by=self._agent,
            role="agent",
            number=number,
            contact=contact,
            citizen_since=at,
            kind="help",
            category="0401",
            region="371602",
            text_hash=words.hash(),
        )
        if await self._ask(key, lambda services, now: services.submit(contact, command, now, words)):
            self.texts[order_id_of(number)] = words.text

    async def _meet(self, contact: int, command: course.ContactCommand) -> bool:
        return await self._ask(command.id, lambda services, now: services.meet(contact, command, now))

    async def _ask(self, key: UUID, ask: Callable[[Services, Instant], Awaitable[Result]]) -> bool:
        """Send a command until it is answered; return whether it was carried out."""
        while True:
            await self._open.wait()
            try:
                answer = await ask(self._services, self._clock.now())
            except OutOfReach as away:
                self.away.append(away)
                await self._tell()
                await self._rest(AGAIN_S)
            except ContactRefused as refusal:  # while we had no answer, the city's own people or its clock saw to it
                self.refused.append(str(refusal))
                return False
            else:
                self.acknowledged[key] = answer
                await self._tell()
                return True

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def _rest(self, seconds: float) -> None:
        """Put the receiver down for a moment, or until there is a new line."""
        line = self.pool
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds), self._news:
                await self._news.wait_for(lambda: self.pool is not line)


_OTHERS = "SELECT count(*) FROM contacts WHERE contact_id % 1000000000000000 < 100000000000000"
"""Contacts of the city itself: its running numbers have five digits."""


async def until_it_moves(pool: "Pool", question: str, true: Callable[[int], bool]) -> None:
    """Ask the database again whenever the ledger moved, until the answer is as wished."""
    moved = asyncio.Event()

    def hear(*_: object) -> None:
        moved.set()

    async with pool.acquire() as connection, asyncio.timeout(GUARD_S):
        await connection.add_listener("ledger", hear)
        while not true(await pool.fetchval(question)):
            await moved.wait()
            moved.clear()
        await connection.remove_listener("ledger", hear)

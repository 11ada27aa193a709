"""How does the demo city live on a real site? In the site's own time, with its own worker beside it.

The city rings, its staff and units act when their time has come; whoever logs in takes
over that person's work. What the clock makes happen is the worker's business; where it
was faster, the order is read again and its next step planned anew. Everything the city
knows stands in the database, so it may be killed at any moment and goes on where it was.
"""

import asyncio
from typing import TYPE_CHECKING, Final

import msgspec
import structlog

from lianxin.access.session import Policy
from lianxin.access.sessions import present_numbers
from lianxin.contacts.contact import Contact
from lianxin.contacts.course import ContactRefused
from lianxin.ground.clock import DAY_MS, Instant, RealClock, iso, local_date, midnight, to_datetime
from lianxin.ground.ledger import CONTACT, ORDER, ChainMoved, chain_of, digits_of, kind_of_chain
from lianxin.ground.site.time_here import SiteClock, read_site_clock
from lianxin.ground.store import load_queries
from lianxin.ground.store.away import is_away
from lianxin.orders.numbering import DEMO_AFTER
from lianxin.orders.order import Order
from lianxin.orders.refusal import Refused
from lianxin.orders.service import NoSuchOrder, Overtaken, Services
from lianxin.twin.arrivals import arrivals
from lianxin.twin.carrying import ask
from lianxin.twin.operation import Op, Records
from lianxin.twin.play import PUT_OFF_MS, Play
from lianxin.twin.world import World

if TYPE_CHECKING:
    from asyncpg import Pool, Record

log = structlog.get_logger(__name__)
_QUERIES = load_queries("lianxin.twin")
_LOOK_S: Final = 3.0
"""How often the city looks what others did with its orders."""
_PAUSE_S: Final = 2.0
"""How long it waits when the database is away."""
_DAY_DIGITS: Final = 10**6
"""Five digits of running number and the check digit follow the date; no demo day has 50,000 calls."""
_decode_order = msgspec.json.Decoder(Order).decode
_decode_contact = msgspec.json.Decoder(Contact).decode


class LiveCity:
    """A demo city; `run` lives until it is cancelled or the last day is over."""

    def __init__(
        self, world: World, services: Services, pool: "Pool[Record]", calls: int, last_day: Instant, records: Records
    ) -> None:
        self._services = services
        self._pool = pool
        self._calls = calls
        self._last_day = last_day
        self._play = Play(world, last_day, ticks=False, records=records)
        self._known: dict[int, int] = {}
        self._called_until: Instant = 0

    async def run(self) -> None:
        """Live. Returns when the last day is over."""
        clock = await read_site_clock(self._pool)
        await self._remember(clock.now())
        log.info("the city lives", date=iso(clock.now()), speed=clock.speed, orders=len(self._play.orders))
        looked_at = 0.0
        loop = asyncio.get_running_loop()
        while (now := clock.now()) < self._last_day:
            try:
                self._call_today(now)
                for op in self._play.run_until(now):
                    await self._do(op, clock)
                if loop.time() - looked_at >= _LOOK_S:
                    looked_at = loop.time()
                    clock = await read_site_clock(self._pool)
                    await self._look()
            except Exception as trouble:
                if not is_away(trouble):
                    raise
                log.warning("the database is away, the city waits", reason=type(trouble).__name__)
                clock = await self._remember_again()
                log.info("the database is back, the city goes on", date=iso(clock.now()))
            else:
                await self._sleep(clock)

    async def _sleep(self, clock: SiteClock) -> None:
        due = self._play.next_at()
        wait = _LOOK_S if due is None else min(clock.seconds_until(due), _LOOK_S)
        await asyncio.sleep(max(wait, 0.01))

    async def _remember_again(self) -> SiteClock:
        """Forget everything and take it up anew once the database is back: what was under way is in it or is not."""
        while True:
            await asyncio.sleep(_PAUSE_S)
            self._play = Play(self._play.world, self._last_day, ticks=False, records=self._play.records)
            self._known.clear()
            self._called_until = 0
            try:
                clock = await read_site_clock(self._pool)
                await self._remember(clock.now())
            except Exception as trouble:
                if not is_away(trouble):
                    raise
            else:
                return clock

    async def _remember(self, now: Instant) -> None:
        """Take up every order and contact where the database has them."""
        play, day = self._play, local_date(now)
        play.now = now
        for row in await self._pool.fetch(_QUERIES.unfinished_orders.sql):
            self._take(_decode_order(row["snapshot"]))
        for row in await self._pool.fetch(_QUERIES.unfinished_contacts.sql):
            play.adopt_contact(_decode_contact(row["snapshot"]))
        for kind, chains in (("order", ORDER), ("contact", CONTACT)):
            first = chain_of(chains, int(f"{day:%Y%m%d}") * _DAY_DIGITS)
            own = first + DEMO_AFTER * 10 + 9  # what lies above was drawn by the doors of the house
            last: int | None = await self._pool.fetchval(_QUERIES.last_of_day.sql, first, own)
            play.running.count_from(kind, day, 0 if last is None else digits_of(last) // 10 % (_DAY_DIGITS // 10))

    def _call_today(self, now: Instant) -> None:
        """Let the calls of the day come in that are still to come; those of before came in before."""
        while self._called_until <= now:
            begin = self._called_until or midnight(local_date(now))
            day = arrivals(begin, self._calls, self._play.world.seed)
            known = self._play.running.last("contact", local_date(begin))
            for at in day[known:]:
                self._play.call(max(at, now) if known else at)
            self._called_until = begin + DAY_MS

    async def _do(self, op: Op, clock: SiteClock) -> None:
        again: Instant | None = None
        try:
            await ask(op._replace(at=max(op.at, min(clock.now(), op.at + DAY_MS))), self._services)
        except (Refused, Overtaken, ContactRefused, ChainMoved, NoSuchOrder) as refused:
            log.info("planned anew", what=op.what, subject=digits_of(op.subject), reason=type(refused).__name__)
            again = max(op.at, clock.now()) + PUT_OFF_MS
        for chain in op.chains:
            if kind_of_chain(chain) == ORDER:
                try:
                    self._take(await self._services.order(chain), again)
                except NoSuchOrder:
                    self._play.forget(chain)

    def _take(self, order: Order, again: Instant | None = None) -> None:
        """Take an order as it stands in the store.

        again  a step was refused: when to try it next, if the order stands where it stood and so would plan the same
        """
        stands = self._known.get(order.id) == order.seq
        self._known[order.id] = order.seq
        if again is not None and stands:
            self._play.adopt(order, again)
        elif self._play.orders.get(order.id) != order:
            self._play.adopt(order)
        if order.archived_at is not None:
            self._known.pop(order.id, None)

    async def _look(self) -> None:
        """Read again what others changed or opened meanwhile, and leave their work to who is at a desk."""
        await self._leave_to_people()
        for row in await self._pool.fetch(_QUERIES.moved_on.sql, list(self._known), list(self._known.values())):
            self._take(_decode_order(row["snapshot"]))
        since = to_datetime(self._play.now - DAY_MS)
        for row in await self._pool.fetch(_QUERIES.opened_by_others.sql, since, list(self._known)):
            self._take(_decode_order(row["snapshot"]))

    async def _leave_to_people(self) -> None:
        numbers = await present_numbers(self._pool, Policy(), RealClock().now())
        contacts = self._play.leave_to(frozenset(key for number in numbers for key in _keys(number)))
        if contacts:
            for row in await self._pool.fetch(_QUERIES.unfinished_contacts.sql):
                contact = _decode_contact(row["snapshot"])
                if contact.id in contacts:
                    self._play.adopt_contact(contact)


def _keys(number: str) -> tuple[str, str]:
    """Return under which keys somebody of this number acts."""
    return f"staff:{number}", f"unit:{number}"

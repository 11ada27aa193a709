"""How is a worker put together, and kept until it is told to stop?"""

import asyncio
import logging
import secrets
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog

from lianxin.channels.assembling import channels_of
from lianxin.channels.outbox import Outbox
from lianxin.channels.reception import reception_of
from lianxin.channels.wording import load_wording
from lianxin.ground.clock import Instant, RealClock
from lianxin.ground.ledger import Store
from lianxin.ground.ledger.entry import KNOWLEDGE
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.site import Site, SiteError
from lianxin.ground.site.time_here import read_site_clock
from lianxin.ground.store import open_pool
from lianxin.ground.store.away import is_away
from lianxin.ground.web.present import Present
from lianxin.knowledge.service import Knowledge, numbers_of
from lianxin.orders.service import Services
from lianxin.people.identities import identities, telling_vault
from lianxin.people.rights import Rights
from lianxin.personnel import Personnel, orders_in_postgres
from lianxin.privacy import KeptApart
from lianxin.retention.assembling import backups_of, sweeper_of
from lianxin.retention.rules import BadRules
from lianxin.rules import BrokenPack
from lianxin.rules.adopted import AdoptedRules
from lianxin.worker.bell import rest
from lianxin.worker.keeping import Keeping
from lianxin.worker.presence import Presence
from lianxin.worker.process import Worker
from lianxin.worker.timers import Timers

if TYPE_CHECKING:
    from asyncpg import Pool, Record

log = structlog.get_logger(__name__)


async def work(site: Site, url: str) -> None:
    """Be a worker of this site until SIGTERM or SIGINT. Raises SiteError or KeyUnfit before anything was done."""
    # The pool's own lines repeat, with a traceback each, what `Presence` says once.
    logging.getLogger("asyncpg.pool").setLevel(logging.ERROR)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for wish in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(wish, stop.set)
    pool = await _reached(url, stop)
    if pool is None:
        return
    try:
        worker = await assembled(site, pool, url)
        log.info("worker started", virtual=worker.clock.virtual, speed=worker.clock.speed)
        await worker.run(stop)
        log.info("worker stopped")
    finally:
        pool.terminate()


async def assembled(site: Site, pool: "Pool[Record]", url: str) -> Worker:
    """Return a worker for a site whose database is there."""
    ledger = PostgresLedger(pool)
    workers: list[Worker] = []
    clock = await read_site_clock(pool)

    def now() -> int:
        return workers[0].now() if workers else clock.now()

    rules = await _adopted(site.settings.rules.pack, pool, now)
    rights = await Rights.load(pool)
    outbox = Outbox(pool, channels_of(site), telling_vault(site.home), load_wording(), site.settings.outbox)
    store = KeptApart(ledger, pool, identities(pool, site.home))
    services = Services(store, rules, rights)
    knowledge = Knowledge(ledger, lambda: rules("").calendar, rights, numbers_of(pool), secrets.token_bytes)

    async def present() -> Present:
        site_clock = workers[0].clock if workers else clock
        return Present(site_clock.now(), site_clock.virtual)

    reception = reception_of(site, pool, services, present, now)
    workers.append(
        Worker(
            pool,
            url,
            site.home,
            services,
            Timers(services, ledger, {KNOWLEDGE: knowledge.tick}),
            outbox,
            reception,
            Personnel(ledger, orders_in_postgres(pool), rules, rights),
            rules,
            rights,
            clock,
            site.settings.checkpoint.interval_s,
            _keeping(site, pool, store, rules, rights),
        )
    )
    return workers[0]


def _keeping(site: Site, pool: "Pool[Record]", store: Store, rules: AdoptedRules, rights: Rights) -> Keeping:
    """Return what tidies up. Raises SiteError where the rules of retention cannot be used."""
    clock = RealClock()
    try:
        sweeper = sweeper_of(site, pool, store, rules, rights, clock)
    except BadRules as bad:
        raise SiteError(f"{bad}\nNothing was changed, and nothing is let go by guess.") from bad
    return Keeping(pool, site.home, sweeper, backups_of(site), clock)


async def _adopted(pack: str, pool: "Pool[Record]", now: Callable[[], Instant]) -> AdoptedRules:
    """Return the adopted packs; a house that has moved in has the one it accepts orders by. Raises SiteError."""
    try:
        rules = await AdoptedRules.load(pool, pack, now)
    except BrokenPack as broken:
        raise SiteError(
            f"A rule pack that was adopted cannot be read by this version of Lianxin:\n{broken}\nNothing was changed, "
            "and no date is reckoned by guess. Go back to the version that read it, or adopt a corrected one."
        ) from broken
    if rules.packs and pack not in rules.packs:
        raise SiteError(
            f"The setting rules.pack names “{pack}”, of which no version was adopted here. Nothing was changed. "
            f"Set it (or LIANXIN_RULES_PACK) to one of: {', '.join(sorted(rules.packs))}."
        )
    return rules


async def _reached(url: str, stop: asyncio.Event) -> "Pool[Record] | None":
    """Return a pool once the database answers; None when told to stop before."""
    presence = Presence()
    while not stop.is_set():
        try:
            pool = await open_pool(url)
        except Exception as failure:
            if not is_away(failure):
                raise
            await rest(presence.lost(failure), stop)
            continue
        presence.answered()
        return pool
    return None

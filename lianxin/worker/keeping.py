"""What keeps the house tidy: looks that a dead process left, and once a day whatever was kept long enough.

Rules of retention are carried out, backups that are over go, a rotation of keys that was
broken off goes on. What forbids one of it is said in the log and keeps nothing else up.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from lianxin.ground.clock import Clock, Instant, iso
from lianxin.ground.ledger.checkpoint_key import KeyTrouble
from lianxin.people.keys import CHAINS, KeyFolder, KeyUnfit
from lianxin.people.rotation import RotationRefused, rotate
from lianxin.privacy.looks import bring_left_behind
from lianxin.retention.backups import Backups
from lianxin.retention.hanging import hanging_on
from lianxin.retention.sweep import Done, Sweeper

if TYPE_CHECKING:
    from asyncpg import Pool, Record

log = structlog.get_logger(__name__)


class Keeping:
    """Tidies up.

    clock  the machine's: files have no other
    """

    def __init__(self, pool: "Pool[Record]", home: Path, sweeper: Sweeper, backups: Backups, clock: Clock) -> None:
        self._pool = pool
        self._home = home
        self._sweeper = sweeper
        self._backups = backups
        self._clock = clock

    async def look(self, now: Instant) -> None:
        """Do what is to be done now; `now` is an instant of the site."""
        await bring_left_behind(self._pool, self._home)
        try:
            done = await self._sweeper.daily(now)
        except KeyTrouble as trouble:
            log.error("nothing was let go today", reason=str(trouble))
            return
        if done is not None:
            _say(done)
            self._expire_backups()
            await self._go_on_with_rotations()

    def _expire_backups(self) -> None:
        before = self._sweeper.rules.rule("backups").keep.before(self._clock.now())
        for backup in self._backups.over(before):
            self._backups.delete(backup)
            log.info("a backup went, its time is over", name=backup.name)

    async def _go_on_with_rotations(self) -> None:
        for chain in CHAINS:
            keys = KeyFolder(self._home, chain)
            if not keys.old_paths():
                continue
            try:
                found = await rotate(self._pool, keys, hanging_on(keys), self._clock.now(), begin=False)
            except (RotationRefused, KeyUnfit) as refusal:
                log.warning("keys are not replaced", chain=chain, reason=str(refusal))
            else:
                waiting = sum(found.waiting.values())
                log.info("keys", chain=chain, newest=found.newest, old=list(found.old), waiting=waiting)


def _say(done: Sequence[Done]) -> None:
    for one in done:
        if one.erased:
            log.info("its time was over", thing=one.thing, before=iso(one.before), erased=one.erased)

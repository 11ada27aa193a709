"""The sweep (清理): what is over goes, every day, by rule; each time with a signed line that says what went and why.

What a statement erases and the line that says so are one transaction. Persons and files
go by commands of their own, with entries; the line follows. A dry run erases nothing.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from lianxin.ground.clock import Clock, Instant, local_date, to_datetime
from lianxin.ground.ledger.checkpoint_key import signing_key
from lianxin.ground.store import load_queries
from lianxin.privacy.looking import let_looks_go, looks_over
from lianxin.retention.expiring import Going
from lianxin.retention.rules import Keep, Rule, Rules
from lianxin.retention.sweep_line import Swept, sign_sweep

if TYPE_CHECKING:
    from asyncpg import Pool, Record
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from lianxin.retention.expiring import Reach

_QUERIES = load_queries("lianxin.retention")
_AT_A_TIME: Final = 5_000
ALL: Final = 2**31 - 1
"""No limit: a dry run counts in one statement."""
_LAW: Final = Keep(months=6)
"""However fast a demo's time runs, logs stay so long by the machine's (网络安全法 article 21)."""
_ONE_SWEEPS: Final = 0x6C782D7377656570
"""`lx-sweep` in ASCII: one process at a time writes lines that hang on each other."""


class Done(msgspec.Struct, frozen=True):
    """What was erased of one thing, or in a dry run would be."""

    thing: str
    before: Instant
    erased: int


class Sweeper:
    """Carries out the rules of retention.

    home        where the key lies that signs
    statements  thing -> the statement that lets some of it go, see `expiring.statements`
    going       thing -> what lets it go one by one
    clock       the machine's
    """

    def __init__(
        self,
        pool: "Pool[Record]",
        home: Path,
        rules: Rules,
        statements: Mapping[str, str],
        going: Mapping[str, Going],
        clock: Clock,
    ) -> None:
        self._pool = pool
        self._home = home
        self.rules = rules
        self._statements = statements
        self._going = going
        self._clock = clock

    async def daily(self, now: Instant) -> tuple[Done, ...] | None:
        """Sweep if nobody did on this local day; None: somebody did."""
        begun = await self._pool.fetchval(_QUERIES.begin_day.sql, local_date(now))
        return None if begun is None else await self.sweep(now)

    async def sweep(self, now: Instant, *, dry_run: bool = False) -> tuple[Done, ...]:
        """Let go what is over at `now`, an instant of the site; return what went, thing by thing.

        dry_run  only count
        Raises KeyTrouble where the key that signs is gone; nothing was erased then.
        """
        found = []
        for rule in self.rules.rules:
            if rule.done_by == "house" and rule.thing != "backups":
                found.append(await self._thing(rule, now, dry_run=dry_run))
        return tuple(found)

    async def _thing(self, rule: Rule, now: Instant, *, dry_run: bool) -> Done:
        before = rule.keep.before(now)
        if rule.thing == "looks":
            before = min(before, _LAW.before(self._clock.now()))
            erased = await self._looks(rule, before, now, dry_run=dry_run)
        elif rule.thing in self._going:
            erased = await self._one_by_one(rule, before, now, dry_run=dry_run)
        else:
            erased = await self._rows(rule, before, now, dry_run=dry_run)
        return Done(rule.thing, before, erased)

    async def _rows(self, rule: Rule, before: Instant, now: Instant, *, dry_run: bool) -> int:
        total = 0
        while True:
            went = await self._some_rows(rule, before, now, dry_run=dry_run)
            total += went
            if went < _AT_A_TIME or dry_run:
                return total

    async def _some_rows(self, rule: Rule, before: Instant, now: Instant, *, dry_run: bool) -> int:
        limit = ALL if dry_run else _AT_A_TIME
        async with self._pool.acquire() as connection:
            transaction = connection.transaction()
            await transaction.start()
            try:
                went = int(await connection.fetchval(self._statements[rule.thing], to_datetime(before), limit))
                if went and not dry_run:
                    await self._write_line(connection, rule, before, went, now)
            except BaseException:
                await transaction.rollback()
                raise
            await (transaction.rollback() if dry_run else transaction.commit())
        return went

    async def _looks(self, rule: Rule, before: Instant, now: Instant, *, dry_run: bool) -> int:
        """Let whole checkpoints' looks go: of a part of one nobody could prove any more that the rest is as it was."""
        async with self._pool.acquire() as connection, connection.transaction():
            through, many = await looks_over(connection, before)
            if many and not dry_run:
                many = await let_looks_go(connection, through)
                await self._write_line(connection, rule, before, many, now, through)
        return many

    async def _one_by_one(self, rule: Rule, before: Instant, now: Instant, *, dry_run: bool) -> int:
        going, went = self._going[rule.thing], 0
        ground = f"保存期限届满：{self.rules.ref} {rule.thing}，{rule.source}"
        try:
            async for one in going.over(before):
                if not (went or dry_run):
                    await self._key(self._pool)  # nothing goes that no line could tell of
                went += 1 if dry_run else await going.let_go(one, ground, now)
        finally:
            if went and not dry_run:  # also of those that went before one of them could not
                async with self._pool.acquire() as connection, connection.transaction():
                    await self._write_line(connection, rule, before, went, now)
        return went

    async def _key(self, reach: "Reach | Pool[Record]") -> "Ed25519PrivateKey":
        """Return the key that signs. Raises KeyTrouble; a new one is made only where nothing was ever sealed."""
        sealed: Any = await reach.fetchval(_QUERIES.any_checkpoint.sql)
        return signing_key(self._home, may_make=not sealed)

    async def _write_line(
        self, connection: "Reach", rule: Rule, before: Instant, went: int, now: Instant, through: int = 0
    ) -> None:
        await connection.execute("SELECT pg_advisory_xact_lock($1)", _ONE_SWEEPS)
        key = await self._key(connection)
        last = await connection.fetchval(_QUERIES.last_sweep.sql)
        swept = Swept(
            rule=f"{self.rules.ref} {rule.thing}", thing=rule.thing, before=before, erased=went, through=through
        )
        line = sign_sweep(key, last, now, swept)
        number = msgspec.json.decode(line, type=_Numbered).id
        await connection.execute(_QUERIES.add_sweep.sql, number, to_datetime(now), line)


class _Numbered(msgspec.Struct):
    id: int

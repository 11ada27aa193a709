"""What the worker tidies up: looks of dead processes, and once a day what was kept long enough, backups and keys."""

from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from bare_rows import write
from one_order import MORNING, WANG, Office, anybody, rules_of

from lianxin.access.who import Who
from lianxin.ground.clock import DAY_MS, RealClock, VirtualClock, to_datetime
from lianxin.ground.ledger.checkpoint_key import KEY_FILE
from lianxin.ground.ledger.checkpoint_seal import seal_checkpoint
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.site import Settings, Site
from lianxin.orders.drafts import Drafts
from lianxin.people.keys import KeyFolder
from lianxin.people.persons import person_row
from lianxin.people.rotation import GRACE_MS
from lianxin.people.vault import Vault
from lianxin.privacy.looks import Looks
from lianxin.privacy.whence import Marks
from lianxin.retention.assembling import backups_of, sweeper_of
from lianxin.worker.keeping import Keeping

LI = Who("1023", "李强", "staff:1023", frozenset({"agent"}))


class House:
    """A site whose machine's clock is moved by hand."""

    def __init__(self, pool: Any, home: Path) -> None:
        self.pool, self.home = pool, home
        self.clock = VirtualClock(RealClock().now())
        self.office = Office(PostgresLedger(pool))
        site, rights = Site(home=home, settings=Settings()), anybody
        sweeper = sweeper_of(site, pool, self.office.store, rules_of, rights, self.clock)  # type: ignore[arg-type]
        self.backups = backups_of(site)
        self.keeping = Keeping(pool, home, sweeper, self.backups, self.clock)
        self.drafts = Drafts(pool, KeyFolder(home).ring("drafts"))

    async def draft(self, at: int) -> None:
        await self.drafts.keep("1023", "20260309-000017", "reply", {"text": ("已联系",)}, at)

    async def count(self, table: str) -> int:
        return int(await self.pool.fetchval(f"SELECT count(*) FROM {table}"))


@pytest.fixture
def house(pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path) -> House:
    return House(pool, tmp_path)


async def test_looks_of_a_dead_process_are_brought_in_whenever_it_looks(house: House) -> None:
    dead = Looks(house.pool, house.home, Marks(b"m" * 32))
    for day in (0, 1):
        await dead.note(LI, 1020260309000017 + day, "page", MORNING)
        bundle = dead._spool.turn()
        assert bundle is not None
        bundle.close()  # its process is no more
        await house.keeping.look(MORNING)
        assert await house.count("looks") == day + 1


async def test_once_a_day_what_is_over_goes(house: House) -> None:
    await house.draft(MORNING - 8 * DAY_MS)
    await house.keeping.look(MORNING)
    assert await house.count("drafts") == 0
    await house.draft(MORNING - 8 * DAY_MS)
    await house.keeping.look(MORNING + 1)
    assert await house.count("drafts") == 1, "today was swept already"
    await house.keeping.look(MORNING + DAY_MS)
    assert await house.count("drafts") == 0


async def test_old_backups_go_with_the_day_by_the_machines_time(house: House) -> None:
    house.backups.folder.mkdir()
    now = house.clock.now()
    for days in (40, 36, 2):
        name = f"lianxin-{to_datetime(now - days * DAY_MS):%Y%m%dT%H%M%S%z}-{days:06x}.lxb"
        (house.backups.folder / name).write_bytes(b"")
    await house.keeping.look(MORNING)
    assert [(now - one.made) // DAY_MS for one in house.backups.all()] == [2]


async def test_a_rotation_that_was_broken_off_is_ended_and_none_is_begun(house: House) -> None:
    keys = KeyFolder(house.home)
    await write(house.pool, Vault(keys).record(UUID(int=1), WANG).rows)
    first = keys.secrets()[0]
    await house.keeping.look(MORNING)
    assert KeyFolder(house.home).secrets() == (first,), "nobody asked for a new one"
    keys.begin()
    house.clock.set(house.clock.now() + GRACE_MS + DAY_MS)
    await house.keeping.look(MORNING + DAY_MS)
    assert KeyFolder(house.home).old_paths() == []
    assert (await house.pool.fetchval("SELECT count(*) FROM persons")) == 1
    row = await house.pool.fetchrow("SELECT * FROM persons")
    assert Vault(KeyFolder(house.home)).open(person_row(row)).name == WANG.name


async def test_without_the_signing_key_nothing_goes_and_the_worker_works_on(house: House) -> None:
    await house.office.submit("20260309-000017", None)
    await seal_checkpoint(house.pool, house.home, MORNING)
    (house.home / KEY_FILE).unlink()
    await house.draft(MORNING - 8 * DAY_MS)
    await house.keeping.look(MORNING)
    assert await house.count("drafts") == 1

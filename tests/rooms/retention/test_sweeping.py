"""What was kept long enough goes, nothing else, and every time a signed line says what went and why."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from bare_rows import hire, put_order
from one_order import MORNING, SECRETS, WANG, Office, rules_of

from lianxin.ground.clock import DAY_MS, MINUTE_MS, RealClock, VirtualClock, at_iso, iso, to_datetime
from lianxin.ground.ledger.checkpoint_key import KEY_FILE, KeyTrouble, known_key
from lianxin.ground.ledger.checkpoint_seal import seal_checkpoint
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.site import Settings
from lianxin.ground.site import Site as PlainSite
from lianxin.ground.store import Database
from lianxin.insight.audit.database import audit_database
from lianxin.orders import commands as c
from lianxin.orders.drafts import Drafts
from lianxin.people.identities import Identities, identities
from lianxin.people.keys import KeyFolder
from lianxin.people.persons import Persons
from lianxin.privacy import KeptApart
from lianxin.privacy.look import NOWHERE, Look
from lianxin.privacy.looks import write_looks
from lianxin.retention.assembling import retention_rules, sweeper_of
from lianxin.retention.erasure import REDACTED, Erase, Erasure
from lianxin.retention.expiring import statements
from lianxin.retention.sweep import Done, Sweeper
from lianxin.retention.sweep_line import chain_of_sweeps

YEAR_MS = 366 * DAY_MS


class Site:
    """A site whose time and whose machine's clock are told."""

    def __init__(self, pool: Any, url: str, home: Path) -> None:
        self.pool, self.url, self.home = pool, url, home
        self.both: Identities = identities(pool, home, "0543")
        self.office = Office(KeptApart(PostgresLedger(pool), pool, self.both))
        self.clock = VirtualClock(RealClock().now())
        settings = PlainSite(home=home, settings=Settings())
        self.sweeper: Sweeper = sweeper_of(settings, pool, self.office.store, rules_of, _rights, self.clock)  # type: ignore[arg-type]

    async def sweep(self, now: int, *, dry_run: bool = False) -> dict[str, int]:
        """Sweep; what went, of each thing of which anything did."""
        done: tuple[Done, ...] = await self.sweeper.sweep(now, dry_run=dry_run)
        return {one.thing: one.erased for one in done if one.erased}

    async def lines(self) -> list[Any]:
        rows = await self.pool.fetch("SELECT line FROM sweeps ORDER BY sweep_id")
        return list(chain_of_sweeps(row[0] for row in rows))

    async def audit(self) -> list[tuple[str, str]]:
        """What the audit finds of checkpoints, looks and sweeps; people and orders here are bare rows."""
        file, key = self.home / "checkpoints.jsonl", known_key(self.home)
        report = await asyncio.to_thread(audit_database, self.url, checkpoints=file, key=key, workers=1)
        of_the_log = ("look_", "sweep_", "checkpoint_")
        return [(one.kind, one.detail) for one in report.violations if one.kind.startswith(of_the_log)]


def _rights(by: str, role: str) -> bool:
    return by == "system" and role == "system"


@pytest.fixture
async def site(pool: "asyncpg.Pool[asyncpg.Record]", database: Database, tmp_path: Path) -> Site:
    await hire(pool)
    return Site(pool, database.app_url, tmp_path)


def test_every_thing_that_the_house_lets_go_is_let_go_by_somebody() -> None:
    by_statement = set(statements())
    one_by_one = {"orders", "contacts", "recordings", "grave_recordings"}
    of_their_own = {"looks", "backups"}
    rules = retention_rules(Path("/nowhere"))
    held = {rule.thing for rule in rules.rules if rule.done_by == "house"}
    assert held == by_statement | one_by_one | of_their_own


async def test_drafts_go_after_a_week_and_no_day_sooner(site: Site) -> None:
    drafts = Drafts(site.pool, KeyFolder(site.home).ring("drafts"))
    for n, at in enumerate((MORNING, MORNING + DAY_MS)):
        await drafts.keep("1023", f"2026030{n}-000017", "reply", {"text": ("已联系",)}, at)
    week = 7 * DAY_MS
    assert await site.sweep(MORNING + week) == {}, "exactly a week old is not older than a week"
    assert await site.sweep(MORNING + week + 1, dry_run=True) == {"drafts": 1}
    assert await site.pool.fetchval("SELECT count(*) FROM drafts") == 2, "a dry run erases nothing"
    assert await site.lines() == []
    assert await site.sweep(MORNING + week + 1) == {"drafts": 1}
    assert await site.pool.fetchval("SELECT count(*) FROM drafts") == 1
    (line,) = await site.lines()
    assert (line.thing, line.erased, line.before) == ("drafts", 1, iso(MORNING + 1))
    assert line.rule == "sd-binzhou-retention@2026.1 drafts" and line.key == known_key(site.home)


async def test_the_day_is_swept_once_whoever_comes(site: Site) -> None:
    assert await site.sweeper.daily(MORNING) is not None
    assert await site.sweeper.daily(MORNING + MINUTE_MS) is None
    assert await site.sweeper.daily(MORNING + DAY_MS) is not None


async def looks(site: Site, at: int, *numbers: int) -> None:
    await write_looks(
        site.pool, [Look(at, "1023", None, "export", f"n{n}", NOWHERE, NOWHERE, UUID(int=n)) for n in numbers]
    )


async def test_looks_go_by_whole_checkpoints_and_the_audit_still_holds(site: Site) -> None:
    """Two looks of five years ago, two of two years ago, one that is not sealed yet."""
    now = RealClock().now()
    await looks(site, now - 5 * YEAR_MS, 1, 2)
    await seal_checkpoint(site.pool, site.home, now - 5 * YEAR_MS)
    await looks(site, now - 2 * YEAR_MS, 3, 4)
    await seal_checkpoint(site.pool, site.home, now - 2 * YEAR_MS)
    await looks(site, now, 5)
    assert await site.sweep(now, dry_run=True) == {"looks": 2}
    assert await site.sweep(now) == {"looks": 2}
    assert [row[0] for row in await site.pool.fetch("SELECT look_id FROM looks ORDER BY 1")] == [3, 4, 5]
    (line,) = await site.lines()
    assert (line.thing, line.through, line.erased) == ("looks", 2, 2)
    assert await site.audit() == []
    assert await site.sweep(now) == {}


async def test_no_rule_and_no_fast_time_lets_a_young_look_go(site: Site) -> None:
    """A demo's time may be ten years ahead; six months are six months of the machine."""
    now = RealClock().now()
    await looks(site, now - DAY_MS, 1)
    await seal_checkpoint(site.pool, site.home, now - DAY_MS)
    assert await site.sweep(now + 10 * YEAR_MS) == {}
    assert await site.pool.fetchval("SELECT count(*) FROM looks") == 1
    with pytest.raises(asyncpg.PostgresError, match="six months"):
        await site.pool.fetchval("SELECT looks_expire(1, 10)")


async def test_a_statement_lets_no_evidence_of_the_last_six_months_go(site: Site) -> None:
    now = to_datetime(RealClock().now())
    await site.pool.execute(
        "INSERT INTO login_attempts (at, kind, subject, address, outcome) "
        "VALUES ($1, 'password', $2, '', 'wrong'), ($1 - interval '7 months', 'password', $2, '', 'wrong')",
        now,
        bytes(32),
    )
    went = await site.pool.fetchval("SELECT login_attempts_expire($1, 100)", to_datetime(RealClock().now() + YEAR_MS))
    assert went == 1
    for statement in ("DELETE FROM login_attempts", "DELETE FROM reveals", "DELETE FROM access_acts"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await site.pool.execute(statement)


async def test_thirty_years_after_its_end_an_order_keeps_its_course_and_forgets_its_citizen(site: Site) -> None:
    office = site.office
    record = site.both.lock(UUID(int=7), WANG, kind="complaint")
    order = await office.submit("20260309-000017", record, "我是王小芳，电梯停运")
    await office.act(order, c.Withdraw, "citizen", "citizen", evidence="录音 8812")
    young = site.both.lock(UUID(int=8), WANG, kind="complaint")
    other = await office.submit("20260309-000025", young)
    ended = office.now
    later = at_iso("2056-04-09T09:00:00+08:00")
    assert await site.sweep(ended + 29 * YEAR_MS, dry_run=True) == {}
    assert await site.sweep(later) == {"orders": 1}
    assert (await office.order(order)).closed_at is not None
    text = await site.pool.fetchval("SELECT text FROM texts WHERE order_id = $1", order)
    assert text == REDACTED
    entry = await site.pool.fetchrow(
        "SELECT actor, convert_from(body, 'UTF8') AS body FROM entries WHERE chain_id = $1 ORDER BY seq DESC", order
    )
    assert (
        entry is not None
        and entry["actor"] == "system"
        and "保存期限届满：sd-binzhou-retention@2026.1" in entry["body"]
    )
    assert await Persons(site.pool, site.both.vault("persons")).find("13800138000") == (UUID(int=8),)
    assert (await office.order(other)).open, "an open order keeps its citizen, however old it is"
    everything = "".join(str(tuple(row)) for row in await site.pool.fetch("SELECT * FROM texts"))
    assert not [secret for secret in SECRETS if secret in everything]
    assert await site.sweep(later) == {}, "nobody goes twice"


async def test_of_a_whistle_blower_too(site: Site) -> None:
    office = site.office
    order = await office.submit("20260309-000017", site.both.lock(UUID(int=7), WANG, kind="report"))
    await put_order(
        site.pool, order, "20260309-000017", UUID(int=7), kind="report", state="withdrawn", closed=office.now
    )
    assert await site.sweep(at_iso("2057-01-01T00:00:00+08:00"), dry_run=True) == {"orders": 1}


async def test_who_only_called_is_forgotten_after_three_years(site: Site) -> None:
    office = site.office
    record = site.both.lock(UUID(int=7), WANG, kind="")
    contact = await office.contact("20260309-000033", record)
    assert await site.sweep(office.now + 4 * YEAR_MS, dry_run=True) == {}, "a contact that has not ended stays"
    await site.pool.execute("UPDATE contacts SET disposition = 'heard' WHERE contact_id = $1", contact)
    assert await site.sweep(office.now + 2 * YEAR_MS, dry_run=True) == {}
    assert await site.sweep(office.now + 4 * YEAR_MS) == {"contacts": 1}
    assert await Persons(site.pool, site.both.vault("persons")).find("13800138000") == ()
    kinds = await site.pool.fetch("SELECT kind FROM entries WHERE chain_id = $1 ORDER BY seq", contact)
    assert kinds[-1]["kind"] == "erased"


async def test_who_called_again_since_is_not_forgotten(site: Site) -> None:
    office = site.office
    record = site.both.lock(UUID(int=7), WANG, kind="")
    for number in ("20260309-000033", "20260309-000041"):
        await office.contact(number, record)
    await site.pool.execute("UPDATE contacts SET disposition = 'heard'")
    await site.pool.execute(
        "UPDATE contacts SET arrived_at = arrived_at + interval '3 years' WHERE contact_id % 10 = 1"
    )
    assert await site.sweep(office.now + 4 * YEAR_MS, dry_run=True) == {}


async def test_letters_go_only_when_no_open_order_needs_them(site: Site) -> None:
    for n, order in enumerate((None, 1020260309000017, 1020260309000025)):
        await site.pool.execute(
            "INSERT INTO messages_in (contact_id, channel, key, received_at, person_id, sealed, order_id, bound_by) "
            "VALUES ($1, 'mail', $2, $3, $4, '', $5, $6)",
            2020260309000017 + n,
            bytes([n]) * 32,
            to_datetime(MORNING - 4 * YEAR_MS),
            uuid4(),
            order,
            None if order is None else "code",
        )
    await put_order(site.pool, 1020260309000017, "20260309-000017", closed=MORNING)
    await put_order(site.pool, 1020260309000025, "20260309-000025")
    assert await site.sweep(RealClock().now()) == {"letters": 2}
    assert await site.pool.fetchval("SELECT order_id FROM messages_in") == 1020260309000025


async def test_without_its_signing_key_nothing_goes(site: Site) -> None:
    await site.office.submit("20260309-000017", None)
    await seal_checkpoint(site.pool, site.home, MORNING)
    (site.home / KEY_FILE).unlink()
    drafts = Drafts(site.pool, KeyFolder(site.home).ring("drafts"))
    await drafts.keep("1023", "20260309-000017", "reply", {"text": ("已联系",)}, MORNING)
    with pytest.raises(KeyTrouble):
        await site.sweep(MORNING + 8 * DAY_MS)
    assert await site.pool.fetchval("SELECT count(*) FROM drafts") == 1, "no line, no erasure"


async def ended_contacts(site: Site, *people: int) -> int:
    """Calls of so many people, all heard; the instant at which their time is over."""
    for n in people:
        record = site.both.lock(UUID(int=n), WANG, kind="")
        await site.office.contact(f"20260309-{n:05}7", record)
    await site.pool.execute("UPDATE contacts SET disposition = 'heard'")
    return int(site.office.now + 4 * YEAR_MS)


async def test_without_its_signing_key_no_citizen_is_forgotten_either(site: Site) -> None:
    over = await ended_contacts(site, 7)
    await seal_checkpoint(site.pool, site.home, MORNING)
    (site.home / KEY_FILE).unlink()
    with pytest.raises(KeyTrouble):
        await site.sweep(over)
    assert await Persons(site.pool, site.both.vault("persons")).find("13800138000") == (UUID(int=7),)


async def test_who_went_before_something_broke_stands_in_a_line(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    over = await ended_contacts(site, 7, 8, 9)
    erase = Erasure.erase

    async def only_two(self: Erasure, command: Erase, now: int) -> dict[str, Any]:
        if command.person == UUID(int=9):
            raise ConnectionError("the network is gone for a moment")
        return await erase(self, command, now)

    monkeypatch.setattr(Erasure, "erase", only_two)
    with pytest.raises(ConnectionError):
        await site.sweep(over)
    (line,) = await site.lines()
    assert (line.thing, line.erased) == ("contacts", 2)


async def test_two_who_sweep_at_once_write_one_chain_of_lines(site: Site) -> None:
    drafts = Drafts(site.pool, KeyFolder(site.home).ring("drafts"))
    for n in range(5):
        await drafts.keep(f"{1000 + n}", "20260309-000017", "reply", {"text": ("已联系",)}, MORNING + n)
    week = 7 * DAY_MS
    await asyncio.gather(*(site.sweep(MORNING + week + n) for n in (1, 2, 3, 4, 5)))
    assert sum(line.erased for line in await site.lines()) == 5
    assert await site.pool.fetchval("SELECT count(*) FROM drafts") == 0


async def test_the_application_cannot_rewrite_the_lines(site: Site) -> None:
    for statement in ("UPDATE sweeps SET line = ''", "DELETE FROM sweeps", "TRUNCATE sweeps"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await site.pool.execute(statement)

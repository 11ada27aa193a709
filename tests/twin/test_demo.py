"""The demo city: a morning at its first start, its date kept over restarts, and back to the first day at the end."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from lianxin.cli import app, collect_commands
from lianxin.ground.clock import DAY_MS, Instant, at_iso
from lianxin.ground.site.time_here import SiteClock, read_site_clock, write_site_clock
from lianxin.ground.store import Database, EmbeddedServer, open_pool
from lianxin.ground.store.opening import embedded_database
from lianxin.twin import demo

collect_commands()
MORNING = at_iso("2026-03-09T10:05:00+08:00")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own; `prepare` may empty its database."""
    monkeypatch.setenv("LIANXIN_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(demo, "CALLS_BEFORE", 5)
    return tmp_path / "home"


@pytest.fixture
def site(home: Path) -> Iterator[Database]:
    """The demo's database on its running server."""
    home.mkdir(mode=0o700)
    with EmbeddedServer(home) as server:
        yield embedded_database(server)


def prepared() -> None:
    done = CliRunner().invoke(app, ["city", "--prepare", "--calls", "24", "--speed", "0"])
    assert done.exit_code == 0, done.output


def entries(database: Database) -> int:
    with psycopg.connect(database.app_url) as connection:
        row = connection.execute("SELECT count(*) FROM entries").fetchone()
    assert row is not None
    return int(row[0])


def clock_of(database: Database, start: Instant | None = None, speed: float = 0.0) -> SiteClock:
    """The demo's clock, set anew where `start` is given."""

    async def asked() -> SiteClock:
        pool = await open_pool(database.app_url, size_min=1, size_max=1)
        try:
            if start is not None:
                return await write_site_clock(pool, start, speed)
            return await read_site_clock(pool)
        finally:
            await pool.close()

    return asyncio.run(asked())


def test_the_first_start_plays_a_morning_and_a_later_one_keeps_the_date(site: Database) -> None:
    prepared()
    begun, many = clock_of(site).now(), entries(site)
    assert many > 100 and abs(begun - MORNING) < 3_600_000
    clock_of(site, begun + 9 * DAY_MS)  # time that passed while nobody wrote anything, as when the machine was off
    prepared()
    assert (clock_of(site).now(), entries(site)) == (begun, many)


def test_after_its_last_day_the_demo_begins_again(site: Database, home: Path) -> None:
    prepared()
    many, sealed = entries(site), (home / "checkpoints.jsonl").read_text()
    clock_of(site, demo.LAST_DAY - 60_000, speed=1000.0)
    assert not demo.over(site.app_url), "its last minute is still to come"
    asyncio.run(demo.live(site.app_url, home, calls=24))
    assert demo.over(site.app_url)
    prepared()
    assert entries(site) == many
    assert abs(clock_of(site).now() - MORNING) < 3_600_000 and not demo.over(site.app_url)
    aside = [path for path in home.iterdir() if path.name.startswith("checkpoints-until-2026-10-01-")]
    assert [path.read_text() for path in aside] == [sealed]
    audit = CliRunner().invoke(app, ["audit", "--json", "--checkpoints", str(home / "checkpoints.jsonl")])
    books = json.loads(audit.stdout.splitlines()[-1])
    assert (books["ok"], books["anchored"], books["violations"]) == (True, True, [])


def test_a_demo_on_somebody_elses_database_is_never_emptied(
    database: Database, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIANXIN_DATABASE_URL", database.app_url)
    clock_of(database, demo.LAST_DAY)
    refused = CliRunner().invoke(app, ["city", "--prepare", "--calls", "24"])
    assert refused.exit_code != 0 and "empty database" in f"{refused.output}{refused.exception}"
    assert clock_of(database).now() == demo.LAST_DAY

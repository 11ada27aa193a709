"""A broken rule pack is turned away wherever it could come in: checked, used, adopted, or found at a start."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from lianxin.ground.clock import at_iso
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.store import Database
from lianxin.people import load_staff
from lianxin.personnel import enrol
from lianxin.rules import BrokenPack
from lianxin.rules.adopted import adopt
from lianxin.rules.adoption import Adopt

MORNING = at_iso("2026-03-09T09:00:00+08:00")
GUARD_S = 60.0
BROKEN = """\
pack: test
version: "1"
effective: {from: "2026-01-01T00:00:00+08:00", to: null}
calendar: {provider: moon, min_version: "1.11.0", missing_year: fail_closed}
count: {start_day_counted: false, end_of_day: "24:00", src: law}
order:
  reveiw: {value: 30, unit: min, src: law}
  handle:
    default: {value: five, unit: WD, src: law}
"""
MISTAKES = ("4: calendar.provider", "7: order.reveiw", "9: order.handle.default.value")
Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def command(database: Database, tmp_path: Path) -> Command:
    """Run a command of a site over a fresh database; settings by their variables."""

    def run(*words: str, **settings: str) -> "subprocess.CompletedProcess[str]":
        environment = {**os.environ, "LIANXIN_HOME": str(tmp_path / "home"), "LIANXIN_DATABASE_URL": database.app_url}
        return subprocess.run(
            [sys.executable, "-m", "lianxin", *words],
            env={**environment, **settings},
            capture_output=True,
            text=True,
            timeout=GUARD_S,
            check=False,
        )

    return run


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A pack with three mistakes."""
    file = tmp_path / "pack.yaml"
    file.write_text(BROKEN)
    return file


def test_a_check_names_line_and_key_of_every_mistake(broken: Path, command: Command) -> None:
    said = command("rules", "check", str(broken))
    assert said.returncode == 1
    for mistake in MISTAKES:
        assert f"{broken}:{mistake}" in said.stdout
    assert "the pack cannot be used" in said.stderr


def test_no_date_is_reckoned_by_it(broken: Path, command: Command) -> None:
    question = ("order.handle.default", "--from", "2026-03-09T09:00:00+08:00")
    said = command("due", *question, "--pack", str(broken))
    assert (said.returncode, said.stdout) == (2, "")
    for mistake in MISTAKES:
        assert mistake in said.stderr


async def test_it_is_not_adopted_and_nothing_is_written(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    ledger = PostgresLedger(pool)
    await enrol(ledger, load_staff(), MORNING)
    before = await pool.fetchval("SELECT count(*) FROM entries")
    with pytest.raises(BrokenPack) as refused:
        await adopt(ledger, Adopt(id=UUID(int=7), by="staff:1001", text=BROKEN), MORNING)
    assert len(refused.value.mistakes) == len(MISTAKES)
    assert await pool.fetchval("SELECT count(*) FROM entries") == before
    assert await pool.fetchval("SELECT count(*) FROM commands WHERE command_id = $1", UUID(int=7)) == 0


async def test_a_start_with_a_pack_that_nobody_adopted_says_which_there_are(
    command: Command, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    await enrol(PostgresLedger(pool), load_staff(), MORNING)
    said = command("worker", LIANXIN_RULES_PACK="atlantis")
    assert said.returncode == 2
    assert "rules.pack names “atlantis”" in said.stderr
    assert "sd-binzhou" in said.stderr


async def test_a_start_over_an_adopted_pack_that_cannot_be_read_names_its_mistakes(
    command: Command, database: Database
) -> None:
    """As after going back to an older version of the program, which does not know the pack's form."""
    assert database.superuser_url is not None
    connection = await asyncpg.connect(database.superuser_url)
    await connection.execute("INSERT INTO packs (ref, chain_id, body) VALUES ('test@1', 4 * 10^15, $1)", BROKEN)
    await connection.close()
    said = command("worker")
    assert said.returncode == 2
    assert "A rule pack that was adopted cannot be read" in said.stderr
    for mistake in MISTAKES:
        assert f"test@1:{mistake}" in said.stderr

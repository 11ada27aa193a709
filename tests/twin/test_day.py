"""`lianxin day`: a whole day on the real database, proven by the audit, the same whatever the number of workers."""

import asyncio
import json
from pathlib import Path

import asyncpg
import pytest
from typer.testing import CliRunner

from lianxin.cli import app, collect_commands
from lianxin.ground.store import Database
from lianxin.twin.day import DayRefused, Ground, day_of, first_instant, play_day

collect_commands()


async def _heads(url: str) -> list[tuple[int, bytes]]:
    connection = await asyncpg.connect(url)
    try:
        return [(row[0], row[1]) for row in await connection.fetch("SELECT chain_id, head FROM chains ORDER BY 1")]
    finally:
        await connection.close()


def _play(database: Database, home: Path, workers: int) -> None:
    home.mkdir(mode=0o700)
    books = play_day(day_of(None, 60, 3, "2026-03-09"), Ground(database.app_url, home, ()), workers)
    assert books.audit.ok and books.audit.anchored
    assert (books.not_archived, sum(books.contacts.values())) == (0, 60)
    assert books.orders["opened"] - books.orders["closed"] == books.orders["open"] == sum(books.holders.values()) == 0


def test_one_worker_and_eight_write_the_same_ledger(
    database: Database, another_database: Database, tmp_path: Path
) -> None:
    _play(database, tmp_path / "one", 1)
    _play(another_database, tmp_path / "eight", 8)
    assert asyncio.run(_heads(database.app_url)) == asyncio.run(_heads(another_database.app_url))


def test_the_command_answers_in_json_with_the_keys_of_the_books(
    monkeypatch: pytest.MonkeyPatch, site_home: Path
) -> None:
    monkeypatch.setenv("LIANXIN_HOME", str(site_home))
    answer = CliRunner().invoke(app, ["day", "--calls", "30", "--seed", "2", "--json"])
    assert answer.exit_code == 0, answer.output
    books = json.loads(answer.stdout.splitlines()[-1])
    assert {
        "calls",
        "contacts",
        "orders",
        "holders",
        "on_time",
        "solved_first",
        "satisfied_first",
        "audit",
        "seconds",
    } <= set(books)
    assert books["calls"] == sum(books["contacts"].values()) == 30
    assert books["audit"]["ok"] is True and books["audit"]["violations"] == []


@pytest.mark.parametrize(
    ("date", "words"),
    [
        ("2026-13-01", "is no date"),
        ("gestern", "is no date"),
        ("2026-11-01", "working calendar"),
        ("1999-01-01", "working calendar"),
    ],
)
def test_a_day_outside_the_calendar_is_refused_with_the_days_that_can_be_played(date: str, words: str) -> None:
    with pytest.raises(DayRefused, match=words):
        first_instant(date)


def test_messages_that_cannot_be_read_stop_the_day_before_it_begins(tmp_path: Path) -> None:
    broken = tmp_path / "messages.csv"
    broken.write_text("nothing,here\n1,2\n", encoding="utf-8")
    with pytest.raises(DayRefused):
        day_of(broken, 10, 1, "2026-03-09")


def test_a_day_is_never_played_into_a_site(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, site_home: Path
) -> None:
    monkeypatch.setenv("LIANXIN_HOME", str(site_home))
    runner = CliRunner()
    kept = runner.invoke(app, ["day", "--calls", "8", "--keep", database.app_url])
    assert kept.exit_code == 0 and "lianxin audit --dsn" in kept.output
    again = runner.invoke(app, ["day", "--calls", "8", "--keep", database.app_url])
    assert again.exit_code == 2 and "has entries already" in again.output

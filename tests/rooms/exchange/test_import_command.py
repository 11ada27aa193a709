"""`lianxin import-history` says what came in, what was left out and why, and can be given again."""

import pytest
from typer.testing import CliRunner, Result

from lianxin.cli import app, collect_commands

HEADER = "old_number,received,kind,category,region,text,unit,dispatched,signed,replied,closed"
CLOSED = (
    "A1,2025-11-03T09:12:00+08:00,complaint,0401,371602,电梯停了五天。,zjj,2025-11-03T09:40:00+08:00,"
    "2025-11-03T10:30:00+08:00,2025-11-07T16:00:00+08:00,2025-11-08T10:00:00+08:00"
)
OPEN = "A2,2026-03-06T08:30:00+08:00,help,0401,371602,路灯不亮。,zjj,2026-03-06T09:00:00+08:00,,,"
BROKEN = "A3,yesterday,help,0401,371602,没有水。,,,,,"


@pytest.fixture
def import_history(database, tmp_path, monkeypatch):
    monkeypatch.setenv("LIANXIN_DATABASE_URL", database.app_url)
    monkeypatch.setenv("LIANXIN_HOME", str(tmp_path / "home"))
    collect_commands()

    def run(*lines: str, tracker: str | None = None) -> Result:
        file = tmp_path / "old.csv"
        file.write_text("\n".join((HEADER, *lines)) + "\n", encoding="utf-8")
        options = ["--tracker", tracker] if tracker else []
        return CliRunner().invoke(app, ["import-history", str(file), "--source", "old", *options])

    return run


def test_sound_lines_come_in_and_a_broken_one_is_named(import_history):
    done = import_history(CLOSED, BROKEN)
    assert done.exit_code == 1
    assert "1 orders were brought in, 0 were here already." in done.output
    assert "Line 3 was left out: received is 'yesterday'" in done.output


def test_the_same_file_again_brings_nothing(import_history):
    import_history(CLOSED)
    again = import_history(CLOSED)
    assert again.exit_code == 0
    assert "0 orders were brought in, 1 were here already." in again.output


def test_an_open_order_needs_somebody_who_follows_it(import_history):
    refused = import_history(CLOSED, OPEN)
    assert refused.exit_code == 2
    assert "Order A2 is still open" in refused.output and "--tracker" in refused.output
    assert "brought in" in import_history(CLOSED, OPEN, tracker="staff:1026").output

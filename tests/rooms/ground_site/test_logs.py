"""Logs: one line per event for machines, with command ids, without a citizen's number."""

import json
import logging
import sys

import asyncpg
import pytest
import structlog
from one_order import Office

from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.site.logs import WITHHELD, configure_logs
from lianxin.ground.site.settings import LogSettings


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_an_event_carries_process_time_and_command_id(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(LogSettings(), "worker")
    with structlog.contextvars.bound_contextvars(command_id="0198-7a"):
        structlog.get_logger("x").info("order dispatched", order="20260309-001237")
    (line,) = lines(capsys)
    assert line["event"] == "order dispatched"
    assert line["process"] == "worker"
    assert line["command_id"] == "0198-7a"
    assert line["order"] == "20260309-001237", "an order number is no personal data"
    assert str(line["at"]).endswith("+08:00")


async def test_who_wants_to_sees_every_command_by_its_id(
    pool: "asyncpg.Pool[asyncpg.Record]", capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logs(LogSettings(), "worker")
    office = Office(PostgresLedger(pool))
    await office.submit("20260309-000018", None)
    assert lines(capsys) == [], "else nothing is written, and nothing is paid for it"
    configure_logs(LogSettings(level="debug"), "worker")
    order = await office.submit("20260309-000026", None)
    told = [line for line in lines(capsys) if line["event"] == "command carried out"]
    known = {str(row[0]) for row in await pool.fetch("SELECT command_id FROM entries WHERE chain_id = $1", order)}
    assert known <= {line["command_id"] for line in told}
    assert f"{order}.1 submitted" in str(told)


@pytest.mark.parametrize("number", ["13812345678", "37230119800101123X", "0543-3161234", "05433161234"])
def test_a_citizens_number_is_withheld_wherever_it_slips_in(capsys: pytest.CaptureFixture[str], number: str) -> None:
    configure_logs(LogSettings(), "web")
    log = structlog.get_logger("y")
    log.info(f"called {number}", detail={"from": [number]})
    logging.getLogger("library").warning("peer %s hung up", number)
    written = capsys.readouterr().err
    assert number not in written
    assert written.count(WITHHELD) == 3


def test_an_id_is_whole_though_it_looks_like_a_number(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(LogSettings(), "web")
    looks = "0198b2c3-7d4e-7a11-a012-1234567f1380"
    structlog.get_logger("i").info(f"{looks} for 0543-3161234", command_id=looks)
    (line,) = lines(capsys)
    assert (line["command_id"], line["event"]) == (looks, f"{looks} for {WITHHELD}")


def test_values_that_postgresql_quotes_are_withheld(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(LogSettings(), "web")
    quoted = "duplicate key\nDETAIL:  Key (name)=(王小明) already exists."
    try:
        raise ValueError(quoted)
    except ValueError:
        structlog.get_logger("z").exception("failed")
    (line,) = lines(capsys)
    assert "王小明" not in str(line) and "duplicate key" in str(line)


def test_a_terminal_gets_columns(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    configure_logs(LogSettings(), "web")
    structlog.get_logger("t").info("hello")
    written = capsys.readouterr().err
    assert "hello" in written
    with pytest.raises(json.JSONDecodeError):
        json.loads(written)


def test_what_is_below_the_level_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(LogSettings(level="warning"), "web")
    structlog.get_logger("l").info("quiet")
    structlog.get_logger("l").warning("loud")
    assert [line["event"] for line in lines(capsys)] == ["loud"]

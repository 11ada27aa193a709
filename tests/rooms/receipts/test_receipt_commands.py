"""`lianxin receipt` and `lianxin verify`, as somebody types them."""

import asyncio
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typer
from made.lives import World
from typer.testing import CliRunner

from lianxin.ground.ledger.checkpoint_seal import seal_checkpoint
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.store import Database, open_pool
from lianxin.ground.text import make_number
from lianxin.people import Staff
from lianxin.personnel import enrol
from lianxin.receipts import commands

RUNNER = CliRunner()
app = typer.Typer()
commands.register(app)


@pytest.fixture
def number(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A sealed order in a site of its own."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("LIANXIN_HOME", str(home))
    monkeypatch.setenv("LIANXIN_DATABASE_URL", database.app_url)

    async def made() -> str:
        pool = await open_pool(database.app_url)
        try:
            world = World(PostgresLedger(pool))
            await enrol(world.store, Staff(people=(), shifts={}), world.now)
            order = await world.order(await world.submitted())
            await seal_checkpoint(pool, home, world.now)
            return order.number
        finally:
            await pool.close()

    yield asyncio.run(made())


def run(*arguments: str) -> tuple[int, Any]:
    result = RUNNER.invoke(app, arguments)
    text = result.stdout.strip()
    return result.exit_code, json.loads(text) if text.startswith("{") else result.stderr


def test_a_receipt_is_written_and_verified_both_ways(number: str, tmp_path: Path) -> None:
    file = tmp_path / "receipt.json"
    assert run("receipt", number, "--out", str(file))[0] == 0
    receipt = json.loads(file.read_bytes())
    assert (receipt["number"], receipt["code"], receipt["checkpoint"]) == (number, None, 1)
    assert run("verify", str(file)) == (0, {"ok": True, "sealed": True, "reason": verdict(file)["reason"]})
    published = tmp_path / "home" / "checkpoints.jsonl"
    code, answer = run("verify", str(file), "--checkpoints", str(published))
    assert (code, answer["ok"], answer["sealed"]) == (0, True, True)


def verdict(file: Path) -> dict[str, Any]:
    return run("verify", str(file))[1]  # type: ignore[no-any-return]


def test_the_number_may_be_typed_as_it_was_heard(number: str) -> None:
    code, receipt = run("receipt", number.replace("-", " "))
    assert (code, receipt["number"]) == (0, number)


def test_a_new_code_is_shown_once(number: str) -> None:
    code, receipt = run("receipt", number, "--new-code")
    assert code == 0
    assert len(receipt["code"]) == 8
    assert receipt["checkpoint"] is None  # the entry of the new code is not sealed yet
    assert run("receipt", number)[1]["code"] is None


def test_a_receipt_as_qr_code(number: str, tmp_path: Path) -> None:
    file = tmp_path / "receipt.png"
    assert run("receipt", number, "--out", str(file))[0] == 0
    assert file.read_bytes().startswith(b"\x89PNG")


def test_a_changed_receipt_does_not_verify(number: str, tmp_path: Path) -> None:
    file = tmp_path / "receipt.json"
    run("receipt", number, "--out", str(file))
    changed = {**json.loads(file.read_bytes()), "head": "00" * 32}
    file.write_text(json.dumps(changed))
    code, answer = run("verify", str(file))
    assert (code, answer["ok"]) == (1, False)
    assert "not the one" in answer["reason"]


def test_a_file_that_is_no_receipt_is_a_clear_no(number: str, tmp_path: Path) -> None:
    file = tmp_path / "picture.png"
    file.write_bytes(b"\x89PNG\r\n\x1a\n")
    code, answer = run("verify", str(file))
    assert (code, answer["ok"], answer["sealed"]) == (1, False, False)
    assert "no receipt" in answer["reason"]


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        (("receipt", "20260309-000018"), "digit"),
        (("receipt", make_number(date(2026, 1, 1), 1)), "There is no order"),
        (("receipt", "x"), "hyphen"),
        (("receipt", "20260309-000017", "--out", "receipt.pdf"), "neither .json"),
        (("verify", "/nowhere/receipt.json"), "cannot be used"),
    ],
)
def test_what_cannot_be_carried_out_is_said_and_ends_with_two(
    number: str, arguments: tuple[str, ...], sentence: str
) -> None:
    code, said = run(*arguments)
    assert code == 2
    assert sentence in said

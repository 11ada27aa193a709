"""`lianxin keys`: what an operator sees of the secrets, and everything in the house that hangs on them."""

import json
import re
from pathlib import Path
from uuid import UUID

import pytest
import typer
from bare_rows import write
from one_order import WANG
from typer.testing import CliRunner

import lianxin
from lianxin.ground.store import Database, open_pool
from lianxin.orders.drafts import Drafts
from lianxin.people.identities import identities
from lianxin.people.keys import KeyFolder, KeyUnfit
from lianxin.retention import commands
from lianxin.retention.hanging import hanging_on

NOW = 1_773_021_600_000
_RING = re.compile(r"\.ring\(\s*\"(\w+)\"")


def test_whatever_is_locked_with_a_key_of_the_house_is_locked_anew_by_some_room() -> None:
    sources = {path: path.read_text() for path in Path(lianxin.__file__).parent.rglob("*.py")}
    used = {purpose for text in sources.values() for purpose in _RING.findall(text)}
    anew = {
        purpose for path, text in sources.items() if path.name == "rewrapping.py" for purpose in _RING.findall(text)
    }
    assert used >= {"wrap", "numbers", "files", "drafts", "channels"}
    assert used - anew == {"wrap", "numbers"}, "these two are the persons', see WrappedPersons"


def test_rooms_with_a_chain_of_their_own_are_asked_for_theirs_only(tmp_path: Path) -> None:
    house = {thing.name for thing in hanging_on(KeyFolder(tmp_path))}
    assert house >= {"persons", "attachments", "drafts"}
    assert [thing.name for thing in hanging_on(KeyFolder(tmp_path, "informants"))] == ["informants"]


@pytest.fixture
def keys(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> typer.Typer:
    monkeypatch.setenv("LIANXIN_HOME", str(tmp_path))
    monkeypatch.setenv("LIANXIN_DATABASE_URL", database.app_url)
    app = typer.Typer()
    commands.register(app)
    return app


def ask(app: typer.Typer, *words: str) -> list[dict[str, object]]:
    answered = CliRunner().invoke(app, ["keys", *words, "--json"])
    assert answered.exit_code == 0, answered.output
    found: list[dict[str, object]] = json.loads(answered.output)
    return found


async def _fill(url: str, home: Path) -> None:
    pool = await open_pool(url, size_max=1)
    both = identities(pool, home)
    await write(pool, both.lock(UUID(int=1), WANG, kind="help").rows)
    await write(pool, both.lock(UUID(int=2), WANG, kind="report").rows)
    drafts = Drafts(pool, KeyFolder(home).ring("drafts"))
    await drafts.keep("1023", "20260309-000017", "reply", {"text": ("已联系",)}, NOW)
    await pool.close()


async def _read_draft(url: str, home: Path) -> object:
    pool = await open_pool(url, size_max=1)
    found = await Drafts(pool, KeyFolder(home).ring("drafts")).on("1023", "20260309-000017")
    await pool.close()
    return found["reply"].values["text"]


def test_what_is_locked_is_counted_and_after_a_rotation_locked_with_the_new_secret(
    keys: typer.Typer, database: Database, tmp_path: Path
) -> None:
    import asyncio

    asyncio.run(_fill(database.app_url, tmp_path))
    before = ask(keys, "status")
    assert [chain["chain"] for chain in before] == ["house", "informants"]
    assert before[0]["locked"] == {**dict.fromkeys(before[0]["locked"], 0), "persons": 1, "drafts": 1}  # type: ignore[arg-type,call-overload]
    rotated = ask(keys, "rotate", "--which", "house")
    assert [chain["chain"] for chain in rotated] == ["house"]
    assert rotated[0]["newest"] != before[0]["newest"] and rotated[0]["old"] == [before[0]["newest"]]
    after = ask(keys, "status")
    assert not any(after[0]["waiting"].values())  # type: ignore[attr-defined]
    assert after[1]["newest"] == before[1]["newest"]
    assert asyncio.run(_read_draft(database.app_url, tmp_path)) == ("已联系",)


def test_people_are_told_in_words(keys: typer.Typer) -> None:
    CliRunner().invoke(keys, ["keys", "rotate"])
    told = CliRunner().invoke(keys, ["keys", "status"]).output
    assert "house: newest secret" in told and "Nothing needs the older secrets" in told


def test_keys_that_are_not_there_and_unfit_ones_are_refused(keys: typer.Typer, tmp_path: Path) -> None:
    answered = CliRunner().invoke(keys, ["keys", "rotate", "--which", "garage"])
    assert answered.exit_code == 2 and "no keys called 'garage'" in answered.output
    KeyFolder(tmp_path).secrets()
    KeyFolder(tmp_path).newest_path.write_text("not a key")
    answered = CliRunner().invoke(keys, ["keys", "status"])
    assert answered.exit_code == 2 and "is no key of this house" in answered.output
    with pytest.raises(KeyUnfit):
        KeyFolder(tmp_path).secrets()

"""A backup is encrypted while it is written, is put back whole or not at all, and goes when its time is over."""

import asyncio
import io
import json
import os
import secrets
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import psycopg
import pytest
import typer
from one_order import MORNING, SECRETS, WANG, Office
from typer.testing import CliRunner

from lianxin.ground.clock import DAY_MS, at_iso
from lianxin.ground.ledger.checkpoint_seal import SetBack, seal_checkpoint
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.store import Database, EmbeddedServer, open_pool
from lianxin.ground.store.account import server_account
from lianxin.ground.store.binaries import embedded_binaries
from lianxin.ground.store.roles import APP, OWNER, SUPERUSER
from lianxin.insight.audit.database import audit_database
from lianxin.people import Person, Staff
from lianxin.people.identities import identities
from lianxin.personnel import enrol
from lianxin.privacy import KeptApart
from lianxin.retention import commands
from lianxin.retention.backup_seal import MAGIC, PIECE, BackupBroken, seal, unseal
from lianxin.retention.backups import Backup, BackupFailed, Backups, conninfo

NOW = at_iso("2026-03-09T10:00:00+08:00")
SECRET = bytes(range(32))


def sealed(plain: bytes, secret: bytes = SECRET) -> bytes:
    into = io.BytesIO()
    seal(io.BytesIO(plain), into, secret)
    return into.getvalue()


def read(data: bytes, *keys: bytes) -> bytes:
    return b"".join(unseal(io.BytesIO(data), *(keys or (SECRET,))))


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_whatever_its_size_a_backup_is_read_as_it_was_written(size: int) -> None:
    plain = secrets.token_bytes(size)
    data = sealed(plain)
    assert read(data) == plain
    assert read(data, b"x" * 32, SECRET) == plain, "an older key opens it too"
    assert size < 16 or plain[:64] not in data, "one byte may stand there by chance"


@pytest.mark.parametrize("size", [100, PIECE, 2 * PIECE + 5])
def test_a_backup_that_is_not_whole_is_not_read(size: int) -> None:
    data = sealed(secrets.token_bytes(size))
    head, piece = len(MAGIC) + 32, PIECE + 16
    broken = {
        "cut": data[:-1],
        "cut at a piece": data[: head + ((len(data) - head - 1) // piece) * piece],
        "longer": data + b"x",
        "changed": data[:-5] + bytes([data[-5] ^ 1]) + data[-4:],
        "head changed": data[:10] + bytes([data[10] ^ 1]) + data[11:],
        "head only": data[:head],
        "empty": b"",
        "something else": b"PGDMP" + data,
    }
    for what, wrong in broken.items():
        with pytest.raises(BackupBroken):
            read(wrong)
            pytest.fail(what)
    with pytest.raises(BackupBroken, match="No key"):
        read(data, b"x" * 32)


def test_pieces_that_changed_places_are_noticed() -> None:
    data = sealed(secrets.token_bytes(3 * PIECE))
    head, piece = len(MAGIC) + 32, PIECE + 16
    first, second = data[head : head + piece], data[head + piece : head + 2 * piece]
    with pytest.raises(BackupBroken):
        read(data[:head] + second + first + data[head + 2 * piece :])


@pytest.fixture
def backups(tmp_path: Path) -> Backups:
    programs = os.environ.get("LIANXIN_TEST_POSTGRES")
    return Backups(tmp_path, Path(programs) if programs else embedded_binaries(server_account()).folder)


@pytest.fixture
def empty(database_server: EmbeddedServer) -> Iterator[Database]:
    """An empty database of the owner's, on the same server."""
    name = f"lianxin_temporary_{os.getpid()}_{secrets.token_hex(4)}"
    with psycopg.connect(database_server.url(SUPERUSER, "postgres"), autocommit=True) as administrator:
        administrator.execute(f"CREATE DATABASE {name} OWNER {OWNER}".encode())
        administrator.execute(f"GRANT CONNECT ON DATABASE {name} TO {APP}".encode())
        yield Database(database_server.url(APP, name), database_server.url(OWNER, name))
        administrator.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


async def filled(pool: Any, home: Path) -> Office:
    """Two orders, one of them secret, sealed; the office goes on working."""
    everybody = (("1001", "agent"), ("1006", "duty_manager"))
    people = tuple(Person(id=number, name="", roles=(role,)) for number, role in everybody)
    await enrol(PostgresLedger(pool), Staff(people=people, shifts={}), MORNING - DAY_MS)
    both = identities(pool, home, "0543")
    office = Office(KeptApart(PostgresLedger(pool), pool, both))
    await office.submit("20260309-000017", both.lock(UUID(int=7), WANG, kind="complaint"), "我是王小芳，电梯停运")
    await office.submit("20260309-000025", both.lock(UUID(int=8), WANG, kind="report"))
    await seal_checkpoint(pool, home, office.now)
    return office


async def test_a_backup_put_back_is_the_same_house_and_the_audit_holds(
    database: Database, pool: "asyncpg.Pool[asyncpg.Record]", empty: Database, backups: Backups, tmp_path: Path
) -> None:

    await filled(pool, tmp_path)
    assert database.owner_url is not None and empty.owner_url is not None
    made = await asyncio.to_thread(backups.create, database.owner_url, NOW)
    (file,) = (tmp_path / "backups").iterdir()
    assert file.name == made.name and stat.S_IMODE(file.stat().st_mode) == 0o600
    data = file.read_bytes()
    assert not [secret for secret in (*SECRETS, "CREATE TABLE", "PGDMP") if secret.encode() in data]

    await asyncio.to_thread(backups.restore, made.name, empty.owner_url)
    report = await asyncio.to_thread(
        audit_database, empty.app_url, checkpoints=tmp_path / "checkpoints.jsonl", workers=1
    )
    assert report.violations == () and report.orders["opened"] == 2
    restored = await open_pool(empty.app_url)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await restored.execute("SELECT * FROM informants")
        both = identities(restored, tmp_path, "0543")
        found = await both.behind("1006", 1020260309000025)
        assert found is not None and found.name == WANG.name, "with its own keys it opens"
    finally:
        await restored.close()
    with pytest.raises(BackupFailed, match="not empty"):
        await asyncio.to_thread(backups.restore, made.name, empty.owner_url)


@pytest.mark.parametrize("url", ["postgresql://nobody@127.0.0.1:1/x", "postgresql://127.0.0.1:1", "no address"])
async def test_a_database_that_cannot_be_entered_is_named_in_a_sentence(
    database: Database, backups: Backups, url: str
) -> None:
    assert database.owner_url is not None
    made = await asyncio.to_thread(backups.create, database.owner_url, NOW)
    with pytest.raises(BackupFailed, match=r"cannot be entered: .*Nothing was changed\.$"):
        await asyncio.to_thread(backups.restore, made.name, url)


async def test_a_broken_backup_is_not_put_back_and_the_database_stays_empty(
    database: Database, pool: "asyncpg.Pool[asyncpg.Record]", empty: Database, backups: Backups, tmp_path: Path
) -> None:

    assert database.owner_url is not None and empty.owner_url is not None
    made = await asyncio.to_thread(backups.create, database.owner_url, NOW)
    path = tmp_path / "backups" / made.name
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(BackupBroken):
        await asyncio.to_thread(backups.restore, made.name, empty.owner_url)
    path.write_bytes(sealed(b"PGDMP no dump at all", backups._keys.secrets()[0]))
    with pytest.raises(BackupFailed, match="as empty as it was"):
        await asyncio.to_thread(backups.restore, made.name, empty.owner_url)
    with psycopg.connect(empty.owner_url) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


async def test_a_house_set_back_is_not_sealed_over_what_was_published(
    database: Database, pool: "asyncpg.Pool[asyncpg.Record]", empty: Database, backups: Backups, tmp_path: Path
) -> None:

    office = await filled(pool, tmp_path)
    assert database.owner_url is not None and empty.owner_url is not None
    made = await asyncio.to_thread(backups.create, database.owner_url, NOW)
    await office.contact("20260309-000033", None)
    await seal_checkpoint(pool, tmp_path, MORNING + DAY_MS)
    await asyncio.to_thread(backups.restore, made.name, empty.owner_url)
    restored = await open_pool(empty.app_url)
    try:
        with pytest.raises(SetBack):
            await seal_checkpoint(restored, tmp_path, MORNING + DAY_MS)
    finally:
        await restored.close()


def test_no_password_stands_in_a_command_line(
    database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert database.owner_url is not None
    given = conninfo(database.owner_url)
    commands_: list[list[str]] = []
    real = subprocess.Popen

    def noted(command: list[str], **about: Any) -> Any:
        commands_.append(command)
        return real(command, **about)

    monkeypatch.setattr(subprocess, "Popen", noted)
    Backups(tmp_path, embedded_binaries(server_account()).folder).create(database.owner_url, NOW)
    assert commands_ and not [word for words in commands_ for word in words if given["PGPASSWORD"] in word]


def test_a_dump_that_fails_leaves_no_file(backups: Backups, tmp_path: Path, database: Database) -> None:
    assert database.owner_url is not None
    with pytest.raises(BackupFailed, match="pg_dump failed"):
        backups.create(database.owner_url.replace("lianxin_owner", "nobody"), NOW)
    assert list((tmp_path / "backups").iterdir()) == []


def lying(backups: Backups, *days: int) -> None:
    backups.folder.mkdir(exist_ok=True)
    for day in days:
        made = at_iso("2026-03-09T10:00:00+08:00") - day * DAY_MS
        from lianxin.ground.clock import to_datetime

        (backups.folder / f"lianxin-{to_datetime(made):%Y%m%dT%H%M%S%z}-00000{day % 10}.lxb").write_bytes(b"")


def test_old_backups_go_and_the_newest_stays_however_old_it_is(backups: Backups, tmp_path: Path) -> None:
    assert backups.all() == () and backups.over(NOW) == ()
    lying(backups, 50, 40, 36, 1)
    (backups.folder / "notes.txt").write_text("not a backup")
    (backups.folder / "lianxin-99999999T999999+0800-000000.lxb").write_text("no date")
    over: tuple[Backup, ...] = backups.over(NOW - 35 * DAY_MS)
    assert [(NOW - one.made) // DAY_MS for one in over] == [50, 40, 36]
    for one in over:
        backups.delete(one)
    assert [(NOW - one.made) // DAY_MS for one in backups.all()] == [1]
    assert backups.over(NOW + 99 * DAY_MS) == ()


@pytest.mark.parametrize("name", ["", "../keys/house.key", "lianxin.lxb", "/etc/passwd", "x.lxb"])
def test_a_name_that_is_no_backup_is_refused(backups: Backups, name: str) -> None:
    with pytest.raises(BackupFailed, match="There is no backup"):
        list(backups.opened(name))


@pytest.fixture
def front(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> typer.Typer:
    monkeypatch.setenv("LIANXIN_HOME", str(tmp_path))
    monkeypatch.setenv("LIANXIN_DATABASE_URL", database.app_url)
    app = typer.Typer()
    commands.register(app)
    return app


def test_the_operator_makes_lists_and_lets_go(
    front: typer.Typer, database: Database, monkeypatch: pytest.MonkeyPatch, backups: Backups
) -> None:
    run = CliRunner()
    refused = run.invoke(front, ["backup", "create"])
    assert refused.exit_code == 2 and "LIANXIN_OWNER_URL" in refused.output
    assert database.owner_url is not None
    monkeypatch.setenv("LIANXIN_OWNER_URL", database.owner_url)
    made = run.invoke(front, ["backup", "create", "--json"])
    assert made.exit_code == 0, made.output
    lying(backups, 200)
    listed = json.loads(run.invoke(front, ["backup", "list", "--json"]).output)
    assert [one["name"] for one in listed][-1] == json.loads(made.output)["name"]
    dry = run.invoke(front, ["backup", "expire", "--dry-run"]).output
    assert dry.count("would go") == 1
    assert run.invoke(front, ["backup", "expire"]).output.count("went") == 1
    assert len(backups.all()) == 1
    with psycopg.connect(database.app_url) as connection:
        rows = connection.execute("SELECT who, what FROM looks").fetchall()
    assert rows == [("operator", "backup")], "who copies everything stands in the access log"


def test_the_rules_are_shown_and_carried_out(front: typer.Typer, tmp_path: Path) -> None:
    run = CliRunner()
    shown = run.invoke(front, ["retention", "--dry-run"])
    assert shown.exit_code == 0, shown.output
    assert "sd-binzhou-retention@2026.1" in shown.output and "drafts 没有提交的草稿" in shown.output
    answered = json.loads(run.invoke(front, ["retention", "--json"]).output)
    assert answered["dry_run"] is False and {one["erased"] for one in answered["done"]} == {0}
    (tmp_path / "retention.yaml").write_text("rules: []")
    refused = run.invoke(front, ["retention"])
    assert refused.exit_code == 2 and "cannot be read" in refused.output

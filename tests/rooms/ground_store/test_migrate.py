"""Migrations: forward only, wholly or not at all, by however many processes at once."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from servers import GUARD_S, python

from lianxin.ground.store import Database, EmbeddedServer, migrate, missing_migrations, temporary_database
from lianxin.ground.store.failures import MigrationFailed

_FIRST = """\
CREATE TABLE notes (n int);
GRANT SELECT ON notes TO lianxin_app;
CREATE FUNCTION half(n int) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
    IF n % 2 = 1 THEN RAISE EXCEPTION 'odd; % is no {half} %s', n, '半'; END IF;
    RETURN n / 2;
END $$;
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "migrations"
    made.mkdir()
    (made / "0001_first.sql").write_text(_FIRST, encoding="utf-8")
    return made


@pytest.fixture
def empty(database_server: EmbeddedServer, tmp_path: Path) -> Iterator[Database]:
    """A database without any migration."""
    nothing = tmp_path / "nothing"
    nothing.mkdir()
    with temporary_database(database_server, folder=nothing) as database:
        yield database


def owner(database: Database) -> str:
    assert database.owner_url is not None
    return database.owner_url


def test_missing_migrations_are_applied_once_in_their_order(empty: Database, folder: Path) -> None:
    (folder / "0002_second.sql").write_text("INSERT INTO notes VALUES (half(4));")
    assert missing_migrations(empty.app_url, folder) == ["0001_first", "0002_second"]
    assert migrate(owner(empty), folder) == ["0001_first", "0002_second"]
    assert migrate(owner(empty), folder) == []
    assert missing_migrations(empty.app_url, folder) == []
    with psycopg.connect(empty.app_url) as connection:
        assert connection.execute("SELECT n FROM notes").fetchall() == [(2,)]


def test_a_refused_migration_leaves_no_trace_and_is_named(empty: Database, folder: Path) -> None:
    (folder / "0002_wrong.sql").write_text("CREATE TABLE half_made (n int); SELECT 1 / 0;")
    with pytest.raises(MigrationFailed, match="0002_wrong"):
        migrate(owner(empty), folder)
    assert missing_migrations(empty.app_url, folder) == ["0002_wrong"]
    with psycopg.connect(owner(empty)) as connection:
        assert connection.execute("SELECT to_regclass('half_made')").fetchone() == (None,)
    (folder / "0002_wrong.sql").write_text("CREATE TABLE half_made (n int);")
    assert migrate(owner(empty), folder) == ["0002_wrong"]


def test_a_lock_held_by_the_hotline_stops_the_migration_instead_of_the_hotline(empty: Database, folder: Path) -> None:
    migrate(owner(empty), folder)
    (folder / "0002_more.sql").write_text("ALTER TABLE notes ADD COLUMN more text;")
    with psycopg.connect(empty.app_url) as reader:
        reader.execute("SELECT FROM notes")
        with pytest.raises(MigrationFailed, match="lock timeout"):
            migrate(owner(empty), folder, lock_timeout_s=1)


_MIGRATE = """
import sys
from pathlib import Path
from lianxin.ground.store import migrate
sys.stdin.readline()
print(len(migrate(sys.argv[1], Path(sys.argv[2]))))
"""


def test_four_processes_that_start_at_once_apply_each_migration_once(empty: Database, folder: Path) -> None:
    for number in range(2, 8):
        (folder / f"000{number}_more.sql").write_text(f"INSERT INTO notes VALUES ({number});")
    others = [python(_MIGRATE, owner(empty), str(folder)) for _ in range(4)]
    for other in others:
        assert other.stdin is not None
        other.stdin.write("go\n")
        other.stdin.flush()
    outcomes = [other.communicate(timeout=GUARD_S) for other in others]
    assert [other.returncode for other in others] == [0] * 4, outcomes
    assert sum(int(out) for out, _ in outcomes) == 7
    with psycopg.connect(empty.app_url) as connection:
        assert connection.execute("SELECT array_agg(n ORDER BY n) FROM notes").fetchone() == ([2, 3, 4, 5, 6, 7],)


def test_the_houses_own_migrations_apply_to_an_empty_database(database: Database) -> None:
    assert missing_migrations(database.app_url) == []
    assert migrate(owner(database)) == []

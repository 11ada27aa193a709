"""A PostgreSQL of one's own: used as it is, or refused with the way out."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from servers import throwaway

from lianxin.ground.store import EmbeddedServer, migrate, open_database
from lianxin.ground.store.binaries import Binaries
from lianxin.ground.store.failures import NotReachable, RoleTooStrong, SchemaMissing, ServerTooOld
from lianxin.ground.store.opening import check_external, check_owner
from lianxin.ground.store.roles import APP, DATABASE, OWNER, SQL_FOR_ROLES, SUPERUSER

DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")


@pytest.fixture
def external(tmp_path: Path) -> Iterator[EmbeddedServer]:
    """A server as an administrator would have prepared it, with no migration applied."""
    with throwaway(tmp_path / "external") as server:
        yield server


def test_an_unprepared_server_is_refused_with_the_statements_that_prepare_it(
    external: EmbeddedServer, tmp_path: Path
) -> None:
    with pytest.raises(SchemaMissing) as refused, open_database(tmp_path, external.url(APP)):
        pytest.fail("it was opened")
    assert SQL_FOR_ROLES in str(refused.value)
    assert "lianxin migrate" in str(refused.value)


def test_a_prepared_server_is_opened_as_the_application_only(external: EmbeddedServer, tmp_path: Path) -> None:
    migrate(external.url(OWNER))
    with open_database(tmp_path / "home", external.url(APP)) as database:
        assert database.owner_url is None
        assert database.superuser_url is None
    assert not (tmp_path / "home").exists(), "no embedded server was made"


@pytest.mark.parametrize("role", [OWNER, SUPERUSER])
def test_a_role_that_could_rewrite_the_ledger_is_refused(external: EmbeddedServer, role: str) -> None:
    migrate(external.url(OWNER))
    with pytest.raises(RoleTooStrong, match=APP):
        check_external(external.url(role))


def test_a_server_that_is_not_there_is_named_without_its_password(external: EmbeddedServer) -> None:
    address = external.url(APP)
    external.leave()
    for check in (check_external, check_owner):
        with pytest.raises(NotReachable) as refused:
            check(address)
        assert external.cluster.kept.app_password not in str(refused.value)


def test_a_server_older_than_promised_is_refused(external: EmbeddedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lianxin.ground.store.opening.OLDEST", 99)
    for check, role in ((check_external, APP), (check_owner, OWNER)):
        with pytest.raises(ServerTooOld, match="99 or newer"):
            check(external.url(role))


def test_the_printed_statements_prepare_a_server_that_has_nothing(external: EmbeddedServer) -> None:
    statements = SQL_FOR_ROLES.replace("<choose one>", "one").replace("<choose another>", "another")
    with psycopg.connect(external.url(SUPERUSER, "postgres"), autocommit=True) as administrator:
        administrator.execute(f"DROP DATABASE {DATABASE}".encode())
        for role in (APP, OWNER):
            administrator.execute(f"DROP ROLE {role}".encode())
        for statement in filter(None, map(str.strip, statements.split(";"))):
            administrator.execute(statement.encode())
    place = {"host": str(external.cluster.socket_folder), "port": external.cluster.kept.port, "dbname": DATABASE}
    migrate(psycopg.conninfo.make_conninfo(user=OWNER, password="one", **place))
    host, port = external.cluster.socket_folder, external.cluster.kept.port
    check_external(f"postgresql://{APP}:another@/{DATABASE}?host={host}&port={port}")


@pytest.mark.skipif(not (DEBIAN_15 / "postgres").exists(), reason="needs Debian's package postgresql-15")
def test_debians_postgresql_15_takes_every_migration(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path / "fifteen", Binaries(DEBIAN_15))
    server.start()
    try:
        assert migrate(server.url(OWNER))
        check_external(server.url(APP))
        shown = subprocess.run([DEBIAN_15 / "postgres", "--version"], capture_output=True, text=True, check=True)
        with psycopg.connect(server.url(APP)) as connection:
            assert str(connection.info.server_version // 10_000) in shown.stdout
    finally:
        server.discard()

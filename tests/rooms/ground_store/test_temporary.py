"""Databases for a while: separate, dropped afterwards, and swept up after a crash."""

import psycopg
import pytest
from servers import GUARD_S, python

from lianxin.ground.store import EmbeddedServer, ensure_database, temporary_database
from lianxin.ground.store.roles import SUPERUSER


def names(server: EmbeddedServer) -> set[str]:
    with psycopg.connect(server.url(SUPERUSER, "postgres")) as connection:
        return {str(row[0]) for row in connection.execute("SELECT datname FROM pg_database").fetchall()}


@pytest.mark.parametrize("template", [False, True])
def test_it_is_dropped_after_use_even_with_a_session_open(database_server: EmbeddedServer, template: bool) -> None:
    with temporary_database(database_server, template=template) as database:
        session = psycopg.connect(database.app_url)
        name = session.info.dbname
        assert name in names(database_server)
    session.close()
    assert name not in names(database_server)


def test_two_at_once_do_not_see_each_other(database_server: EmbeddedServer) -> None:
    with (
        temporary_database(database_server, template=True) as one,
        temporary_database(database_server, template=True) as other,
    ):
        assert one.owner_url is not None and other.owner_url is not None
        with psycopg.connect(one.owner_url) as connection:
            connection.execute("CREATE TABLE mine (n int)")
        with psycopg.connect(other.owner_url) as connection:
            assert connection.execute("SELECT to_regclass('mine')").fetchone() == (None,)


_DIE = """
import os, sys
from pathlib import Path
from lianxin.ground.store import EmbeddedServer, temporary_database
server = EmbeddedServer(Path(sys.argv[1]))
server.start(adopt_only=True)
with temporary_database(server) as database:
    print(database.app_url, flush=True)
    os.kill(os.getpid(), 9)
"""


def test_what_a_killed_process_left_is_dropped_by_the_next(database_server: EmbeddedServer) -> None:
    child = python(_DIE, str(database_server.cluster.home))
    out, err = child.communicate(timeout=GUARD_S)
    assert child.returncode == -9, err
    name = psycopg.conninfo.conninfo_to_dict(out.strip())["dbname"]
    with temporary_database(database_server, template=True):
        assert name not in names(database_server)


def test_a_named_database_stays_and_is_found_again(database_server: EmbeddedServer) -> None:
    name = "lianxin_test_kept"
    try:
        assert ensure_database(database_server, name)[1] is True
        assert ensure_database(database_server, name)[1] is False
    finally:
        with psycopg.connect(database_server.url(SUPERUSER, "postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name}".encode())

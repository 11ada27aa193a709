"""A database for a while: made, migrated, used and dropped again.

For tests, for `lianxin day` and for `lianxin bench`, on an embedded server beside
the site's own database and never in it.
"""

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from lianxin.ground.store.embedded import EmbeddedServer
from lianxin.ground.store.migrate import MIGRATIONS, migrate
from lianxin.ground.store.opening import Database
from lianxin.ground.store.roles import APP, OWNER, SUPERUSER, prepare_database

_PREFIX = "lianxin_temporary"
_TEMPLATE_PREFIX = "lianxin_template"
_TEMPLATE_LOCK = 0x74656D706C617465
"""`template` in ASCII: one process at a time makes the template."""


@contextmanager
def temporary_database(
    server: EmbeddedServer, *, template: bool = False, folder: Path = MIGRATIONS, keep: bool = False
) -> Iterator[Database]:
    """Give a fresh migrated database on a started server and drop it after the block.

    template  copy a migrated template, made at the first call; worth it from the second database on
    keep      leave it where it is; the caller takes it over
    """
    _drop_leftovers(server)
    name = f"{_PREFIX}_{os.getpid()}_{secrets.token_hex(4)}"
    try:
        if template:
            _create_from_template(server, name, folder)
        else:
            _create(server, name)
            migrate(server.url(OWNER, name), folder)
        yield _addresses(server, name)
    finally:
        if not keep:
            _drop(server, name)


def ensure_database(server: EmbeddedServer, name: str) -> tuple[Database, bool]:
    """Return a database of that name which stays, migrated, and whether it was made now.

    name  lower-case letters, digits and underscores
    """
    with _administered(server) as administrator:
        found = administrator.execute("SELECT FROM pg_database WHERE datname = %s", (name,)).rowcount
    if not found:
        _create(server, name)
    migrate(server.url(OWNER, name))
    return _addresses(server, name), not found


def renew_database(server: EmbeddedServer, name: str) -> None:
    """Drop a database with everything in it and make it anew, migrated; for demos that begin again."""
    _drop(server, name)
    _create(server, name)
    migrate(server.url(OWNER, name))


def _addresses(server: EmbeddedServer, name: str) -> Database:
    return Database(
        app_url=server.url(APP, name), owner_url=server.url(OWNER, name), superuser_url=server.url(SUPERUSER, name)
    )


def _create_from_template(server: EmbeddedServer, name: str, folder: Path) -> None:
    """Copy the template for these migrations, made at the first call; templates of other migrations go."""
    template = f"{_TEMPLATE_PREFIX}_{_fingerprint(folder)}"
    with _administered(server) as administrator:
        administrator.execute("SELECT pg_advisory_lock(%s)", (_TEMPLATE_LOCK,))
        if not administrator.execute("SELECT FROM pg_database WHERE datname = %s", (template,)).rowcount:
            _drop_templates(administrator)
            _create(server, f"{template}_half")
            migrate(server.url(OWNER, f"{template}_half"), folder)
            administrator.execute(f"ALTER DATABASE {template}_half RENAME TO {template}".encode())
        _create(server, name, template)


def _drop_templates(administrator: "psycopg.Connection[tuple[object, ...]]") -> None:
    rows = administrator.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", (f"{_TEMPLATE_PREFIX}_%",))
    for (name,) in rows.fetchall():
        administrator.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _fingerprint(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.sql")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _create(server: EmbeddedServer, name: str, template: str = "template1") -> None:
    with _administered(server) as administrator:
        administrator.execute(f"CREATE DATABASE {name} OWNER {OWNER} TEMPLATE {template}".encode())
        for statement in prepare_database(name):
            administrator.execute(statement.encode())


def _drop(server: EmbeddedServer, name: str) -> None:
    with _administered(server) as administrator:
        administrator.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())


def _drop_leftovers(server: EmbeddedServer) -> None:
    """Drop what processes that died left behind; a name carries the id of the process that made it."""
    with _administered(server) as administrator:
        rows = administrator.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", (f"{_PREFIX}_%",))
        for (name,) in rows.fetchall():
            if not _alive(int(str(name).removeprefix(f"{_PREFIX}_").split("_")[0])):
                administrator.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())


def _alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


@contextmanager
def _administered(server: EmbeddedServer) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    with psycopg.connect(server.url(SUPERUSER, "postgres"), autocommit=True) as connection:
        yield connection

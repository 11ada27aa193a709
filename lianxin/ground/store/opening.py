"""Which database does this site use, and is it fit to be used?

Without addresses the embedded server of the home, started and migrated here. With
`LIANXIN_DATABASE_URL` a server of one's own: nothing is changed on it, and a start is
refused with the way out when it is too old, not migrated, or entered with too many rights.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import psycopg

from lianxin.ground.store.embedded import EmbeddedServer
from lianxin.ground.store.failures import NotReachable, RoleTooStrong, SchemaMissing, ServerTooOld
from lianxin.ground.store.migrate import migrate, missing_migrations
from lianxin.ground.store.roles import APP, OWNER, SQL_FOR_ROLES, SUPERUSER

OLDEST = 15
"""PostgreSQL 15 is the oldest version the suite runs against."""


class Database(msgspec.Struct, frozen=True):
    """How to enter a database. Addresses contain passwords: never log one.

    app_url        as the application, which may not change what the ledger holds
    owner_url      as the owner, for migrations; None where this process does not know it
    superuser_url  as the administrator; only the embedded server's is known
    """

    app_url: str
    owner_url: str | None = None
    superuser_url: str | None = None


@contextmanager
def open_database(
    home: Path, app_url: str | None = None, *, adopt_only: bool = False, die_with_parent: bool = False
) -> Iterator[Database]:
    """Give the site's database, migrated and checked, while the block runs.

    home             the home folder, for the embedded server
    app_url          a server of one's own, entered as the application
    adopt_only       another process of the house runs the embedded server and has migrated it
    die_with_parent  see EmbeddedServer.start
    Raises StoreError with a sentence for the operator.
    """
    if app_url is not None:
        check_external(app_url)
        yield Database(app_url=app_url)
        return
    server = EmbeddedServer(home)
    server.start(die_with_parent=die_with_parent, adopt_only=adopt_only)
    try:
        database = embedded_database(server)
        if not adopt_only and database.owner_url is not None:
            migrate(database.owner_url)
        yield database
    finally:
        server.leave()


def embedded_database(server: EmbeddedServer) -> Database:
    """Return the addresses of the site's database on a started server."""
    return Database(app_url=server.url(APP), owner_url=server.url(OWNER), superuser_url=server.url(SUPERUSER))


def check_external(app_url: str) -> None:
    """Return if the server is fit for use as it is; change nothing on it.

    Raises NotReachable, ServerTooOld, RoleTooStrong or SchemaMissing.
    """
    try:
        with psycopg.connect(app_url, autocommit=True) as connection:
            version = connection.info.server_version // 10_000
            strong = connection.execute(_TOO_STRONG).fetchone()
    except psycopg.Error as failure:
        raise NotReachable(
            f"The database in LIANXIN_DATABASE_URL cannot be entered: {str(failure).strip()}. Nothing was changed. "
            f"Check that the server runs and that the role, the password and the database exist. {_how_to_prepare()}"
        ) from failure
    _check_version(version)
    if strong is not None and strong[0]:
        raise RoleTooStrong(
            "LIANXIN_DATABASE_URL enters the database as its administrator or owner, who could rewrite the ledger. "
            f"Nothing was changed. Use the role {APP}. {_how_to_prepare()}"
        )
    missing = missing_migrations(app_url)
    if missing:
        raise SchemaMissing(
            f"The database lacks {len(missing)} migrations (first: {missing[0]}). Nothing was changed. "
            f"{_how_to_prepare()}"
        )


def check_owner(owner_url: str) -> None:
    """Return if migrations can be applied as this role. Raises NotReachable or ServerTooOld."""
    try:
        with psycopg.connect(owner_url) as connection:
            version = connection.info.server_version // 10_000
    except psycopg.Error as failure:
        raise NotReachable(
            f"The database in LIANXIN_OWNER_URL cannot be entered: {str(failure).strip()}. Nothing was changed. "
            f"{_how_to_prepare()}"
        ) from failure
    _check_version(version)


def _check_version(version: int) -> None:
    if version < OLDEST:
        raise ServerTooOld(
            f"The database is PostgreSQL {version}; Lianxin needs {OLDEST} or newer. Nothing was changed."
        )


_TOO_STRONG = """
SELECT r.rolsuper OR pg_has_role(current_user, d.datdba, 'MEMBER')
  FROM pg_roles r, pg_database d
 WHERE r.rolname = current_user AND d.datname = current_database()
"""


def _how_to_prepare() -> str:
    return (
        "To prepare a server, run this once as its administrator:\n\n"
        f"{SQL_FOR_ROLES}\n"
        "then `LIANXIN_OWNER_URL=postgresql://lianxin_owner:…@host/lianxin lianxin migrate`."
    )

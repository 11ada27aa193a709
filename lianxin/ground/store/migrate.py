"""How does the schema grow? Forward only, one file after the other, each wholly or not at all.

`yoyo-migrations` finds the files and keeps the book of those applied. Two things are
decided here: a file is sent as one text (no splitting at semicolons inside function
bodies), and its changes and its line in the book are one transaction, so that a crash
between them is impossible. One advisory lock lets any number of processes try at once.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from yoyo import read_migrations
from yoyo.backends.core.postgresql import PostgresqlPsycopgBackend
from yoyo.connections import DatabaseURI
from yoyo.migrations import Migration, default_migration_table

from lianxin.ground.store.failures import MigrationFailed
from lianxin.ground.store.roles import APP

MIGRATIONS = Path(__file__).parent / "migrations"

LOCK_TIMEOUT_S = 10
"""A migration that cannot lock a table at once must not queue the hotline behind itself."""
STATEMENT_TIMEOUT_S = 600
WAIT_FOR_OTHERS_S = 900
"""How long to wait for another process that is migrating."""

_LOCK = 0x6C69616E78696E
"""`lianxin` in ASCII: the advisory lock's number."""


def migrate(owner_url: str, folder: Path = MIGRATIONS, *, lock_timeout_s: int = LOCK_TIMEOUT_S) -> list[str]:
    """Apply what is missing; return the names applied by this call, in order.

    owner_url       the database, as its owner
    lock_timeout_s  how long to wait for a table the hotline is using
    Raises MigrationFailed naming the file; that file then left no trace, those before it stay.
    """
    with _only_one(owner_url), closing(_connect(owner_url, lock_timeout_s)) as connection:
        book = _Book(connection)
        applied = []
        for migration in book.to_apply(read_migrations(str(folder))):
            _apply(book, migration)
            applied.append(str(migration.id))
        _let_app_read(connection)
    return applied


def missing_migrations(url: str, folder: Path = MIGRATIONS) -> list[str]:
    """Return the names of the files this database has not seen, for any role that may log in."""
    names = sorted(path.stem for path in folder.glob("*.sql"))
    with closing(_connect(url)) as connection:
        known = connection.execute("SELECT to_regclass(%s)", (default_migration_table,)).fetchone()
        if known is None or known[0] is None:
            return names
        rows = connection.execute(
            sql.SQL("SELECT migration_id FROM {}").format(sql.Identifier(default_migration_table))
        ).fetchall()
    return sorted(set(names) - {row[0] for row in rows})


class _Book(PostgresqlPsycopgBackend):  # type: ignore[misc]
    """yoyo's book of applied migrations, on a connection of ours instead of one of its own."""

    def __init__(self, connection: "psycopg.Connection[tuple[object, ...]]") -> None:
        self._ours = connection
        super().__init__(DatabaseURI("postgresql", None, None, None, None, "", {}), default_migration_table)

    def connect(self, dburi: object) -> "psycopg.Connection[tuple[object, ...]]":
        assert dburi == self.uri
        return self._ours

    @contextmanager
    def lock(self, timeout: float = 0) -> Iterator[None]:
        """Do without yoyo's lock row, which a killed process would leave behind; `_only_one` is held."""
        assert timeout >= 0
        yield


def _apply(book: _Book, migration: Migration) -> None:
    text = Path(migration.path).read_text(encoding="utf-8")
    try:
        with book.transaction():
            book.connection.execute(text.encode())
            book.mark_one(migration, log=False)
    except psycopg.Error as failure:
        raise MigrationFailed(
            f"Migration {migration.id} was refused by the database and left no trace: {failure}"
        ) from failure


def _connect(url: str, lock_timeout_s: int = LOCK_TIMEOUT_S) -> "psycopg.Connection[tuple[object, ...]]":
    limits = f"-c lock_timeout={lock_timeout_s}s -c statement_timeout={STATEMENT_TIMEOUT_S}s"
    return psycopg.connect(url, autocommit=True, options=limits)


@contextmanager
def _only_one(url: str) -> Iterator[None]:
    """Hold the migration lock on a connection of its own; a process that dies lets go of it."""
    limits = f"-c lock_timeout={WAIT_FOR_OTHERS_S}s -c statement_timeout={WAIT_FOR_OTHERS_S}s"
    with closing(psycopg.connect(url, autocommit=True, options=limits)) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        yield


def _let_app_read(connection: "psycopg.Connection[tuple[object, ...]]") -> None:
    """The application may look which migrations are applied, to refuse a start on an older schema."""
    if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (APP,)).rowcount:
        grant = sql.SQL("GRANT SELECT ON {} TO {}")
        connection.execute(grant.format(sql.Identifier(default_migration_table), sql.Identifier(APP)))

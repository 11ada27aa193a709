"""What every test may ask for: a database of its own, on a real server that the whole run shares."""

import hashlib
import logging
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from lianxin.ground.store import Database, EmbeddedServer, open_pool, temporary_database
from lianxin.ground.store.binaries import Binaries

_OTHER_SERVER = "LIANXIN_TEST_POSTGRES"
"""Folder with the programs of another PostgreSQL, e.g. /usr/lib/postgresql/15/bin."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the database, so that `make test` repeats it on Debian's PostgreSQL 15."""
    for item in items:
        if "database_server" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.database)


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own settings must not reach the tests."""
    for name in [name for name in os.environ if name.startswith("LIANXIN_") and name != _OTHER_SERVER]:
        monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """A command under test sets up logging for its whole process; the next test must not write to its streams."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture(scope="session")
def database_server() -> Iterator[EmbeddedServer]:
    """The server all tests of this checkout share; started by the first process, stopped by the last."""
    programs = os.environ.get(_OTHER_SERVER)
    key = hashlib.sha256(f"{Path(__file__).resolve()} {programs}".encode()).hexdigest()[:8]
    home = Path(tempfile.gettempdir()) / f"lianxin-tests-{os.geteuid()}-{key}"
    with EmbeddedServer(home, Binaries(Path(programs)) if programs else None) as server:
        yield server


@pytest.fixture
def database(database_server: EmbeddedServer) -> Iterator[Database]:
    """A fresh database with every migration applied, dropped after the test."""
    with temporary_database(database_server, template=True) as fresh:
        yield fresh


@pytest.fixture
async def pool(database: Database) -> "AsyncIterator[asyncpg.Pool[asyncpg.Record]]":
    """Connections to the fresh database as the application."""
    opened = await open_pool(database.app_url)
    try:
        yield opened
    finally:
        await opened.close()

"""A second database, and the home of the server that the tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lianxin.ground.store import Database, EmbeddedServer, temporary_database


@pytest.fixture
def another_database(database_server: EmbeddedServer) -> Iterator[Database]:
    """A second fresh database, to compare two runs."""
    with temporary_database(database_server, template=True) as fresh:
        yield fresh


@pytest.fixture
def site_home(database_server: EmbeddedServer) -> Path:
    """The home whose embedded server runs already: commands adopt it."""
    return database_server.home

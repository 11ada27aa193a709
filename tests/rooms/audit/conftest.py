"""A sealed hotline, made once, and a copy of it for each test that damages it."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from made.sealed import Sealed, copied, make_sealed

from lianxin.ground.store import EmbeddedServer, temporary_database


@pytest.fixture(scope="session")
def sealed_hotline(database_server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sealed]:
    """The hotline as it should be; nobody damages this one."""
    with temporary_database(database_server, template=True) as database:
        yield make_sealed(database, tmp_path_factory.mktemp("home"))


@pytest.fixture
def hotline(database_server: EmbeddedServer, sealed_hotline: Sealed, tmp_path: Path) -> Iterator[Sealed]:
    """A copy that may be damaged."""
    name = f"lianxin_temporary_{os.getpid()}_{secrets.token_hex(4)}"
    with copied(database_server, sealed_hotline, name, tmp_path / "home") as copy:
        yield copy

"""A hotline whose orders take files, on a database and a disk of its own."""

import itertools
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from made.one_order import Office
from made_files import LIMITS

from lianxin.attachments.limits import Quota
from lianxin.attachments.locker import Locker
from lianxin.attachments.scanning import NoScanner
from lianxin.attachments.service import Attachments, Given
from lianxin.attachments.shelf import Shelf
from lianxin.ground.clock import Instant
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.people.keys import house_keys

ORDER_NUMBER = "20260309-000017"


class FileRoom:
    """An office, an order in review, and its files."""

    def __init__(self, office: Office, files: Attachments, home: Path, order: int) -> None:
        self.office = office
        self.files = files
        self.home = home
        self.order = order
        self._ids = (UUID(int=10**6 + n) for n in itertools.count(1))
        self._n = itertools.count(1)

    def given(self, data: bytes, name: str = "IMG_1.jpg", **changed: Any) -> Given:
        """A file as the agent of the order hands it in."""
        path = self.home / f"sent-{next(self._n)}"
        path.write_bytes(data)
        about = {"purpose": "citizen", "by": "staff:1001", "role": "agent", "command": next(self._ids), **changed}
        return Given(source=path.open("rb"), name=name, **about)

    async def add(
        self, data: bytes, name: str = "IMG_1.jpg", to: int = 0, at: Instant | None = None, **changed: Any
    ) -> Any:
        """Put it to the order (or to another subject), a minute later or at an instant."""
        given = self.given(data, name, **changed)
        with given.source:
            return await self.files.add(to or self.order, given, at or self.office.later())

    async def content(self, attachment: UUID, begin: int = 0, end: int | None = None) -> bytes:
        """Read it all, or a part of it."""
        return b"".join(await self.files.reader.content(attachment, begin, end))


@pytest.fixture
def room_of(pool: Any, tmp_path: Path) -> Callable[..., Any]:
    """Makes a room; quota, scanner and limits may be others."""

    async def make(**changed: Any) -> FileRoom:
        office = Office(PostgresLedger(pool))
        about = {"scanner": NoScanner(), "limits": LIMITS, "quota": Quota(5, 10_000_000), **changed}
        locker = Locker(house_keys(b"k" * 32).ring("files"), random.Random(5).randbytes)
        files = Attachments(pool, office.services, Shelf(tmp_path), locker, **about)
        order = await office.submit(ORDER_NUMBER, None)
        return FileRoom(office, files, tmp_path, order)

    return make


@pytest.fixture
async def room(room_of: Any) -> FileRoom:
    """The usual one."""
    return await room_of()

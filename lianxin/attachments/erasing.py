"""Which files go when everything of a person goes? Their rows, for the one batch that erases all of it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lianxin.attachments.attachment import AttachmentRow
from lianxin.attachments.service import erased_row
from lianxin.attachments.shelf import Shelf
from lianxin.ground.clock import Instant
from lianxin.ground.store import load_queries
from lianxin.orders.steps.beside import PERSONAL

if TYPE_CHECKING:
    from asyncpg import Pool, Record

_QUERIES = load_queries("lianxin.attachments")


class ErasableFiles:
    """The files of a site, as far as an erasure needs them."""

    def __init__(self, pool: "Pool[Record]", home: Path) -> None:
        self._pool = pool
        self._shelf = Shelf(home)

    async def rows(self, subjects: Sequence[int], now: Instant) -> list[AttachmentRow]:
        """Return the rows of the files that are personal, as they stand after their erasure.

        subjects  orders and contacts of the person; what others proved by a file stays
        """
        rows = await self._pool.fetch(_QUERIES.rows_of.sql, list(subjects))
        return [erased_row(row, now) for row in rows if row["purpose"] in PERSONAL]

    def remove(self, row: AttachmentRow) -> None:
        """Delete the file itself, once its key is destroyed; what a crash leaves a sweep takes away within a day."""
        self._shelf.remove(row.file)

"""Which files are there, and what is in them? Read from rows and shelf; who may see one is asked first.

`seen` answers for a person. The other methods are for whoever has shown already that the order or
contact may be seen: a page that read it, a citizen with the code of their order.
"""

from base64 import b64encode
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from lianxin.attachments.attachment import Attachment
from lianxin.attachments.locker import Locker
from lianxin.attachments.sealing import opened
from lianxin.attachments.shelf import Shelf
from lianxin.ground.clock import from_datetime
from lianxin.ground.store import load_queries

if TYPE_CHECKING:
    from asyncpg import Pool, Record

_QUERIES = load_queries("lianxin.attachments")


class NoSuchAttachment(LookupError):
    """There is no such file, or it was erased, or it is not for this person."""


class SeenOrder(NamedTuple):
    """An order as far as a person sees it: its chain, its contact's, and whether it is open."""

    order_id: int
    contact_id: int
    number: str
    open: bool


class AttachmentReader:
    """Reads files. The pool's connections enter as the application role."""

    def __init__(self, pool: "Pool[Record]", shelf: Shelf, locker: Locker) -> None:
        self._pool = pool
        self._shelf = shelf
        self._locker = locker

    async def seen_order(self, reader: str, number: str) -> SeenOrder | None:
        """Return the order of a number if this person may see it."""
        row = await self._pool.fetchrow(_QUERIES.seen_order.sql, reader, number)
        return None if row is None else SeenOrder(row["order_id"], row["contact_id"], row["number"], row["open"])

    async def seen(self, reader: str, attachment: UUID) -> tuple[Attachment, int | None]:
        """Return a file that this person may see, and the order through which they do (None: its contact).

        Raises NoSuchAttachment, also where the file is there and not for them.
        """
        through = await self._pool.fetch(_QUERIES.seen_through.sql, reader, attachment)
        if not through:
            raise NoSuchAttachment(str(attachment))
        return await self.one(attachment), through[0]["order_id"]

    async def of(self, *subjects: int) -> tuple[Attachment, ...]:
        """Return the files of these orders and contacts, the oldest first; erased ones without their name."""
        rows = await self._pool.fetch(_QUERIES.of_subjects.sql, list(subjects))
        return tuple(map(self._attachment, rows))

    async def one(self, attachment: UUID) -> Attachment:
        """Return a file. Raises NoSuchAttachment."""
        return self._attachment(await self._there(attachment))

    async def brought_by(self, command: UUID) -> Attachment | None:
        """Return the file that a command brought, None where it brought none (yet)."""
        row = await self._pool.fetchrow(_QUERIES.by_command.sql, command)
        return None if row is None else self._attachment(row)

    async def small(self, attachment: UUID) -> bytes:
        """Return the small picture, WebP. Raises NoSuchAttachment where it has none."""
        row = await self._there(attachment)
        if row["small"] is None:
            raise NoSuchAttachment(str(attachment))
        return self._locker.unlock(self._key(row), attachment, b"small", _text(row["small"]))

    async def content(self, attachment: UUID, begin: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Return an iterator over the bytes from `begin` to before `end`; it reads the disk as it goes.

        Raises NoSuchAttachment. On the way SealBroken, or FileNotFoundError, where the file is not as it was.
        """
        row = await self._there(attachment)
        return self._pieces(row["file"], self._key(row), row["size"], begin, end)

    def _pieces(self, file: str, key: bytes, size: int, begin: int, end: int | None) -> Iterator[bytes]:
        with self._shelf.open(file) as kept:
            yield from opened(kept, key, size, begin, end)

    async def _there(self, attachment: UUID) -> "Record":
        row = await self._pool.fetchrow(_QUERIES.one.sql, attachment)
        if row is None or row["erased_at"] is not None:
            raise NoSuchAttachment(str(attachment))
        return row

    def _key(self, row: Any) -> bytes:
        return self._locker.key(row["attachment_id"], _text(row["wrapped_key"]))

    def _attachment(self, row: Any) -> Attachment:
        erased = row["erased_at"]
        return Attachment(
            id=row["attachment_id"],
            subject=row["subject_id"],
            n=row["n"],
            at=from_datetime(row["at"]),
            by=row["by"],
            purpose=row["purpose"],
            shown=row["shown"],
            media=row["media"],
            size=row["size"],
            hash=row["hash"],
            file=row["file"],
            name="" if erased else self._name(row),
            width=row["width"],
            height=row["height"],
            pictured=row["pictured"],
            erased=None if erased is None else from_datetime(erased),
        )

    def _name(self, row: Any) -> str:
        return self._locker.unlock(self._key(row), row["attachment_id"], b"name", _text(row["name"])).decode()


def _text(raw: bytes) -> str:
    return b64encode(raw).decode()

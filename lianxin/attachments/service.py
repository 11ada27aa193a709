"""Put a file to an order or a contact, or erase it by law: whoever does so comes through here.

A file is scanned, washed in a process of its own, encrypted and flushed to the disk; then
one transaction writes the entry and the row beside it. What dies in between leaves a file
that no row names, and a sweep takes it away; an entry never names a file that is not there.
"""

import asyncio
from base64 import b64encode
from collections.abc import Callable, Iterable
from typing import IO, TYPE_CHECKING, Any, Final, NamedTuple
from uuid import UUID, uuid5

import msgspec

from lianxin.attachments.attachment import Attachment, AttachmentRow, harmless_name
from lianxin.attachments.limits import Quota, check_quota
from lianxin.attachments.locker import Locker
from lianxin.attachments.media import HEAD_BYTES
from lianxin.attachments.reading import AttachmentReader, NoSuchAttachment
from lianxin.attachments.refusal import AttachmentRefused
from lianxin.attachments.scanning import Scanner
from lianxin.attachments.sealing import content_hash, sealed
from lianxin.attachments.shelf import Shelf
from lianxin.attachments.washing.apart import wash_apart
from lianxin.attachments.washing.washed import Limits, Washed, take
from lianxin.contacts import course
from lianxin.contacts.contact import Contact
from lianxin.ground.clock import Instant, from_datetime
from lianxin.ground.ledger import ORDER, kind_of_chain
from lianxin.ground.store import load_queries
from lianxin.orders.order import Order
from lianxin.orders.service import Services
from lianxin.orders.steps.beside import PERSONAL, Attach, EraseAttachment, is_shown

if TYPE_CHECKING:
    from asyncpg import Pool, Record

_QUERIES = load_queries("lianxin.attachments")
_AT_ONCE: Final = 2
"""So many files are washed at once: each may take a processor and two gigabytes."""


class Given(NamedTuple):
    """A file that somebody hands in.

    source    what was sent; a real file, read from its beginning
    name      as its sender calls it;  purpose, shown  see `orders.steps.beside`
    by, role  who hands it in, and as what: `staff:1023` as `agent`, `citizen` as `citizen`
    command   id of the command: sent twice it is kept once
    """

    source: IO[bytes]
    name: str
    purpose: str
    by: str
    role: str
    command: UUID
    shown: bool = False


class Attachments:
    """What can be done with the files of a site.

    entropy  gives so many random bytes
    """

    def __init__(
        self,
        pool: "Pool[Record]",
        services: Services,
        shelf: Shelf,
        locker: Locker,
        scanner: Scanner,
        limits: Limits,
        quota: Quota,
    ) -> None:
        self._pool = pool
        self._services = services
        self._locker = locker
        self._scanner = scanner
        self._quota = quota
        self._hands = asyncio.Semaphore(_AT_ONCE)
        self.reader = AttachmentReader(pool, shelf, locker)
        self.shelf = shelf
        self.limits = limits

    async def add(self, subject: int, given: Given, now: Instant) -> Attachment:
        """Put a file to the order or contact of this chain; return it as it is kept.

        Raises AttachmentRefused for the file; Refused, Overtaken, NoRight, NoSuchOrder for the order, ContactRefused
        for the contact. Nothing is kept then.
        """
        known = await self._brought(subject, given)
        if known is not None:
            return known
        await self._check(subject, given)
        async with self._hands:
            washed = await asyncio.to_thread(wash_apart, given.source, self.limits, self.shelf.incoming)
        row, file = self._locked_away(subject, given, washed, now)
        await asyncio.to_thread(self.shelf.put, file)
        try:
            await self._record(row, given, now)
        finally:
            kept = await self._brought(subject, given)
            if kept is None or kept.file != row.file:
                self.shelf.remove(row.file)  # refused, or the same command was faster by another way
        assert kept is not None, row.id
        return kept

    async def erase(self, subject: int, n: int, ground: str, by: str, role: str, command: UUID, now: Instant) -> None:
        """Erase a file by law: key, salt and name in one transaction with the entry; then the file itself.

        Raises NoSuchAttachment, and what commands on orders and contacts raise.
        """
        row = await self.erased_row(subject, n, now)
        if kind_of_chain(subject) == ORDER:
            step = EraseAttachment(id=command, by=by, role=role, n=n, ground=ground)
            await self._services.act(subject, step, now, attachments_write=[row])
        else:
            erase = course.EraseAttachment(id=command, by=by, n=n, ground=ground)
            await self._services.meet(subject, erase, now, attachments_write=[row])
        self.shelf.remove(row.file)

    async def erase_personal(
        self, subjects: Iterable[int], ground: str, by: str, role: str, command: UUID, now: Instant
    ) -> int:
        """Erase what a citizen brought to these orders and contacts, and recordings of their voice; return how many.

        Each file by a command of its own whose id follows from `command`: called again it goes on where it stopped.
        """
        files = [file for file in await self.reader.of(*subjects) if file.erased is None and file.purpose in PERSONAL]
        for file in files:
            await self.erase(file.subject, file.n, ground, by, role, uuid5(command, f"{file.subject}.{file.n}"), now)
        return len(files)

    async def erased_row(self, subject: int, n: int, now: Instant) -> AttachmentRow:
        """Return the row as it stands after its erasure, for a batch that erases more. Raises NoSuchAttachment."""
        found = await self._pool.fetchrow(_QUERIES.row_of.sql, subject, n)
        if found is None:
            raise NoSuchAttachment(f"{subject}.{n}")
        return erased_row(found, now)

    async def _brought(self, subject: int, given: Given) -> Attachment | None:
        """Return what this very command brought before. Raises AttachmentRefused where it was somebody else's."""
        known = await self.reader.brought_by(given.command)
        if known is not None and (known.subject, known.by) != (subject, given.by):
            raise AttachmentRefused(
                "form",
                "这张表单已经用过，文件没有保存。请刷新页面后再上传。",
                "This form was used before; the file was not kept. Please load the page again.",
            )
        return known

    async def _check(self, subject: int, given: Given) -> None:
        """Look at the file before anything costly is done with it."""
        given.source.seek(0)
        head, size = given.source.read(HEAD_BYTES), given.source.seek(0, 2)
        take(head, size, self.limits)
        taken = await self._pool.fetchrow(_QUERIES.taken.sql, subject)
        assert taken is not None
        check_quota(self._quota, taken["files"], taken["bytes"], size)
        self.shelf.check_room(size)
        await self._scanner.check(given.source)

    def _locked_away(self, subject: int, given: Given, washed: Washed, now: Instant) -> tuple[AttachmentRow, bytes]:
        """Return the row of a washed file, its number still open, and the file encrypted."""
        locker = self._locker
        id_, salt = locker.new_id(), locker.salt()
        key, wrapped = locker.new_key(id_)
        file, name = sealed(washed.content, key), harmless_name(given.name, washed.media.type)
        row = AttachmentRow(
            id=id_,
            subject=subject,
            n=0,
            command=given.command,
            at=now,
            by=given.by,
            purpose=given.purpose,
            shown=is_shown(given.purpose, given.shown),
            media=washed.media.type,
            size=len(washed.content),
            hash=content_hash(salt, washed.content),
            file=Shelf.name_of(file),
            width=washed.width,
            height=washed.height,
            salt=b64encode(salt).decode(),
            key=wrapped,
            name=locker.lock(key, id_, b"name", name.encode()),
            small=locker.lock(key, id_, b"small", washed.small) if washed.small else None,
        )
        return row, file

    async def _record(self, row: AttachmentRow, given: Given, now: Instant) -> None:
        about = {name: getattr(row, name) for name in ("hash", "file", "media", "size", "purpose", "shown")}
        if kind_of_chain(row.subject) == ORDER:
            step = Attach(id=given.command, by=given.by, role=given.role, **about)
            await self._services.act(row.subject, step, now, attachments_write=_numbered(row))
        else:
            come = course.Attach(id=given.command, by=given.by, **about)
            await self._services.meet(row.subject, come, now, attachments_write=_numbered(row))


def _numbered(row: AttachmentRow) -> Callable[[Order | Contact], list[Any]]:
    """Return what makes the row of the order or contact after the entry: its number is known only then."""
    return lambda after: [msgspec.structs.replace(row, n=after.attached)]


def erased_row(found: Any, now: Instant) -> AttachmentRow:
    """Return a row of the table as it stands after its erasure: without key, salt, name and picture."""
    names = ("subject", "command", "at", "id", "erased", "salt", "key", "name", "small")
    plain = {field: found[field] for field in AttachmentRow.__struct_fields__ if field not in names}
    return AttachmentRow(
        id=found["attachment_id"],
        subject=found["subject_id"],
        command=found["command_id"],
        at=from_datetime(found["at"]),
        erased=now,
        **plain,
    )

"""Where do the files of a letter go? To its order or contact, through the one room that keeps files.

What that room refuses for good is noted with its sentence, so that the agent can ask for it
in another form; what it cannot keep just now is tried again with the letter. Nothing is
opened here.
"""

import asyncio
import tempfile
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from uuid import UUID, uuid5

import msgspec
import structlog

from lianxin.attachments.refusal import AttachmentRefused
from lianxin.attachments.service import Attachments, Given
from lianxin.channels.letters import Incoming, left_out_place
from lianxin.channels.mail_body import Attached
from lianxin.ground.clock import Instant
from lianxin.ground.store import load_queries
from lianxin.orders.refusal import Refused
from lianxin.people.persons import Persons
from lianxin.people.vault import PersonErased, Vault

if TYPE_CHECKING:
    from asyncpg import Pool, Record

_QUERIES: Final = load_queries("lianxin.channels")
_SPACE: Final = UUID("3f5d2d0f-8f54-5f0e-8a38-77d1a2b1c0de")
_LATER: Final = frozenset({"scanner_away", "no_room"})
"""Refusals that pass: the letter is brought again, and its other files are known then."""
log = structlog.get_logger(__name__)


class LeftOut(NamedTuple):
    """A file that was not kept: its name, and the sentence that says why and what to do."""

    name: str
    reason: str


class Filing:
    """Puts files of letters away."""

    def __init__(self, pool: "Pool[Record]", attachments: Attachments, vault: Vault) -> None:
        self._pool = pool
        self._attachments = attachments
        self._vault = vault

    async def file(self, incoming: Incoming, contact: int, order: int | None, person: UUID, now: Instant) -> None:
        """Keep the files of a letter; those of a silent one stay in the mailbox.

        Raises AttachmentRefused for what may be kept another time.
        """
        if incoming.silent is not None or not incoming.attached:
            return
        left_out: list[LeftOut] = []
        for n, attached in enumerate(incoming.attached, 1):
            try:
                await self._keep(
                    contact if order is None else order, contact, attached, f"{incoming.key.hex()}.{n}", now
                )
            except AttachmentRefused as refused:
                if refused.code in _LATER:
                    raise
                log.info("a file of a letter is not kept", contact=contact, reason=refused.code)
                left_out.append(LeftOut(attached.name, refused.zh))
        if left_out:
            await self._note(contact, person, left_out)

    async def _keep(self, subject: int, contact: int, attached: Attached, key: str, now: Instant) -> None:
        """Keep one file, with the contact where its order closed in between."""
        with tempfile.TemporaryFile(dir=self._attachments.shelf.incoming) as source:
            await asyncio.to_thread(source.write, attached.data)
            for place in dict.fromkeys((subject, contact)):
                command = uuid5(_SPACE, f"{key}.{place}")
                given = Given(source, attached.name, "citizen", "citizen", "citizen", command)
                try:
                    await self._attachments.add(place, given, now)
                except Refused:
                    if place == contact:
                        raise
                else:
                    return

    async def _note(self, contact: int, person: UUID, left_out: list[LeftOut]) -> None:
        row: Any = await Persons(self._pool, self._vault).row(person)
        try:
            sealed = self._vault.lock(row, left_out_place(contact), msgspec.json.encode(left_out))
        except PersonErased:
            return
        await self._pool.execute(_QUERIES.note_left_out.sql, sealed, contact)

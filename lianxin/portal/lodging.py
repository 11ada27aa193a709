"""How does what a citizen wrote become an order with a receipt, exactly once?

Before anything is written the draft gets its number, code and command id, kept in its box;
of two requests that send it at once one makes them, both use them. So a double click, a
reload and a connection that broke after the answer all come to the same order and show the
same receipt; a code can be shown again until the box is done with, though the house keeps
only its hash.
"""

import asyncio
import secrets
from typing import Final
from uuid import uuid4

import msgspec

from lianxin.ground.clock import HOUR_MS, MINUTE_MS
from lianxin.ground.ledger.command_id import CHANCE_BYTES, command_id
from lianxin.ground.web.present import ReadPresent
from lianxin.orders.numbering import Numbers
from lianxin.orders.refusal import Refused
from lianxin.orders.service import Services, Words, contact_id_of, order_id_of
from lianxin.orders.steps.written import Lodge
from lianxin.people.identities import Identities
from lianxin.people.vault import PersonRecord
from lianxin.places import Places
from lianxin.portal.boxes import Boxes, Kept
from lianxin.portal.draft import Draft, Sent, region_of, whole_text
from lianxin.receipts import Receipt, Receipts
from lianxin.receipts.codes import any_code, code_row
from lianxin.receipts.sending import code_messages

KEEP_MS: Final = 2 * HOUR_MS
"""How long a draft waits for its writer to go on."""
SHOW_MS: Final = 30 * MINUTE_MS
"""How long a receipt can be shown again after it was sent."""
_SALT_BYTES: Final = 16
_TRIES: Final = 3
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Draft).decode


class DraftGone(Exception):
    """The draft's time is over, or it was thrown away."""


class Lodging:
    """Drafts of a site and their way into the books."""

    def __init__(
        self,
        services: Services,
        numbers: Numbers,
        receipts: Receipts,
        identities: Identities,
        boxes: Boxes,
        places: Places,
        present: ReadPresent,
    ) -> None:
        self._services = services
        self._numbers = numbers
        self._receipts = receipts
        self._identities = identities
        self._boxes = boxes
        self._places = places
        self._present = present

    async def draft(self, secret: str) -> Draft | None:
        """Return the draft of this browser, None where it has none."""
        kept = await self._boxes.open(secret)
        return None if kept is None else _decode(kept.content)

    async def begin(self, draft: Draft) -> str:
        """Keep a new draft; return the secret of its box."""
        return await self._boxes.put(_encode(draft), KEEP_MS)

    async def write(self, secret: str, draft: Draft) -> None:
        """Keep what was written now. Raises DraftGone, also for one that was sent meanwhile."""
        for _ in range(_TRIES):
            kept = await self._kept(secret)
            if _decode(kept.content).sent is not None:
                raise DraftGone
            if await self._boxes.change(secret, kept.version, _encode(draft), KEEP_MS):
                return
        raise DraftGone

    async def drop(self, secret: str) -> None:
        """Throw the draft, or what was kept of it, away."""
        await self._boxes.drop(secret)

    async def lodge(self, secret: str) -> None:
        """Open the order. Raises DraftGone; Refused for what the house does not take."""
        for attempt in range(1, _TRIES + 1):
            draft, sent = await self._claimed(secret)
            if sent.seq is not None:
                return
            try:
                seq = await self._submit(draft, sent)
            except Refused as refused:
                if refused.code != "number_taken" or attempt == _TRIES:
                    raise
                await self._forget_claim(secret, sent)
            else:
                await self._acknowledge(secret, draft, msgspec.structs.replace(sent, seq=seq))
                return

    async def note_files(self, secret: str, files: int, refused: tuple[str, ...]) -> None:
        """Keep beside the receipt what became of the files that came with the request."""
        for _ in range(_TRIES):
            kept = await self._boxes.open(secret)
            if kept is None:
                return  # cleared away meanwhile: nobody will read it
            draft = _decode(kept.content)
            assert draft.sent is not None, "files are put to what was sent"
            noted = msgspec.structs.replace(draft.sent, files=files, refused=refused)
            if await self._change(secret, kept, msgspec.structs.replace(draft, sent=noted), SHOW_MS):
                return

    async def receipt(self, sent: Sent) -> Receipt:
        """Return the receipt of what was sent, with its code."""
        assert sent.seq is not None, sent.number
        return await self._receipts.hand_out(sent.number, sent.code, 1, sent.seq)

    async def _claimed(self, secret: str) -> tuple[Draft, Sent]:
        """Return the draft, and the number and code that whoever sends it must use."""
        while True:
            kept = await self._kept(secret)
            draft = _decode(kept.content)
            if draft.sent is not None:
                return draft, draft.sent
            sent = await self._sent()
            if await self._change(secret, kept, msgspec.structs.replace(draft, sent=sent), KEEP_MS):
                return draft, sent

    async def _sent(self) -> Sent:
        now = (await self._present()).now
        number, contact = await self._numbers.order(), await self._numbers.contact()
        command = command_id(now, secrets.token_bytes(CHANCE_BYTES))
        return Sent(command, number, contact_id_of(contact), any_code(), now)

    async def _submit(self, draft: Draft, sent: Sent) -> int:
        """Write order and contact; return the entry that opened the order."""
        region = region_of(draft.place, self._places)
        assert region is not None, "a draft is sent when all of it was checked"
        words = Words("", whole_text(draft, self._places), secrets.token_bytes(_SALT_BYTES))
        flags = _flags(draft)
        record = None
        if not draft.anonymous:
            record = self._identities.lock(uuid4(), draft.person, kind=draft.kind, flags=flags)
        command = Lodge(
            id=sent.command,
            by="citizen",
            role="citizen",
            number=sent.number,
            contact=sent.contact,
            citizen_since=sent.at,
            kind=draft.kind,
            region=region,
            text_hash=words.hash(),
            flags=flags,
            targets=(draft.target,) if draft.target else (),
            person=None if record is None else str(record.row.id),
            who={} if record is None else record.who,
        )
        code = await asyncio.to_thread(code_row, order_id_of(sent.number), 1, sent.at, sent.code)
        done = await self._services.submit(
            sent.contact, command, sent.at, words, receipts_write=[code], **self._beside(record, draft, sent)
        )
        return int(done["seq"])

    def _beside(self, record: PersonRecord | None, draft: Draft, sent: Sent) -> dict[str, list[object]]:
        """Return the rows of the person and of the message that brings them their code."""
        if record is None:
            return {}
        rows: dict[str, list[object]] = {writer: list(rows) for writer, rows in record.rows.items()}
        vault = self._identities.vault(record.store)
        told = code_messages(sent.number, 1, sent.code, record.row, draft.person, vault, sent.at)
        return {**rows, "outbox_write": list(told)}

    async def _acknowledge(self, secret: str, draft: Draft, sent: Sent) -> None:
        """Keep the receipt for a while, and nothing else of what was written."""
        kept = await self._boxes.open(secret)
        told = bool(draft.phone or draft.mail)
        only = Draft(kind=draft.kind, sent=msgspec.structs.replace(sent, told=told))
        if kept is not None:
            await self._change(secret, kept, only, SHOW_MS)

    async def _forget_claim(self, secret: str, sent: Sent) -> None:
        kept = await self._kept(secret)
        draft = _decode(kept.content)
        if draft.sent == sent:
            await self._change(secret, kept, msgspec.structs.replace(draft, sent=None), KEEP_MS)

    async def _kept(self, secret: str) -> Kept:
        kept = await self._boxes.open(secret)
        if kept is None:
            raise DraftGone
        return kept

    async def _change(self, secret: str, kept: Kept, draft: Draft, keep_ms: int) -> bool:
        return await self._boxes.change(secret, kept.version, _encode(draft), keep_ms)


def _flags(draft: Draft) -> tuple[str, ...]:
    marks = {"anonymous": draft.anonymous, "confidential": draft.secret, "enterprise": draft.enterprise}
    return tuple(flag for flag, true in marks.items() if true)

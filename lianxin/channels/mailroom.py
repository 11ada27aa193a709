"""The mailroom (收发室): every mail in the mailbox becomes a contact, once, and is marked only after that.

A crash between taking in and marking brings the mail again, and it is known. A mail that
cannot be taken in is tried again with growing pauses and holds up no other.
"""

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

import structlog

from lianxin.channels.letters import Incoming, Letter, kept_text
from lianxin.channels.mail_reading import Mail, Ours, read_mail
from lianxin.channels.mail_sorting import our_message
from lianxin.channels.mailbox import Fetched, MailboxAway
from lianxin.channels.patience import Patience
from lianxin.channels.receiving import Receiving
from lianxin.ground.clock import Instant
from lianxin.ground.store.away import is_away

log = structlog.get_logger(__name__)

WAIT_S: Final = 29.0
"""So long the mailroom waits for news before it looks by itself."""
AWAY_S: Final = 15.0


class Box(Protocol):
    """A mailbox, see `mailbox.Mailbox`."""

    async def new(self) -> list[int]: ...
    async def fetch(self, uid: int) -> Fetched | None: ...
    async def mark(self, uid: int) -> None: ...
    async def wait(self, seconds: float, stop: asyncio.Event) -> None: ...
    def close(self) -> None: ...


class Mailroom:
    """Empties a mailbox into the books.

    now  the site's present
    """

    def __init__(self, box: Box, receiving: Receiving, ours: Ours, now: Callable[[], Instant]) -> None:
        self._box = box
        self._receiving = receiving
        self._ours = ours
        self._now = now
        self._away = False
        self._patience = Patience()

    async def empty(self) -> int:
        """Take in what is new; return how many mails that was. Raises MailboxAway, and what `is_away` knows."""
        self._patience.begin()
        taken = 0
        for uid in await self._box.new():
            if self._patience.has_turn(uid) and await self._take(uid):
                taken += 1
        return taken

    async def work(self, stop: asyncio.Event) -> float:
        """Empty the mailbox, then wait for news; return how many seconds to rest before the next round."""
        try:
            await self.empty()
            if self._away:
                log.info("the mailbox is back")
                self._away = False
            await self._box.wait(WAIT_S, stop)
        except MailboxAway as away:
            if not self._away:
                log.warning("the mailbox is away; mails wait there", reason=str(away))
                self._away = True
            return AWAY_S
        return 0.0

    def close(self) -> None:
        """Let go of the mailbox."""
        self._box.close()

    async def _take(self, uid: int) -> bool:
        fetched = await self._box.fetch(uid)
        if fetched is None:
            return False
        mail = await asyncio.to_thread(read_mail, fetched.data, self._ours, fetched.cut)
        try:
            await self._receiving.take_in(incoming_of(mail, self._ours), self._now())
        except Exception as failure:
            # Whatever is wrong with one mail must not keep the others out of the books.
            if is_away(failure):
                raise
            failures = self._patience.failed(uid)
            log.error("a mail cannot be taken in", uid=uid, failures=failures, kind=type(failure).__name__)
            return False
        await self._box.mark(uid)
        self._patience.done(uid)
        return True


def incoming_of(mail: Mail, ours: Ours) -> Incoming:
    """Return a mail as what comes in by any channel."""
    text, whole = kept_text(mail.text)
    notes = mail.notes if whole or "long" in mail.notes else (*mail.notes, "long")
    answers = (our_message(one, ours.address) for one in reversed(mail.references))
    return Incoming(
        key=mail.key,
        channel="mail",
        letter=Letter(
            sender=mail.sender,
            subject=mail.subject,
            text=text,
            message_id=mail.message_id,
            references=mail.references,
            notes=notes,
            sign="" if mail.silence is None else mail.silence.sign,
        ),
        attached=mail.attached,
        silent=None if mail.silence is None else mail.silence.why,
        trusted=not mail.distrusted,
        answers=tuple(one for one in answers if one is not None),
        bounce=mail.bounce,
    )

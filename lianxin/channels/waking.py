"""A person was taken for a machine: what now? Their message comes in once more, and an agent reads it (转受理).

The silent contact stays as it ended; a new one begins with the same words, by whoever saw
the mistake, with the clock of its channel from now on.
"""

from hashlib import sha256
from typing import Final

import msgspec

from lianxin.channels.inbox import Inbox
from lianxin.channels.letters import Incoming
from lianxin.channels.receiving import Receiving
from lianxin.ground.clock import Instant

NOTE: Final = "woken"
"""Code of the note that stands at such a message, see `mail_body.NOTES`."""


class NotSilent(Exception):
    """This message waits for an agent already, or nobody may read it any more; the sentence is for who asked."""


class Waking:
    """Lets silent messages in once more."""

    def __init__(self, inbox: Inbox, receiving: Receiving) -> None:
        self._inbox = inbox
        self._receiving = receiving

    async def wake(self, reader: str, contact: int, by: str, now: Instant) -> int:
        """Return the new contact, the same however often it is asked for.

        reader  work number of who saw it;  by  the same as an actor
        Raises NoSuchMessage, also for who may not see it; NotSilent.
        """
        message = await self._inbox.message(reader, contact)
        if message.silent is None:
            raise NotSilent("这件来件本来就在等待受理，不用再转。")
        if message.letter is None:
            raise NotSilent("来件人的信息已依法删除，不能再受理。")
        incoming = Incoming(
            key=sha256(f"woken {contact}".encode()).digest(),
            channel="sms" if message.channel == "sms" else "mail",
            letter=msgspec.structs.replace(message.letter, notes=(*message.letter.notes, NOTE)),
            trusted=False,
            by=by,
        )
        return await self._receiving.take_in(incoming, now)

"""What is a channel? Something that brings one message to one address, and may be asked twice.

A channel says nothing when the other side has the message, and raises NotSent
otherwise. After a crash the same message comes again under the same key: whoever
receives must look at the key, and every channel of this house carries it where the
receiver can see it.
"""

from typing import Protocol
from uuid import UUID

import msgspec

from lianxin.ground.clock import Instant


class NotSent(Exception):
    """The message did not get through. lasting: it never will as it is, so trying again is no use.

    The reason goes into the outbox and the log: never a number, a name or an address in it.
    """

    def __init__(self, reason: str, lasting: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.lasting = lasting


class Outgoing(msgspec.Struct, frozen=True):
    """A message as a channel gets it.

    key      idempotency key, the same at every attempt
    to       where to: a number, an e-mail address, or the key of a unit's contact (`unit:zjj`)
    subject  one line, for e-mail
    made     when it was caused; the same at every attempt
    answers, references  the e-mail it answers, and those that one answered; empty where it begins a talk
    automatic  the house says it of itself; else a person wrote it
    """

    key: UUID
    channel: str
    template: str
    order: str
    to: str
    subject: str
    text: str
    made: Instant
    answers: str = ""
    references: tuple[str, ...] = ()
    automatic: bool = True

    def __repr__(self) -> str:
        return f"Outgoing({self.key}, {self.channel}, {self.template})"


class Channel(Protocol):
    """A door of the house."""

    async def send(self, message: Outgoing) -> None:
        """Bring the message to its address; twice under one key is as good as once. Raises NotSent."""
        ...

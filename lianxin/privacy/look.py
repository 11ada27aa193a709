"""What is a look (查看) into an order, as the access log keeps it?

Who saw what of which order, when, from where. A page that is asked for again within the
same minute is one look; every number that is shown and every export is one of its own.
No personal data stands in it. Pure.
"""

from hashlib import sha256
from typing import Final, Literal
from uuid import UUID

import msgspec

from lianxin.ground.clock import MINUTE_MS, Instant

What = Literal["page", "list", "search", "reveal", "export", "attachment", "api", "backup"]
"""What was shown: a page, a list, whose a number is, a citizen's identity, an export, an attachment, JSON, a backup."""

AT_ONCE: Final[frozenset[str]] = frozenset({"search", "reveal", "export", "backup"})
"""Written before anything is shown, each of them; the others soon after, once a minute."""
NOWHERE: Final = "0" * 32
"""Stands for the session and the address of who came through neither: a command on the machine itself."""
_UUID_BYTES: Final = 16


class Look(msgspec.Struct, frozen=True):
    """A row as `looks_write` takes it.

    subject  chain of the order or contact; None: it concerns no single one
    about    purpose of a reveal, id and filters of an export
    session, address  keyed hashes as hex, `NOWHERE` without one
    once     the same for what counts as the same look
    """

    at: Instant
    who: str
    subject: int | None
    what: What
    about: str
    session: str
    address: str
    once: UUID


def same_look(who: str, subject: int | None, what: str, at: Instant) -> UUID:
    """Return the name that all looks of one person into one order within one minute have."""
    named = f"{who}\n{subject}\n{what}\n{at // MINUTE_MS}".encode()
    return UUID(bytes=sha256(named).digest()[:_UUID_BYTES])

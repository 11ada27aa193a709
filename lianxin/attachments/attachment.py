"""What is kept of a file beside the chain, and what of it is told? Values. Pure."""

import re
import unicodedata
from typing import Final
from uuid import UUID

import msgspec

from lianxin.attachments.media import MEDIA, Kind
from lianxin.ground.clock import Instant

NAME_MOST: Final = 80
"""Characters of a name that are kept; its ending is the file's own in any case."""
_FORBIDDEN: Final = re.compile(r'[\\/:*?"<>|%&;`$]+')


class AttachmentRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row as `attachments_write` takes it; bytes as base64. See the table's comment."""

    id: UUID
    subject: int
    n: int
    command: UUID
    at: Instant
    by: str
    purpose: str
    shown: bool
    media: str
    size: int
    hash: str
    file: str
    width: int = 0
    height: int = 0
    salt: str | None = None
    key: str | None = None
    name: str | None = None
    small: str | None = None
    erased: Instant | None = None


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """A file as pages and the API tell of it.

    subject  chain of the order or contact it belongs to;  n  the how-manieth of it
    name     as its sender called it, made harmless; empty once it is erased
    by       who put it here;  purpose, shown  as in the entry
    erased   when it was erased by law; then only its row is left
    """

    id: UUID
    subject: int
    n: int
    at: Instant
    by: str
    purpose: str
    shown: bool
    media: str
    size: int
    hash: str
    file: str
    name: str = ""
    width: int = 0
    height: int = 0
    pictured: bool = False
    erased: Instant | None = None

    @property
    def kind(self) -> Kind:
        """picture, audio or document."""
        return MEDIA[self.media].kind


def harmless_name(name: str, media: str) -> str:
    """Return a name that means nothing to any system: no path, no control characters, the ending of its content."""
    plain = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    seen = "".join(char if unicodedata.category(char)[0] not in "CZ" else " " for char in plain)
    stem = " ".join(_FORBIDDEN.sub(" ", seen).split()).rpartition(".")
    words = (stem[0] or stem[2]).strip(" .")[:NAME_MOST]
    return f"{words or '附件'}.{MEDIA[media].ending}"

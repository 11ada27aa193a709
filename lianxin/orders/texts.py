"""How is a text kept beside the order, and what of it stands in the chain?

The entry holds SHA-256(salt || title || newline || text); the salt is destroyed with
the text when the law demands erasure, so the hash that stays tells nothing. Pure.
"""

from hashlib import sha256
from typing import NamedTuple

import msgspec

from lianxin.ground.clock import Instant
from lianxin.ground.text import grams


class Words(NamedTuple):
    """A text that comes with a command: title (may be empty), the words, and the random salt of its hash."""

    title: str
    text: str
    salt: bytes

    def hash(self) -> str:
        """Return what the command must carry as its hash."""
        return text_hash(self.salt, self.title, self.text)


class TextRow(msgspec.Struct, gc=False):
    """A text as `texts_write` takes it; n counts an order's texts from 1."""

    order: int
    n: int
    at: Instant
    title: str
    text: str
    salt: str | None
    grams: list[int]


def text_hash(salt: bytes, title: str, text: str) -> str:
    """Return the hash that the entry carries, as hex."""
    return sha256(salt + title.encode() + b"\n" + text.encode()).hexdigest()


def text_row(order: int, n: int, at: Instant, title: str, text: str, salt: bytes) -> TextRow:
    """Return the row of a text, with its bigrams for search."""
    return TextRow(order, n, at, title, text, salt.hex(), grams(f"{title}\n{text}"))

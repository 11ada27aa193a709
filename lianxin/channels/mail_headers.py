"""What do the headers of an e-mail say, whatever its writer's program made of them?

Headers come folded, encoded twice, in a charset that does not exist, or as raw bytes of
GBK; they are read as far as they can be and never raise. Nothing here is believed: who
stands in From may be anybody. Pure.
"""

import re
from collections.abc import Iterable
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses
from typing import Final

import msgspec

from lianxin.channels.mail_charsets import text_of

WORDS_MAX: Final = 500
"""So many characters of a subject or name are kept; more is no subject."""
IDS_MAX: Final = 40
_ID: Final = re.compile(r"<[^<>\s]{1,240}>")
_ADDRESS: Final = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[^\s@<>,;:\"()\[\]\\]{1,190}")


class Sender(msgspec.Struct, frozen=True):
    """Who stands in From; address is empty where none could be read."""

    name: str = ""
    address: str = ""

    def __repr__(self) -> str:
        return "Sender(…)"


def raw(mail: Message, name: str) -> tuple[str, ...]:
    """Return the values of a header as they came, bytes that are not ASCII as surrogates, unfolded."""
    wanted = name.lower()
    return tuple(
        re.sub(r"\r?\n(?=[ \t])|[\r\n]", "", value) for key, value in mail.raw_items() if key.lower() == wanted
    )


def words(mail: Message, name: str) -> str:
    """Return the first value of a header in plain words, on one line; empty where it is missing."""
    values = raw(mail, name)
    return decoded(values[0]) if values else ""


def decoded(value: str) -> str:
    """Return a header's value with its encoded words read."""
    if not value.isascii():
        return _one_line(text_of(value.encode("utf-8", "surrogateescape"), None))
    try:
        pieces = decode_header(value)
    except (HeaderParseError, ValueError):
        return _one_line(value)
    return _one_line(
        "".join(text_of(piece, charset) if isinstance(piece, bytes) else piece for piece, charset in pieces)
    )


def flag(mail: Message, name: str) -> str:
    """Return a header of one word in lower case, without what follows a semicolon."""
    return words(mail, name).partition(";")[0].strip().lower()


def sender_of(mail: Message) -> Sender:
    """Return who wrote it, by From (Sender where that is missing)."""
    for name in ("From", "Sender"):
        for found in _addresses(raw(mail, name)):
            return found
    return Sender()


def ids_of(mail: Message, *names: str) -> tuple[str, ...]:
    """Return the message ids in these headers, each once, the last IDS_MAX of them."""
    found = (one for name in names for value in raw(mail, name) for one in _ID.findall(value))
    return tuple(dict.fromkeys(one for one in found if one.isascii() and one.isprintable()))[-IDS_MAX:]


def _addresses(values: Iterable[str]) -> Iterable[Sender]:
    for value in values:
        # Addresses are cut out before words are decoded: an encoded name may hold a second address.
        for name, address in getaddresses([value[: 4 * WORDS_MAX]]):
            if address.isascii() and _ADDRESS.fullmatch(address):
                yield Sender(decoded(name), address)


def _one_line(text: str) -> str:
    shown = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(shown.split())[:WORDS_MAX]

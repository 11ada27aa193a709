"""Which words and which files are in an e-mail? Its parts, walked without opening an archive.

Plain text is preferred to the same words as a page; a forwarded mail is read as part of
the text. Every limit that is met leaves a note, so that an agent knows to look into the
mailbox. Pure.
"""

from collections.abc import Iterator
from email.message import Message
from typing import Final, NamedTuple

import msgspec

from lianxin.channels.mail_charsets import text_of
from lianxin.channels.mail_headers import flag, sender_of, words
from lianxin.channels.mail_html import plain_of
from lianxin.channels.mail_parts import charset_of, content_of, name_of, parts_of
from lianxin.ground.web import marked

PARTS_MAX: Final = 100
FORWARDED_MAX: Final = 3
"""A mail in a mail in a mail: deeper ones are files."""
TEXT_MAX: Final = 100_000
"""Characters of text that are read; what the house stores of them is decided where it is stored."""
FILES_MAX: Final = 20

NOTES: Final[dict[str, str]] = {
    "unreadable": marked("The mail could not be taken apart; please read it in the mailbox."),
    "cut": marked("The mail is very large; only its beginning was read."),
    "many_parts": marked("The mail has very many parts; the last ones were not read."),
    "long": marked("The text is very long; only its beginning is shown."),
    "page": marked("The page of the mail is very deep or long; parts of it may be missing."),
    "parts_missing": marked("A part of the text message did not arrive."),
    "woken": marked("It was taken for a machine's and let in by hand; its files are in the mailbox."),
    "many_files": marked("The mail has more files than are taken; the others are in the mailbox."),
}
"""What can be missing of a mail."""


class Attached(msgspec.Struct, frozen=True):
    """A file of a mail: its name and type as the sender calls them, and its bytes as they are."""

    name: str
    type: str
    data: bytes

    def __repr__(self) -> str:
        return f"Attached({self.type}, {len(self.data)} bytes)"


class Body(NamedTuple):
    """Text, files, and codes of NOTES for what is missing."""

    text: str
    attached: tuple[Attached, ...]
    notes: tuple[str, ...]


def body_of(mail: Message) -> Body:
    """Return the words and files of a mail."""
    reader = _Reader()
    text = "\n\n".join(piece for piece in reader.words(mail, 0) if piece).strip()
    if len(text) > TEXT_MAX:
        text = text[:TEXT_MAX]
        reader.notes.append("long")
    return Body(text, tuple(reader.files), tuple(reader.notes))


class _Reader:
    """Walks the parts of one mail and counts what it has seen."""

    def __init__(self) -> None:
        self.files: list[Attached] = []
        self.notes: list[str] = []
        self._parts = 0

    def words(self, part: Message, forwarded: int) -> Iterator[str]:
        """Yield the pieces of text in their order; files are put aside."""
        self._parts += 1
        if self._parts > PARTS_MAX:
            self.notes.append("many_parts")
            return
        kind = part.get_content_type()
        inner = parts_of(part)
        if inner and kind == "message/rfc822" and forwarded < FORWARDED_MAX:
            yield _head(inner[0])
            yield from self.words(inner[0], forwarded + 1)
        elif inner and kind == "multipart/alternative":
            yield from self._alternative(inner, forwarded)
        elif inner:
            for one in inner:
                yield from self.words(one, forwarded)
        elif _is_file(part, kind):
            self._keep(part, kind)
        else:
            yield self._text(part, kind)

    def _alternative(self, ways: list[Message], forwarded: int) -> Iterator[str]:
        """Yield the same words once: as plain text where that says anything, else the richest way that does."""
        plain = [way for way in ways if way.get_content_type() == "text/plain" and not _is_file(way, "text/plain")]
        others = [way for way in reversed(ways) if way not in plain]
        for way in (*plain, *others):
            pieces = [piece for piece in self.words(way, forwarded) if piece]
            if pieces:
                yield from pieces
                return

    def _text(self, part: Message, kind: str) -> str:
        text = text_of(content_of(part), charset_of(part))
        if kind != "text/html":
            return text.replace("\r\n", "\n").strip()
        page = plain_of(text)
        if not page.whole:
            self.notes.append("page")
        return page.text

    def _keep(self, part: Message, kind: str) -> None:
        data = content_of(part)
        if not data:
            return
        if len(self.files) >= FILES_MAX:
            self.notes.append("many_files")
            return
        self.files.append(Attached(name_of(part), kind, data))


def _head(mail: Message) -> str:
    """Return who wrote a forwarded mail and about what, as a mail program would put it."""
    sender = sender_of(mail)
    written_by = " ".join(word for word in (sender.name, sender.address) if word)
    return f"---- {written_by} ----\n{words(mail, 'Subject')}".strip()


def _is_file(part: Message, kind: str) -> bool:
    named = bool(name_of(part)) or flag(part, "Content-Disposition") == "attachment"
    return kind not in ("text/plain", "text/html") or named

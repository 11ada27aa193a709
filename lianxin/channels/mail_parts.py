"""What does one part of an e-mail hold? The standard library's reader, without its stumbling. Pure.

It raises for parameters and encodings that contradict themselves; here such a part has
no name, no charset, or no content, and the rest of the mail is read.
"""

from email.message import Message
from typing import Final

from lianxin.channels.mail_headers import decoded

_BROKEN: Final = (ValueError, LookupError, TypeError, AttributeError)
"""What the library raises over a broken parameter (RFC 2231) or transfer encoding."""
NAME_MAX: Final = 120


def parts_of(mail: Message) -> list[Message]:
    """Return the parts of a mail of several, or the mail inside a forwarded one; none of a plain one."""
    payload = mail.get_payload() if mail.is_multipart() else []
    return [part for part in payload if isinstance(part, Message)]


def content_of(part: Message) -> bytes:
    """Return the bytes of a plain part, its transfer encoding undone; empty where that is none."""
    if part.is_multipart():
        return b""
    try:
        data = part.get_payload(decode=True)
    except _BROKEN:
        return b""
    return data if isinstance(data, bytes) else b""


def charset_of(part: Message) -> str | None:
    """Return the charset a part claims."""
    try:
        return part.get_content_charset()
    except _BROKEN:
        return None


def parameter_of(part: Message, name: str) -> str:
    """Return a parameter of Content-Type in lower case; empty where it is missing."""
    try:
        value = part.get_param(name, "")
    except _BROKEN:
        return ""
    return value.strip().lower() if isinstance(value, str) else ""


def name_of(part: Message) -> str:
    """Return the name a file came with, never as a path; empty where it has none."""
    try:
        name = part.get_filename("")
    except _BROKEN:
        return ""
    name = decoded(name) if isinstance(name, str) else ""
    return name.replace("\\", "/").rpartition("/")[2].strip(". ")[:NAME_MAX]

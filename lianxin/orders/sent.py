"""What comes with a form besides its fields, and what of it are words: read from what a browser sent."""

import secrets
from typing import Final
from uuid import UUID

from lianxin.ground.clock import Instant
from lianxin.ground.ledger.command_id import CHANCE_BYTES, command_id
from lianxin.orders.forms import Form
from lianxin.orders.forms.parsing import BESIDE, Sent

_SEQ_DIGITS_MAX: Final = 9
_UUID_VERSION: Final = 7


def new_command(now: Instant) -> UUID:
    """Return the id of a command that a form may give."""
    return command_id(now, secrets.token_bytes(CHANCE_BYTES))


def beside(sent: Sent) -> tuple[UUID | None, int | None, str]:
    """Return the id of the command (None for one that no form of ours has), the entry last seen, where to go after."""
    texts = {name: str(values[0]) if values else "" for name, values in sent.items() if name in BESIDE}
    try:
        command = UUID(texts.get("command", ""))
    except ValueError:
        command = None
    seen = texts.get("seen", "")
    known = command is not None and command.version == _UUID_VERSION
    return command if known else None, int(seen) if _is_seq(seen) else None, texts.get("next", "")


def _is_seq(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _SEQ_DIGITS_MAX


def preset(form: Form, sent: Sent, part: int) -> Sent:
    """Return what was sent, with the part that the form's address names."""
    if part and any(field.kind == "part" and field.required for field in form.fields):
        return {**sent, "part": (str(part),)}
    return sent


def texts_of(sent: Sent) -> dict[str, tuple[str, ...]]:
    """Return the words that were sent, without files and without what stands beside them."""
    return {
        name: tuple(value for value in values if isinstance(value, str))
        for name, values in sent.items()
        if name not in BESIDE
    }

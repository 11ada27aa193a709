"""In which words does a message leave the house? The wording is data, `packs/messages`."""

from functools import cache
from pathlib import Path
from string import Formatter
from typing import Final

import msgspec

from lianxin.channels.channel import NotSent

_FILE: Final = Path(__file__).parents[1] / "packs" / "messages" / "zh.yaml"
_KNOWN: Final = frozenset({"signature", "order", "code"})


class WordingWrong(Exception):
    """The file of wordings has a mistake; the text names it."""


class Wording(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Text of each template, and the subject line of its e-mail."""

    version: str
    source: str
    sms: dict[str, str]
    mail: dict[str, str]

    def text(self, template: str, order: str, signature: str, code: str = "") -> str:
        """Return the message; `code` is the secret that goes out with it. Raises NotSent for a template without words.

        A text with a code in it that none was given for is not sent either.
        """
        return _filled(self.sms, template, order, signature, code)

    def subject(self, template: str, order: str, signature: str) -> str:
        """Return the subject line. Raises NotSent for a template that has no words."""
        return _filled(self.mail, template, order, signature)


@cache
def load_wording(path: Path = _FILE) -> Wording:
    """Return the wording in a file. Raises WordingWrong."""
    try:
        wording = msgspec.yaml.decode(path.read_bytes(), type=Wording)
    except (OSError, msgspec.MsgspecError) as wrong:
        raise WordingWrong(f"{path.name}: {wrong}") from wrong
    if set(wording.sms) != set(wording.mail):
        raise WordingWrong(f"{path.name}: not in both lists: {sorted(set(wording.sms) ^ set(wording.mail))}")
    for template, text in (*wording.sms.items(), *wording.mail.items()):
        unknown = {name for _, name, _, _ in Formatter().parse(text) if name is not None} - _KNOWN
        if unknown:
            raise WordingWrong(f"{path.name}: {template} has {{{min(unknown)}}}; known are {sorted(_KNOWN)}")
    return wording


def _filled(texts: dict[str, str], template: str, order: str, signature: str, code: str = "") -> str:
    text = texts.get(template)
    if text is None:
        raise NotSent(f"there are no words for the template {template!r}", lasting=True)
    if "{code}" in text and not code:
        raise NotSent(f"the template {template!r} needs a code, and none came with the message", lasting=True)
    return text.format(order=order, signature=signature, code=code)

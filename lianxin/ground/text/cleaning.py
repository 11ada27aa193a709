"""Which text is let in: what a citizen wrote, without what no one can see.

Control characters go, whatever can be read stays: rare characters of personal and place
names (CJK extension B) and emoji are part of what was said. Nothing is cut silently.
"""

import unicodedata

from lianxin.ground.text.refusals import Refusal

TEXT_BYTES_MAX = 102_400  # 100 kB: about 34,000 Chinese characters, two hours of speech
_KEPT_FORMAT = frozenset("\u200c\u200d")  # the joiners that hold an emoji family together
_REPLACEMENT = "\ufffd"


class TextError(Refusal):
    """This text is not taken; `code` says whether it is empty or too long."""

    codes = frozenset({"empty", "too_long"})


def clean_text(text: str) -> str:
    """Return `text` as it is stored: NFC, line ends as `\\n`, without control characters.

    Raises TextError where nothing readable is left, or more than TEXT_BYTES_MAX bytes of
    UTF-8: a citizen's text is never cut, so the writer is asked to send it in pieces.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    if not lines.isprintable():
        lines = "".join(map(_readable, lines))
    cleaned = unicodedata.normalize("NFC", lines).strip()
    if not cleaned:
        raise TextError(
            "empty",
            "没有看到内容。请把要反映的事情写下来再提交。",
            "There is no text. Please write down what it is about.",
        )
    size = len(cleaned.encode())
    if size > TEXT_BYTES_MAX:
        _refuse_length(size)
    return cleaned


def _readable(char: str) -> str:
    if char in "\n" or char in _KEPT_FORMAT:
        return char
    if char.isspace():
        return " "
    category = unicodedata.category(char)
    if category == "Cs":  # half of a pair: cannot be stored as UTF-8
        return _REPLACEMENT
    return "" if category in ("Cc", "Cf") else char


def _refuse_length(size: int) -> None:
    raise TextError(
        "too_long",
        f"内容太长（{size // 1024}千字节），一次最多100千字节，约3万字。原文没有保存，请分几次提交或作为附件上传。",
        f"The text has {size // 1024} kB, at most 100 kB are taken at once (about 34,000 characters). "
        "It was not stored; please send it in pieces or as an attachment.",
    )

"""In which characters is this written? What a mail claims is taken where it can be true, else guessed.

Chinese mail programs say `gb2312` and write GBK, or say nothing at all. Only charsets of
text are let in, so that no header can call a decompressor. Pure.
"""

import codecs
from typing import Final

_CHINESE: Final = dict.fromkeys(("gb2312", "gbk"), "gb18030") | {"big5": "big5hkscs"}
"""Each is part of the one that takes its place."""
_ALIASES: Final = {"x-gbk": "gbk", "gb2312-80": "gb2312", "gb_2312": "gb2312", "utf8mb4": "utf-8", "x-big5": "big5"}
_TEXT: Final = frozenset(
    {"ascii", "utf-8", "utf-16", "utf-16-le", "utf-16-be", "big5hkscs", "shift_jis", "euc_jp", "iso2022_jp", "euc_kr"}
    | {"koi8-r", "gb18030", "hz", *(f"iso8859-{n}" for n in (1, 2, 4, 5, 7, 9, 13, 15))}
    | {f"cp{n}" for n in (949, 1250, 1251, 1252, 1253, 1254, 1257)}
)
_GUESSES: Final = ("utf-8", "gb18030")


def text_of(data: bytes, charset: str | None) -> str:
    """Return the text of these bytes; what no charset explains becomes the replacement character."""
    claimed = _known(charset)
    for name in (*((claimed,) if claimed else ()), *_GUESSES):
        try:
            return data.decode(name)
        except UnicodeDecodeError:
            continue
    return data.decode(claimed or _GUESSES[0], "replace")


def _known(charset: str | None) -> str | None:
    plain = (charset or "").strip().strip("\"'").lower()
    if not plain or len(plain) > 40 or not plain.isascii() or not plain.isprintable():
        return None
    try:
        name = codecs.lookup(_ALIASES.get(plain, plain)).name
    except LookupError:
        return None
    name = _CHINESE.get(name, name)
    return name if name in _TEXT else None

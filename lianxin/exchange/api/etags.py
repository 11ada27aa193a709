"""Which version of an order does another system hold? Entity tags (RFC 9110 §8.8.3) from the chain's head. Pure.

`"17-4be1c0ffee4d5a90"` is entry 17 with the first 16 digits of its hash: the tag of two
different histories differs, and whoever has it can look the entry up.
"""

import re
from typing import Final

_HASH_DIGITS: Final = 16
_LENGTH_MAX: Final = 1_024
_LIST: Final = re.compile(r'\s*(?:W/)?"[^"]*"\s*(?:,\s*(?:W/)?"[^"]*"\s*)*')
_TAG: Final = re.compile(r'(W/)?("[^"]*")')


def etag(seq: int, head: str) -> str:
    """Return the tag of a chain that ends with entry `seq`, whose hash is `head` as hex."""
    return f'"{seq}-{head[:_HASH_DIGITS]}"'


def unchanged(if_none_match: str, tag: str) -> bool:
    """Return whether an If-None-Match names this tag; the comparison is the weak one (RFC 9110 §13.1.2)."""
    return if_none_match.strip() == "*" or tag in {found[2] for found in _tags(if_none_match)}


class Expected:
    """What an If-Match demands: any version (`*`), or one of these.

    seq  the last entry that the sender saw, for the sentence of who was faster; None where the header does not say
    """

    def __init__(self, if_match: str) -> None:
        self._any = if_match.strip() == "*"
        self._tags = frozenset(found[2] for found in _tags(if_match) if not found[1])

    def met_by(self, tag: str) -> bool:
        """Return whether a thing with this tag is one that the sender means; weak tags never are (RFC 9110 §13.1.1)."""
        return self._any or tag in self._tags

    @property
    def seq(self) -> int | None:
        """The entry that the one tag names."""
        known = [re.fullmatch(r'"([0-9]{1,9})-[0-9a-f]{16}"', tag) for tag in self._tags]
        return int(known[0][1]) if len(known) == 1 and known[0] is not None else None


def _tags(header: str) -> "list[re.Match[str]]":
    """Return the tags of a list; a header that is none has none, so that nothing matches it."""
    if len(header) > _LENGTH_MAX or _LIST.fullmatch(header) is None:
        return []
    return list(_TAG.finditer(header))

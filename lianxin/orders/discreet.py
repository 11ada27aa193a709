"""Does a command carry a citizen's number into the ledger, where nobody could ever erase it again?

What staff write into reasons, remarks and explanations stands in entries for ever. Names
only people can keep out of it; mobile numbers and identity numbers are seen here. Pure.
"""

from collections.abc import Iterator
from typing import Final

import msgspec

from lianxin.people.numbers import stands_in

SENTENCE: Final = "办理记录里不能写手机号码或身份证号：记录一经写入，任何人都删不掉。"
INSTEAD: Final = "请删去号码再提交；来电人的联系方式在其个人资料里。"
NOT_WORDS: Final = frozenset(
    {"id", "by", "role", "number", "person", "who", "text_hash", "answer_hash", "foreign_id", "receipt", "letter"}
    | {"link", "directory", "hash", "file"}
)
"""Fields that nobody types as words: ids, hashes, and the numbers of papers."""


def tells_a_number(command: msgspec.Struct) -> bool:
    """Return whether the words of a command hold a mobile number or an identity number."""
    return any(stands_in(words) for words in _words(command))


def _words(value: object) -> Iterator[str]:
    if isinstance(value, str):
        if len(value) >= 11:
            yield value
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            if name not in NOT_WORDS:
                yield from _words(getattr(value, name))
    elif isinstance(value, dict):
        for one in value.values():
            yield from _words(one)
    elif isinstance(value, tuple | list):
        for one in value:
            yield from _words(one)

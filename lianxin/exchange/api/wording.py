"""Where in a body is what is wrong, and how is it said? From the sentences of the decoder. Pure.

msgspec says "Expected `str`, got `int` - at `$.parts[2].what`"; told is the place
`/parts/2/what` (RFC 6901) and the sentence in the language of who asks.
"""

import re
from typing import Final

from lianxin.ground.web import Language
from lianxin.ground.web.problem import FieldError

_PLACE: Final = re.compile(r" - at `(?:key in )?\$([^`]*)`$")
_FIELD: Final = re.compile(r"(?:missing required|contains unknown) field `(.+)`$")
_STEP: Final = re.compile(r"\.([^.\[]+)|\[(\d+|\.\.\.)\]")

_CHINESE: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"Expected `(.+)`, got `(.+)`", r"应为 `\1`，实为 `\2`"),
        (r"Expected `(.+)` of length (.+)", r"`\1` 的长度应 \2"),
        (r"Expected `(.+)` matching regex (.+)", r"`\1` 应符合 \2"),
        (r"Expected `(.+)` ([<>]=?) (.+)", r"`\1` 应 \2 \3"),
        (r"Expected `(.+)` with (.+)", r"`\1` 应带 \2"),
        (r"Object missing required field `(.+)`", r"缺少字段 `\1`"),
        (r"Object contains unknown field `(.+)`", r"没有 `\1` 这个字段"),
        (r"Invalid enum value (.+)", r"不是可选的值：\1"),
        (r"Invalid (.+)", r"不是正确的 \1"),
    )
)


def field_error(sentence: str, language: Language) -> FieldError:
    """Return the place and the words of what the decoder found wrong."""
    place = _PLACE.search(sentence)
    reason = sentence if place is None else sentence[: place.start()]
    steps = [] if place is None else [name or number for name, number in _STEP.findall(place[1])]
    field = _FIELD.search(reason)
    if field is not None:
        steps.append(field[1])
    pointer = "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)
    return FieldError(pointer, reason if language == "en" else _chinese(reason))


def _chinese(reason: str) -> str:
    for pattern, words in _CHINESE:
        if (match := pattern.fullmatch(reason)) is not None:
            return match.expand(words)
    return reason

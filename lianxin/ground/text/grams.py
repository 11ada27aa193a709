"""How is a piece of a Chinese text found among a million orders?

Each text is stored beside the set of its characters and of its neighbouring pairs, as
integers in a GIN-indexed int4[] column. A query becomes pairs that the text must contain
(`@>`), and `LIKE` on the normalised text removes what only the hash made look alike.
Recall is complete: whatever contains the normalised query contains all its pairs.

Pairs are hashes and not negative, single characters are negative: they never collide.
"""

import unicodedata
from itertools import pairwise

_FACTOR = 0x9E3779B1  # 2^32 divided by the golden ratio, odd: spreads neighbouring code points
_MASK = 0x7FFFFFFF
# Joins the parts of an emoji or picks its shape: people do not type it, so search ignores it.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs"})


def normalise(text: str) -> str:
    """Return `text` as it is compared: NFKC, no case, no invisible characters, single blanks."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    # Line ends become blanks first: nearly every text is then printable and needs no look at each character.
    folded = " ".join(folded.split())
    if not folded.isprintable():
        folded = " ".join("".join(map(_visible, folded)).split())
    return folded


def grams(text: str) -> list[int]:
    """Return the sorted int4 set under which `text` is found: its characters and its pairs."""
    points = list(map(ord, normalise(text)))
    return sorted({~point for point in points} | _pairs(points))


def query_grams(text: str) -> list[int]:
    """Return what a text must contain to contain `text`; empty where there is nothing to find.

    A single character is looked up by itself, anything longer by its pairs.
    """
    points = list(map(ord, normalise(text)))
    if len(points) == 1:
        return [~points[0]]
    return sorted(_pairs(points))


def like_pattern(text: str) -> str:
    """Return the LIKE pattern (escape character `\\`) that rechecks a query on normalised text."""
    escaped = normalise(text).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _pairs(points: list[int]) -> set[int]:
    return {(a * _FACTOR ^ b) & _MASK for a, b in pairwise(points)}


def _visible(char: str) -> str:
    if char.isspace():
        return " "
    return "" if unicodedata.category(char) in _INVISIBLE else char

"""What do people look for? Pieces of texts that are there, and words that stand everywhere. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from random import Random


def pieces(texts: Sequence[str], count: int, chance: Random) -> list[str]:
    """Return that many pieces of two to six characters without punctuation, each of a text at random."""
    found: list[str] = []
    while len(found) < count:
        text, length = chance.choice(texts), chance.randint(2, 6)
        at = chance.randrange(max(len(text) - length, 1))
        piece = text[at : at + length]
        if len(piece) == length and piece.isalnum():
            found.append(piece)
    return found


def frequent_pairs(texts: Sequence[str], count: int) -> list[str]:
    """Return the pairs of characters that stand in most of the texts."""
    known: Counter[str] = Counter()
    for text in texts:
        known.update(set(_pairs(text)))
    return [pair for pair, _ in known.most_common(count)]


def _pairs(text: str) -> Iterator[str]:
    return (a + b for a, b in pairwise(text) if (a + b).isalnum())

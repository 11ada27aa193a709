"""How do many heads become one root, and how does one head prove that it is in it?

The tree of RFC 6962 §2.1: leaves hashed with 0x00, nodes with 0x01, split at the
largest power of two. The root is computed as a stream, with one hash per level kept.
The libraries for this are under copyleft licences or keep the whole tree in memory. Pure.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of one leaf."""
    return sha256(b"\x00" + data).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def root(leaves: Iterable[bytes]) -> bytes:
    """Return the root over the leaves' data, in order; of nothing, the hash of nothing."""
    peaks: list[tuple[int, bytes]] = []
    for data in leaves:
        height, node = 0, leaf_hash(data)
        while peaks and peaks[-1][0] == height:
            node = _node(peaks.pop()[1], node)
            height += 1
        peaks.append((height, node))
    if not peaks:
        return sha256(b"").digest()
    node = peaks.pop()[1]
    while peaks:
        node = _node(peaks.pop()[1], node)
    return node


def path(leaves: Sequence[bytes], index: int) -> list[tuple[str, bytes]]:
    """Return what to hash leaf `index` with to reach the root: ("left" | "right", hash), leaf first."""
    assert 0 <= index < len(leaves), (index, len(leaves))
    if len(leaves) == 1:
        return []
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if index < split:
        return [*path(leaves[:split], index), ("right", root(leaves[split:]))]
    return [*path(leaves[split:], index - split), ("left", root(leaves[:split]))]


def climb(data: bytes, steps: Iterable[tuple[str, bytes]]) -> bytes:
    """Return the root that the leaf's data and its path lead to."""
    node = leaf_hash(data)
    for side, sibling in steps:
        node = _node(sibling, node) if side == "left" else _node(node, sibling)
    return node

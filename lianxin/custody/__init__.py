"""Custody (责任区间): who holds what from when until when, without gap and without overlap.

The room knows subjects by id only. The order itself is part 0, its pieces are numbered from 1.
"""

from lianxin.custody.move import Move, holder_kind

__all__ = ["Move", "holder_kind"]

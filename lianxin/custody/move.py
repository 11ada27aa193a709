"""How does custody move? One row per move: the interval before ends at the instant the next begins. Pure."""

import msgspec

from lianxin.ground.clock import Instant


class Move(msgspec.Struct, gc=False):
    """The n-th interval of a subject's part begins; holder None: nobody holds any more, it is closed."""

    subject: int
    part: int
    n: int
    holder: str | None
    at: Instant


def holder_kind(holder: str) -> str:
    """Return `tray`, `staff`, `unit` or `outside`."""
    return holder.partition(":")[0]

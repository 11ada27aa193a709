"""Which moment does a page speak of? A value; who reads it is the business of the site."""

from collections.abc import Awaitable, Callable

import msgspec

from lianxin.ground.clock import Instant


class Present(msgspec.Struct, frozen=True):
    """The instant a page speaks of; `demo`: time is virtual and must be shown as such."""

    now: Instant
    demo: bool = False


ReadPresent = Callable[[], Awaitable[Present]]

"""What the clock, the law and the house itself ask of an order; and what is asked of two at once (到时、并单)."""

from lianxin.orders.commands.command import Command


class Erase(Command, frozen=True, kw_only=True):
    """A text is redacted by law; the chain keeps the old hash, the new one stands beside it."""

    text_n: int
    text_hash: str
    ground: str


class ReplaceCode(Command, frozen=True, kw_only=True):
    """The citizen gets a new query code; the old one is void."""


class Tick(Command, frozen=True, kw_only=True):
    """The clock: whatever is due by now happens."""


class Recount(Command, frozen=True, kw_only=True):
    """The calendar of a missing year has come: dates that it left open are counted now (C10)."""


class Join(Command, frozen=True, kw_only=True):
    """Two orders are one matter (并单): this one goes into `parent`."""

    parent: int
    reason: str


class Separate(Command, frozen=True, kw_only=True):
    """They were not; the joined one opens again."""

    reason: str

"""What citizens ask of their own order (来电人)."""

from lianxin.orders.commands.command import Command


class Withdraw(Command, frozen=True, kw_only=True):
    """The citizen, verified, takes it back (撤回); contact: who of several, None: the order's own citizen."""

    evidence: str
    contact: int | None = None


class Add(Command, frozen=True, kw_only=True):
    """News from a citizen on an open order; a stranger to it is owed an answer too."""

    contact: int
    text_hash: str

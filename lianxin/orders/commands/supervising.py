"""What is asked of an order by those who see to it that it moves (督办)."""

from lianxin.orders.commands.command import Command


class Urge(Command, frozen=True, kw_only=True):
    """The supervisor urges (催办) or raises the level of supervision (督办)."""

    level: int
    letter: str


class AnnulCards(Command, frozen=True, kw_only=True):
    """Cards caused by a wrong dispatch are annulled, and still listed."""

    reason: str

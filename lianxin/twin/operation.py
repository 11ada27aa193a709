"""What does the play hand to who carries it out? One operation: a command with everything that must come of it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from lianxin.ground.clock import Instant
from lianxin.orders.service import Words
from lianxin.people.vault import PersonRecord


class Op(NamedTuple):
    """A command that was played: what a service is asked to do, and what must come of it.

    what     meet (contact), submit and add (order and contact), act, join (two orders), tick
    chains   every chain it reads or writes; operations with a chain in common keep their order
    seq      where the subject stands after it;  state: its state or disposition then
    rows     rows of other rooms that belong to it, by writer: the caller's locked-away record
    outcome  what an addition is to the contact: `joined` or `added`
    """

    what: str
    at: Instant
    subject: int
    command: Any
    words: Words | None
    chains: tuple[int, ...]
    seq: int
    state: str
    rows: Mapping[str, list[Any]] = MappingProxyType({})
    outcome: str = ""


Records = Callable[[int], PersonRecord | None]
"""Gives the locked-away record of the caller of a contact; None where nothing is known of them."""


def nobody_known(_: int) -> PersonRecord | None:
    """Know nothing of any caller: for plays without a store."""
    return None

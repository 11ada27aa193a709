"""Does what one chain says of another hold: contacts, orders, and the answers that joining moved? Pure."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple, TypeVar

from lianxin.insight.audit.evidence import Asks
from lianxin.insight.audit.tally import Tally
from lianxin.insight.audit.violation import number_of
from lianxin.orders.order import Order

Claim = TypeVar("Claim", bound=tuple[int, ...])
_CHAINS: Final = 2**63
"""Ids of chains are below: PostgreSQL's bigint."""


class Root(NamedTuple):
    """An order that others were merged into: itself, and what it has owed to whom: (contact, state)."""

    order: Order
    owed: frozenset[tuple[int, str]]


def is_chain(claimed: object) -> bool:
    """Return whether this can be the id of a chain at all; an entry written by hand may hold anything."""
    return isinstance(claimed, int) and 0 < claimed < _CHAINS


def drop_senseless(asks: Asks, tally: Tally) -> None:
    """Take out the claims that name what cannot be a chain, and note them."""
    asks.orders = _sensible(asks.orders, tally)
    asks.contacts = _sensible(asks.contacts, tally)
    asks.answers = _sensible(asks.answers, tally)


def _sensible(claims: list[Claim], tally: Tally) -> list[Claim]:
    kept = [claim for claim in claims if all(map(is_chain, claim[1:]))]
    for claim in claims if len(kept) < len(claims) else ():
        if not all(map(is_chain, claim[1:])):
            tally.found("chain_broken", claim[0], f"it names {claim[-1]!r}, which is no order and no contact")
    return kept


def answer_asks(asks: Asks, exists: frozenset[int], roots: Mapping[int, Root], tally: Tally) -> None:
    """Check each claim; `exists` are the chains asked for that have begun, `roots` the parents up to the last."""
    for chain, order_id in asks.orders:
        if order_id not in exists:
            tally.found("order_missing", order_id, f"contact {number_of(chain)} names it, and it is not there")
    for chain, contact_id in asks.contacts:
        if contact_id not in exists:
            tally.found("contact_unaccounted", chain, f"its contact {number_of(contact_id)} is not there")
    for chain, contact_id, parent in asks.answers:
        root = root_of(parent, roots)
        if root is None:
            tally.found("joined_unanswered", chain, f"it was merged into {number_of(parent)}, which leads nowhere")
        elif not {(contact_id, "open"), (contact_id, "kept")} & root.owed:
            owed = f"{root.order.number} owes nothing to contact {number_of(contact_id)} and never answered it"
            tally.found("joined_unanswered", chain, owed)


def root_of(parent: int, roots: Mapping[int, Root]) -> Root | None:
    """Return the order that goes on for all that were merged, None where there is none."""
    for _ in range(len(roots)):
        root = roots.get(parent)
        if root is None or root.order.parent is None:
            return root
        parent = root.order.parent
    return None


def parents_of(asks: Asks, load: Callable[[Iterable[int]], Mapping[int, Root]]) -> dict[int, Root]:
    """Return every order that the merged ones lead to, loading each generation at once."""
    roots: dict[int, Root] = {}
    wanted = {parent for _, _, parent in asks.answers}
    while wanted:
        found = load(sorted(wanted))
        roots.update(found)
        wanted = {root.order.parent for root in found.values() if root.order.parent is not None} - set(roots)
    return roots

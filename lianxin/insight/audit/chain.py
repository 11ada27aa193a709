"""Which check belongs to which chain? Pure."""

from lianxin.ground.ledger import CONTACT, ORDER, PACK, STAFF, kind_of_chain
from lianxin.ground.ledger.entry import KNOWLEDGE
from lianxin.insight.audit.evidence import Asks, Evidence, House
from lianxin.insight.audit.of_contact import check_contact
from lianxin.insight.audit.of_house import check_member, check_pack
from lianxin.insight.audit.of_item import check_item
from lianxin.insight.audit.of_order import check_order
from lianxin.insight.audit.tally import Tally


def check_chain(evidence: Evidence, house: House, tally: Tally, asks: Asks) -> None:
    """Check one chain and count what it holds, whatever somebody wrote into it by hand."""
    try:
        _check(evidence, house, tally, asks)
    except Exception as trouble:
        # One chain that no code of the house can have written must not keep the others from being looked at.
        tally.found("chain_broken", evidence.chain, f"what is kept of it makes no sense: {type(trouble).__name__}")
    tally.sealed_chains += evidence.leaves.seq > 0
    tally.sealed_entries += evidence.leaves.seq


def _check(evidence: Evidence, house: House, tally: Tally, asks: Asks) -> None:
    kind = kind_of_chain(evidence.chain)
    if kind == ORDER:
        check_order(evidence, house, tally, asks)
    elif kind == CONTACT:
        check_contact(evidence, house, tally, asks)
    elif kind == STAFF:
        check_member(evidence, tally)
    elif kind == PACK:
        check_pack(evidence, tally)
    elif kind == KNOWLEDGE:
        check_item(evidence, tally)
    else:
        tally.found("chain_broken", evidence.chain, "it is no chain of this house")

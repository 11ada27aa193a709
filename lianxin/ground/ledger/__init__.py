"""The ledger: append, chain, seal, replay. It knows chains and entries, no word of a hotline."""

from lianxin.ground.ledger.batch import Batch, ChainMoved, DoneBefore, Guard
from lianxin.ground.ledger.entry import (
    CONTACT,
    GENESIS,
    ORDER,
    PACK,
    STAFF,
    BadBody,
    Envelope,
    Sealed,
    chain_of,
    digits_of,
    encode,
    kind_of_chain,
    link,
    seal,
)
from lianxin.ground.ledger.reach import OutOfReach
from lianxin.ground.ledger.store import Due, Loaded, Standing, Store

__all__ = [
    "CONTACT",
    "GENESIS",
    "ORDER",
    "PACK",
    "STAFF",
    "BadBody",
    "Batch",
    "ChainMoved",
    "DoneBefore",
    "Due",
    "Envelope",
    "Guard",
    "Loaded",
    "OutOfReach",
    "Sealed",
    "Standing",
    "Store",
    "chain_of",
    "digits_of",
    "encode",
    "kind_of_chain",
    "link",
    "seal",
]

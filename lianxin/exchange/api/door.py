"""What does the interface need of the house? One value that every handler is given."""

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from lianxin.attachments.service import Attachments
from lianxin.channels.filing import Filing
from lianxin.exchange.api.reading import ApiReader
from lianxin.ground.ledger import Store
from lianxin.ground.web.present import ReadPresent
from lianxin.orders.numbering import Numbers
from lianxin.orders.reading import OrderReader
from lianxin.orders.service import Services
from lianxin.people.rights import Rights
from lianxin.people.vault import Vault
from lianxin.privacy import Looks
from lianxin.receipts.service import Receipts
from lianxin.rules.adopted import AdoptedRules
from lianxin.units import Units

if TYPE_CHECKING:
    from asyncpg import Pool, Record


class Door(msgspec.Struct, frozen=True):
    """What lower rooms offer, as the site wired it."""

    pool: "Pool[Record]"
    store: Store
    rules: AdoptedRules
    rights: Rights
    orders: OrderReader
    reader: ApiReader
    receipts: Receipts
    present: ReadPresent
    home: Path
    units: Units
    looks: Looks
    services: Services
    files: Attachments
    numbers: Numbers
    vault: Vault
    filing: Filing


TheDoor = NamedDependency[SkipValidation[Door]]
"""The door as a handler asks for it."""

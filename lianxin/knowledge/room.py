"""The wiring of the knowledge base: what can be done with it, how it is read, and its pages."""

import secrets
from collections.abc import Sequence

from litestar.types import ControllerRouterHandler

from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.web import marked
from lianxin.ground.web.wiring import Tab, Wiring
from lianxin.knowledge.pages import READERS, ReadingPages
from lianxin.knowledge.pages import TERMS as TERMS
from lianxin.knowledge.reading import KnowledgeReader
from lianxin.knowledge.service import Knowledge, numbers_of
from lianxin.knowledge.writing import WritingPages
from lianxin.orders.drafts import Drafts
from lianxin.people.rights import Rights
from lianxin.rules.adopted import AdoptedRules

NAV = (Tab("/knowledge", marked("Knowledge"), "knowledge", READERS, rank=90),)


def offer(wiring: Wiring) -> None:
    """Offer `Knowledge` and `KnowledgeReader`."""
    rules = wiring.get(AdoptedRules)
    knowledge = Knowledge(
        PostgresLedger(wiring.pool),
        lambda: rules("").calendar,
        wiring.get(Rights),
        numbers_of(wiring.pool),
        secrets.token_bytes,
    )
    wiring.offer(knowledge)
    wiring.offer(KnowledgeReader(wiring.pool))


def routes(wiring: Wiring) -> Sequence[ControllerRouterHandler]:
    """Return the pages of the knowledge base."""
    drafts = wiring.get(Drafts)
    drafts.leads("knowledge-new", "/knowledge/new")
    drafts.leads("K", "/knowledge/K{}/edit")
    reading = ReadingPages(wiring.get(Knowledge), wiring.get(KnowledgeReader), wiring.present, wiring.paper)
    return [*reading.routes(), *WritingPages(reading, drafts).routes()]

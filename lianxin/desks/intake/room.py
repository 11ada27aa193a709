"""The wiring of the agents' desk."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar.types import ControllerRouterHandler

from lianxin.channels.inbox import Inbox
from lianxin.channels.replying import Replying
from lianxin.desks.intake.filled import CHANNELS, OUTCOMES
from lianxin.desks.intake.pages import IntakePages, intake_routes
from lianxin.desks.intake.reading import IntakeReader
from lianxin.desks.intake.service import Intake
from lianxin.desks.intake.trays import DESK
from lianxin.desks.trays import Trays
from lianxin.desks.trays.desk import desk_routes
from lianxin.desks.words import DISPOSITION_WORDS
from lianxin.ground.web import marked
from lianxin.ground.web.wiring import Tab, Wiring
from lianxin.knowledge.service import Knowledge
from lianxin.orders.drafts import Drafts
from lianxin.orders.numbering import Numbers
from lianxin.orders.reading import OrderReader
from lianxin.orders.service import Services
from lianxin.people.identities import Identities
from lianxin.people.rights import Rights
from lianxin.people.vault import Vault
from lianxin.rules.adopted import AdoptedRules
from lianxin.units import load_units

TERMS: Mapping[str, Any] = {"intake_channels": CHANNELS, "intake_outcomes": {**DISPOSITION_WORDS, **OUTCOMES}}
NAV = (Tab(DESK.path, marked("Intake"), "headset", DESK.roles, rank=20),)


def routes(wiring: Wiring) -> Sequence[ControllerRouterHandler]:
    """Return the pages of the desk."""
    trays, present, paper = Trays(wiring.pool), wiring.present, wiring.paper
    _, refreshed = desk_routes(DESK, trays, present, paper)
    wiring.get(Drafts).leads("contact-", "/intake/{}")
    services, identities, pool = wiring.get(Services), wiring.get(Identities), wiring.pool
    intake = Intake(services, wiring.get(Numbers), identities, wiring.find(Knowledge))
    pages = intake_routes(
        IntakePages(
            intake,
            IntakeReader(pool, services, Inbox(pool, wiring.get(Vault)), identities),
            wiring.get(OrderReader),
            trays,
            wiring.get(Drafts),
            Replying(pool, wiring.get(Vault)),
            wiring.get(AdoptedRules),
            wiring.get(Rights),
            load_units(),
            present,
            paper,
        )
    )
    return [*pages, refreshed]

"""The wiring of the people: who may act in which role, and the vault with what citizens told of themselves."""

from lianxin.ground.web.wiring import Wiring
from lianxin.people.identities import identities
from lianxin.people.rights import RIGHTS_CHANNEL, Rights


def offer(wiring: Wiring) -> None:
    """Offer `Rights`, read again whenever the roll changes, `Identities`, and the `Vault` of everybody."""
    rights = Rights()

    async def refresh() -> None:
        await rights.refresh(wiring.pool)

    wiring.hearing.on(RIGHTS_CHANNEL, refresh)
    wiring.offer(rights)
    both = identities(wiring.pool, wiring.site.home)
    wiring.offer(both)
    wiring.offer(both.vault("persons"))

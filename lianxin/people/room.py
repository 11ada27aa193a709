"""The wiring of the people: who may act in which role, and the vault with what citizens told of themselves."""

from lianxin.ground.web.wiring import Wiring
from lianxin.people.keys import load_house_keys
from lianxin.people.rights import RIGHTS_CHANNEL, Rights
from lianxin.people.vault import Vault


def offer(wiring: Wiring) -> None:
    """Offer `Rights`, read again whenever the roll changes, and `Vault`."""
    rights = Rights()

    async def refresh() -> None:
        await rights.refresh(wiring.pool)

    wiring.hearing.on(RIGHTS_CHANNEL, refresh)
    wiring.offer(rights)
    wiring.offer(Vault(load_house_keys(wiring.site.home)))

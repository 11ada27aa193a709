"""The wiring of the rules: the adopted packs, read again whenever one is adopted."""

from lianxin.ground.web.wiring import Wiring
from lianxin.rules.adopted import RULES_CHANNEL, AdoptedRules


def offer(wiring: Wiring) -> None:
    """Offer `AdoptedRules`."""
    adopted = AdoptedRules((), wiring.site.settings.rules.pack, wiring.now)

    async def refresh() -> None:
        await adopted.refresh(wiring.pool)

    wiring.hearing.on(RULES_CHANNEL, refresh)
    wiring.offer(adopted)

"""The wiring of the exchange: the interface for other systems."""

from collections.abc import Sequence

from litestar.types import ControllerRouterHandler

from lianxin.attachments.service import Attachments
from lianxin.channels.filing import Filing
from lianxin.exchange.api.asking import tell_rate
from lianxin.exchange.api.door import Door
from lianxin.exchange.api.rates import Rates
from lianxin.exchange.api.reading import ApiReader
from lianxin.exchange.api.routes import api_router
from lianxin.ground.web.wiring import Wiring
from lianxin.orders.numbering import Numbers
from lianxin.orders.reading import OrderReader
from lianxin.orders.service import Services
from lianxin.people.rights import Rights
from lianxin.people.vault import Vault
from lianxin.privacy import KeptApart, Looks
from lianxin.receipts.service import Receipts
from lianxin.rules.adopted import AdoptedRules
from lianxin.units import load_units


def routes(wiring: Wiring) -> Sequence[ControllerRouterHandler]:
    """Return everything below `/api/v1`."""
    files, vault = wiring.get(Attachments), wiring.get(Vault)
    door = Door(
        pool=wiring.pool,
        store=wiring.get(KeptApart),
        rules=wiring.get(AdoptedRules),
        rights=wiring.get(Rights),
        orders=wiring.get(OrderReader),
        reader=ApiReader(wiring.pool),
        receipts=Receipts(wiring.pool, wiring.get(Services)),
        present=wiring.present,
        home=wiring.site.home,
        units=load_units(),
        looks=wiring.get(Looks),
        services=wiring.get(Services),
        files=files,
        numbers=wiring.get(Numbers),
        vault=vault,
        filing=Filing(wiring.pool, files, vault),
    )
    wiring.before_send.append(tell_rate)
    return [api_router(door, Rates(wiring.site.settings.api.requests_per_minute))]

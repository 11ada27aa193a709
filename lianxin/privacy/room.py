"""The wiring of privacy: the access log, and where who asks sits."""

from lianxin.ground.web.wiring import Wiring
from lianxin.people.keys import load_house_keys
from lianxin.privacy.looks import Looks
from lianxin.privacy.whence import Marks, Whence


def offer(wiring: Wiring) -> None:
    """Offer `Looks`."""
    looks = Looks(wiring.pool, wiring.site.home, Marks(load_house_keys(wiring.site.home).looks))
    wiring.middleware.append(Whence())
    wiring.lifespan.append(looks.running)
    wiring.offer(looks)

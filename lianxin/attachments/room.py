"""The wiring of attachments: what can be done with files, and their pages."""

import secrets
from collections.abc import Sequence

from litestar.types import ControllerRouterHandler

from lianxin.attachments.limits import MEGA, limits_of, quota_of
from lianxin.attachments.locker import Locker
from lianxin.attachments.pages import TERMS as TERMS
from lianxin.attachments.pages import AttachmentPages
from lianxin.attachments.scanning import scanner_of
from lianxin.attachments.service import Attachments
from lianxin.attachments.shelf import Shelf
from lianxin.attachments.sweeping import swept_at_the_start
from lianxin.ground.web.wiring import Wiring
from lianxin.orders.service import Services
from lianxin.people.keys import KeyFolder
from lianxin.privacy import Looks


def offer(wiring: Wiring) -> None:
    """Offer `Attachments`, and let what a crash left on the shelf be swept away at the start."""
    settings = wiring.site.settings.attachments
    files = Attachments(
        wiring.pool,
        wiring.get(Services),
        Shelf(wiring.site.home, settings.reserve_mb * MEGA),
        Locker(KeyFolder(wiring.site.home).ring("files"), secrets.token_bytes),
        scanner_of(settings.clamd),
        limits_of(settings),
        quota_of(settings),
    )
    wiring.offer(files)
    wiring.lifespan.append(swept_at_the_start(wiring.pool, files.shelf, wiring.clock))


def routes(wiring: Wiring) -> Sequence[ControllerRouterHandler]:
    """Return the pages of files."""
    pages = AttachmentPages(
        wiring.get(Attachments), wiring.get(Services), wiring.get(Looks), wiring.present, wiring.paper
    )
    return pages.routes()

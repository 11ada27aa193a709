"""The web site of the house over a test's own database, in a home of its own."""

from pathlib import Path
from typing import Any

from litestar import Litestar

from lianxin.desks.site import make_site
from lianxin.ground.clock import Clock, RealClock
from lianxin.ground.site import Settings, Site
from lianxin.ground.site.settings import WebSettings
from lianxin.ground.web import Paper


def made_site(
    pool: Any, url: str, home: Path, clock: Clock | None = None, paper: Paper | None = None, port: int = 12345
) -> Litestar:
    """The site as it is served; `home` gets its keys."""
    site = Site(home=home, settings=Settings(web=WebSettings(port=port)))
    return make_site(pool, url, site, clock or RealClock(), paper)

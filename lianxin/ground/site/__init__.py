"""The site: settings, home folder, logs, and the processes of one machine."""

from lianxin.ground.site.failures import SiteError
from lianxin.ground.site.home import Site, load_site
from lianxin.ground.site.logs import configure_logs
from lianxin.ground.site.settings import Settings

__all__ = ["Settings", "Site", "SiteError", "configure_logs", "load_site"]

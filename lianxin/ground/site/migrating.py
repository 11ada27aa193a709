"""How does `lianxin migrate` reach the database as its owner?"""

from lianxin.ground.site.failures import SiteError
from lianxin.ground.site.home import Site
from lianxin.ground.store import EmbeddedServer, migrate
from lianxin.ground.store.opening import check_owner
from lianxin.ground.store.roles import OWNER, SQL_FOR_ROLES


def migrate_site(site: Site) -> list[str]:
    """Apply what the site's database lacks; return the names applied by this call.

    Raises SiteError when only the application's way in is known, StoreError when the database refuses.
    """
    given = site.settings.database
    if given.owner_url is not None:
        check_owner(given.owner_url)
        return migrate(given.owner_url)
    if given.url is not None:
        raise SiteError(
            "LIANXIN_DATABASE_URL is set and LIANXIN_OWNER_URL is not, so nobody here may change the schema. Nothing "
            "was changed. If the roles do not exist yet, run this once as the server's administrator:\n\n"
            f"{SQL_FOR_ROLES}\nthen `LIANXIN_OWNER_URL=postgresql://{OWNER}:…@host/lianxin lianxin migrate`."
        )
    with EmbeddedServer(site.home) as server:
        return migrate(server.url(OWNER))

"""How is the sweeper of a site put together?"""

import secrets
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lianxin.attachments.erasing import ErasableFiles
from lianxin.attachments.limits import MEGA, limits_of, quota_of
from lianxin.attachments.locker import Locker
from lianxin.attachments.scanning import scanner_of
from lianxin.attachments.service import Attachments
from lianxin.attachments.shelf import Shelf
from lianxin.ground.clock import Clock, RealClock
from lianxin.ground.site import Site
from lianxin.ground.store.account import server_account
from lianxin.ground.store.binaries import embedded_binaries
from lianxin.orders.service import Services
from lianxin.people.keys import KeyFolder
from lianxin.people.rights import Rights
from lianxin.retention.backups import Backups
from lianxin.retention.erasure import Erasure, matters_in_postgres
from lianxin.retention.expiring import Going, Persons, Recordings, statements
from lianxin.retention.rules import Rules as Retention
from lianxin.retention.rules import rules_of
from lianxin.retention.sweep import Sweeper
from lianxin.rules import Rules

if TYPE_CHECKING:
    from asyncpg import Pool, Record

    from lianxin.ground.ledger import Store

SHIPPED: Final = "retention/sd-binzhou-2026.1.yaml"
OWN: Final = "retention.yaml"


def retention_rules(home: Path) -> Retention:
    """Return the rules of a site: `retention.yaml` of its home, or the shipped ones. Raises BadRules, OSError."""
    own = home / OWN
    if own.exists():
        return rules_of(own.read_text(encoding="utf-8"))
    return rules_of(resources.files("lianxin.packs").joinpath(SHIPPED).read_text(encoding="utf-8"))


def sweeper_of(
    site: Site,
    pool: "Pool[Record]",
    store: "Store",
    rules: Callable[[str], Rules],
    rights: Rights,
    clock: Clock | None = None,
) -> Sweeper:
    """Return the sweeper of a site. Raises BadRules."""
    erasure = Erasure(store, matters_in_postgres(pool), rules, rights, files=ErasableFiles(pool, site.home))
    files = _files(site, pool, Services(store, rules, rights))
    going: dict[str, Going] = {
        "orders": Persons(pool, erasure, with_orders=True),
        "contacts": Persons(pool, erasure, with_orders=False),
        "recordings": Recordings(pool, files, grave=False),
        "grave_recordings": Recordings(pool, files, grave=True),
    }
    return Sweeper(pool, site.home, retention_rules(site.home), statements(), going, clock or RealClock())


def backups_of(site: Site) -> Backups:
    """Return the backups of a site; the programs are those of the embedded server."""
    return Backups(site.home, embedded_binaries(server_account()).folder)


def _files(site: Site, pool: "Pool[Record]", services: Services) -> Attachments:
    settings = site.settings.attachments
    return Attachments(
        pool,
        services,
        Shelf(site.home, settings.reserve_mb * MEGA),
        Locker(KeyFolder(site.home).ring("files"), secrets.token_bytes),
        scanner_of(settings.clamd),
        limits_of(settings),
        quota_of(settings),
    )

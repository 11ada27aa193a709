"""Where everything is kept: PostgreSQL, its connections, its schema."""

from lianxin.ground.store.embedded import EmbeddedServer
from lianxin.ground.store.failures import StoreError
from lianxin.ground.store.migrate import migrate, missing_migrations
from lianxin.ground.store.opening import Database, open_database
from lianxin.ground.store.pool import leave_as_it_is, load_queries, open_pool
from lianxin.ground.store.temporary import ensure_database, renew_database, temporary_database

__all__ = [
    "Database",
    "EmbeddedServer",
    "StoreError",
    "ensure_database",
    "leave_as_it_is",
    "load_queries",
    "migrate",
    "missing_migrations",
    "open_database",
    "open_pool",
    "renew_database",
    "temporary_database",
]

"""On which databases is it measured? Fresh ones that are dropped, and one with a million orders that is kept.

All of them live on an embedded server of the bench's own below `LIANXIN_HOME/bench`, with
the settings of every site: an acknowledged command is on the disk.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Final

import psycopg

from lianxin.bench.corpus import Corpus
from lianxin.bench.plan import NOW, Plan
from lianxin.exchange.history import Past, check
from lianxin.exchange.history_batch import House
from lianxin.exchange.history_import import Outcome, import_history
from lianxin.ground.store import Database, EmbeddedServer, ensure_database, temporary_database
from lianxin.rules import load_rules
from lianxin.twin.messages import demo_messages

PACK: Final = "sd-binzhou"
SOURCE: Final = "bench"
TRACKER: Final = "staff:1026"
CONTENT: Final = 1
"""Rises when the corpus changes: the kept database is then made anew beside the old one."""

Tell = Callable[[str], None]


class Databases:
    """The databases of one run; the server is started when the first is asked for."""

    def __init__(self, server: EmbeddedServer, plan: Plan, tell: Tell) -> None:
        self._server = server
        self._plan = plan
        self._tell = tell
        self._kept: Database | None = None

    @contextmanager
    def fresh(self) -> Iterator[Database]:
        """Give an empty migrated database and drop it after the block."""
        with temporary_database(self._server, template=True) as database:
            yield database

    def kept(self) -> Database:
        """Return the database of closed and open orders; what is missing of it is made first."""
        if self._kept is None:
            database, _ = ensure_database(self._server, f"orders_{self._plan.closed}_{CONTENT}")
            if _orders(database) < self._plan.closed + self._plan.open:
                self._fill(database)
            self._kept = database
        return self._kept

    def _fill(self, database: Database) -> None:
        wanted = self._plan.closed + self._plan.open
        self._tell(f"Making the database of {wanted:,} orders; it is kept for the next time.")
        began = perf_counter()
        done = import_history(pasts(self._plan), house_of(database), progress=self._told(wanted))
        self._tell(f"{done.imported:,} orders in {perf_counter() - began:.0f} s.")
        settle(database)

    def _told(self, wanted: int) -> Callable[[Outcome], None]:
        step = max(wanted // 10, 1)
        said = [0]

        def progress(outcome: Outcome) -> None:
            if (outcome.imported + outcome.known) // step > said[0]:
                said[0] += 1
                self._tell(f"  {outcome.imported + outcome.known:,}")

        return progress


def house_of(database: Database) -> House:
    """Return what the import needs to know of a database of the bench."""
    return House(database.app_url, SOURCE, NOW, load_rules(PACK).ref, TRACKER)


def corpus() -> Corpus:
    """Return the bench's orders, from their beginning."""
    return Corpus([message.text for message in demo_messages()], NOW)


def pasts(plan: Plan) -> Iterator[Past]:
    """Yield the orders of the kept database."""
    orders = corpus()
    for past in orders.closed(plan.closed):
        yield check(past, NOW)
    for past in orders.open(plan.open):
        yield check(past, NOW)


def settle(database: Database) -> None:
    """Let the database count its rows and clear its pages, as its housekeeping does within the hour."""
    assert database.superuser_url is not None
    with psycopg.connect(database.superuser_url, autocommit=True) as administrator:
        administrator.execute("VACUUM (ANALYZE)")


def _orders(database: Database) -> int:
    with psycopg.connect(database.app_url) as connection:
        row = connection.execute("SELECT count(*) FROM orders").fetchone()
    assert row is not None
    return int(row[0])


def home_of(site_home: Path) -> Path:
    """Return the folder of the bench below a site's home."""
    return site_home / "bench"

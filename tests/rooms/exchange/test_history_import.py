"""History comes in once, whatever happens on the way, and passes the audit."""

from collections.abc import Iterator

import psycopg
import pytest
from made_history import CLOSED, NOW, OPEN, SOURCE, TRACKER, past

from lianxin.exchange.history import Past, check
from lianxin.exchange.history_batch import House
from lianxin.exchange.history_import import ImportRuns, import_history
from lianxin.ground.clock import MINUTE_MS
from lianxin.ground.store import Database
from lianxin.insight.audit.database import audit_database
from lianxin.rules import load_rules


def house(database: Database) -> House:
    return House(database.app_url, SOURCE, NOW, load_rules("sd-binzhou").ref, TRACKER)


def records(count: int) -> list[Past]:
    """Return closed and open orders in turn, a minute apart."""
    return [check(past(CLOSED if i % 2 else OPEN, old_number=f"n{i}"), NOW) for i in range(count)]


def asked(database: Database, sql: str) -> list[tuple[object, ...]]:
    with psycopg.connect(database.superuser_url) as connection:
        return list(connection.execute(sql.encode()))


def test_what_was_imported_passes_the_audit(database):
    done = import_history(records(30), house(database), batch=7)
    assert (done.imported, done.known) == (30, 0)
    report = audit_database(database.app_url, units=frozenset({"zjj"}))
    assert report.violations == ()
    assert report.orders == {"opened": 30, "closed": 15, "open": 15}
    assert report.holders == {"unit:zjj": 15}
    assert report.entries == 15 * 6 + 15 * 3


def test_the_same_orders_again_write_nothing(database):
    import_history(records(20), house(database), batch=6)
    before = asked(database, "SELECT chain_id, head FROM chains ORDER BY chain_id")
    again = import_history(records(20), house(database), batch=9)
    assert (again.imported, again.known) == (0, 20)
    assert asked(database, "SELECT chain_id, head FROM chains ORDER BY chain_id") == before


def test_an_import_that_broke_off_goes_on_where_it_stopped(database):
    def breaks_off() -> Iterator[Past]:
        yield from records(8)
        raise OSError("the disk with the file was pulled out")

    with pytest.raises(OSError):
        import_history(breaks_off(), house(database), batch=4, processes=1)
    kept = asked(database, "SELECT count(*) FROM orders")[0][0]
    done = import_history(records(12), house(database), batch=4, processes=1)
    assert (done.known, done.imported) == (kept, 12 - int(str(kept)))
    assert audit_database(database.app_url).violations == ()


def test_an_order_that_stands_twice_in_a_file_comes_in_once(database):
    done = import_history([*records(3), *records(3)], house(database), batch=10)
    assert done.imported == 3
    assert asked(database, "SELECT count(*) FROM imported_orders") == [(3,)]


def test_numbers_go_on_after_those_of_the_day(database):
    import_history(records(2)[1:], house(database))
    later = check(past(old_number="later", received=CLOSED.received + MINUTE_MS), NOW)
    import_history([later], house(database))
    numbers = [row[0] for row in asked(database, "SELECT number FROM orders ORDER BY number")]
    assert [str(number)[:14] for number in numbers] == ["20251103-00001", "20251103-00002"]


def test_two_imports_at_once_are_refused(database):
    with psycopg.connect(database.app_url) as other:
        other.execute("SELECT pg_advisory_lock(7310579632914494836)")
        with pytest.raises(ImportRuns, match="Nothing was written"):
            import_history(records(1), house(database))


def test_the_search_finds_an_imported_text(database):
    import_history(records(2), house(database))
    rows = asked(database, "SELECT cardinality(grams) > 20, text FROM texts WHERE n = 1 ORDER BY order_id")
    assert rows == [(True, CLOSED.text), (True, OPEN.text)]

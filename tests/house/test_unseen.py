"""Who sees what is one rule: whatever reads orders or contacts asks it, or is named with a reason in `unseen.py`.

It is told by the words of the statements: `orders` and `contacts` themselves are read by the rule alone, and what
stands in other tables about an order is read together with it. That what is found is what one sees is shown by the
walk through all addresses, `tests/stories/test_leaks.py`.
"""

import ast
import re
from collections.abc import Iterator

import asyncpg
import pytest
from reading import PACKAGE, modules, without_comments
from test_queries import ALL
from unseen import GUARDED, OPEN, UNSEEN

from lianxin.ground.store import Database

_ITSELF = frozenset({"orders", "contacts"})
_THROUGH = re.compile(
    r"\b(?:seen_orders|seen_contacts|seen_messages|listed|order_lines)\(\s*(?:\$\d+|p_reader|\w+\.reader)\b"
)
"""The rule, asked for somebody: the reader is an argument, never a name that stands in the statement."""
_WRITING = re.compile(r"\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+\w+", re.IGNORECASE)
_NAMED = re.compile(r"(?<![\w.$])(\w+)\b(?!\s*\()")
_SQL = re.compile(r"\bSELECT\b.*\bFROM\b", re.DOTALL)
_COLUMNS = """
SELECT DISTINCT c.relname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
 WHERE c.relkind IN ('r', 'v', 'm') AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0
   AND a.attname IN ('order_id', 'contact_id', 'chain_id', 'subject_id')
"""
_BODIES = """
SELECT 'function:' || p.proname, p.prosrc FROM pg_proc p
 WHERE p.pronamespace = 'public'::regnamespace
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
UNION ALL
SELECT 'view:' || v.viewname, v.definition FROM pg_views v WHERE v.schemaname = 'public'
"""


def unasked(sql: str) -> set[str]:
    """Return the guarded tables that a statement reads without asking the rule."""
    return {table for arm in _arms(_plain(sql)) for table in _unasked(arm)}


def _unasked(arm: str) -> set[str]:
    read = {name.lower() for name in _NAMED.findall(_WRITING.sub("", arm))} & GUARDED
    return read & _ITSELF if _THROUGH.search(arm) else read


def _plain(sql: str) -> str:
    """Return SQL without comments, words in quotes, and names given to columns and rows."""
    sql = re.sub(r"'[^']*'", "''", without_comments(sql))
    return re.sub(r"\bAS\s+(?!MATERIALIZED\b)\w+", "", sql)


def _arms(sql: str) -> Iterator[str]:
    """Yield what a UNION that stands in no brackets joins: each of it must ask."""
    depth, begin = 0, 0
    for found in re.finditer(r"[()]|\bUNION(?:\s+ALL)?\b", sql):
        if found[0] == "(":
            depth += 1
        elif found[0] == ")":
            depth -= 1
        elif depth == 0:
            yield sql[begin : found.start()]
            begin = found.end()
    yield sql[begin:]


def in_python() -> Iterator[tuple[str, str]]:
    """Yield the statements that stand in source files, each with its file."""
    for module in modules():
        for node in ast.walk(module.tree()):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _SQL.search(node.value):
                yield str(module.path.relative_to(PACKAGE)), node.value


async def in_database(database: Database) -> list[tuple[str, str]]:
    connection = await asyncpg.connect(database.app_url)
    try:
        return [(row[0], row[1]) for row in await connection.fetch(_BODIES)]
    finally:
        await connection.close()


async def test_whatever_reads_orders_asks_who_reads_or_is_named_with_a_reason(database: Database) -> None:
    sources = [(f"{statement.room}:{statement.name}", statement.sql) for statement in ALL]
    sources += [*in_python(), *await in_database(database)]
    found = {name: tables for name, sql in sources if (tables := unasked(sql))}
    assert {name: tables for name, tables in found.items() if name not in UNSEEN} == {}, (
        "read through seen_orders(:reader) or seen_contacts(:reader)"
    )
    assert UNSEEN.keys() - found.keys() == set(), "named in unseen.py, and not needed there any more"


async def test_every_table_about_an_order_or_contact_is_guarded_or_says_why_not(database: Database) -> None:
    connection = await asyncpg.connect(database.app_url)
    try:
        tables = {row[0] for row in await connection.fetch(_COLUMNS)}
    finally:
        await connection.close()
    assert tables == GUARDED | OPEN.keys()
    assert not GUARDED & OPEN.keys()


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("SELECT number FROM orders WHERE closed_at IS NULL", {"orders"}),
        ("SELECT o.number FROM Orders o", {"orders"}),
        ("SELECT 1 FROM staff s, orders o", {"orders"}),
        ("SELECT t.text FROM texts t WHERE t.order_id = $1", {"texts"}),
        ("SELECT body FROM entries -- seen_orders($1)", {"entries"}),
        ("SELECT body FROM entries WHERE kind = 'seen_orders($1)'", {"entries"}),
        ("SELECT o.number FROM seen_orders('1006') o JOIN texts t USING (order_id)", {"texts"}),
        ("SELECT * FROM seen_orders($1) o JOIN orders p ON p.parent_id = o.order_id", {"orders"}),
        ("SELECT order_id FROM seen_orders($1) UNION ALL SELECT order_id FROM texts", {"texts"}),
        ("WITH mine AS (SELECT * FROM contacts) SELECT * FROM mine", {"contacts"}),
        ("DELETE FROM drafts d USING orders o WHERE o.closed_at < $1", {"orders"}),
        ("SELECT seen_at FROM news WHERE reader = $1", {"news"}),
    ],
)
def test_a_statement_that_does_not_ask_is_found(sql: str, tables: set[str]) -> None:
    assert unasked(sql) == tables


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT number FROM seen_orders($1) o LEFT JOIN texts t ON t.order_id = o.order_id",
        "SELECT count(*) AS orders, count(*) AS promises FROM alarms",
        "SELECT s.order_id FROM seen_contacts($2) c JOIN chains s ON s.chain_id = c.contact_id",
        "SELECT (SELECT t.title FROM texts t WHERE t.order_id = o.order_id) FROM listed($1) o",
        "INSERT INTO texts (order_id) SELECT r.id FROM jsonb_to_recordset($1) AS r(id bigint)",
        "UPDATE news SET seen_at = now() WHERE reader = $1",
    ],
)
def test_a_statement_that_asks_or_only_writes_passes(sql: str) -> None:
    assert unasked(sql) == set()

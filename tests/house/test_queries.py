"""Each statement PREPAREs on the migrated schema and writes only what its room owns."""

import re
from collections.abc import Iterator
from pathlib import Path

import aiosql
import asyncpg
import msgspec
import pytest
from reading import PACKAGE, WRITES, full_name, owned, without_comments

from lianxin import house
from lianxin.ground.store import Database


class Statement(msgspec.Struct, frozen=True):
    """One named statement of a room, with its parameters as PostgreSQL numbers them."""

    room: str
    name: str
    sql: str


def statements() -> Iterator[Statement]:
    """Yield every statement of every `queries.sql`."""
    for path in sorted(PACKAGE.rglob("queries.sql")):
        room = ".".join(path.parent.relative_to(PACKAGE).parts)
        queries = aiosql.from_path(path, "asyncpg")
        for name in queries.available_queries:
            if not name.endswith("_cursor"):
                yield Statement(room, name, getattr(queries, name).sql)


ALL = tuple(statements())


async def test_every_statement_prepares_on_the_migrated_schema(database: Database) -> None:
    connection = await asyncpg.connect(database.app_url)
    refused = {}
    try:
        for statement in ALL:
            try:
                await connection.prepare(statement.sql)
            except asyncpg.PostgresError as failure:
                refused[f"{statement.room}: {statement.name}"] = str(failure)
    finally:
        await connection.close()
    assert refused == {}


def test_a_room_writes_only_its_own_tables() -> None:
    owners = owned()
    foreign = {}
    for statement in ALL:
        for table in _written(statement.sql):
            owner = owners.tables.get(table)
            if owner is not None and not _may_write(statement.room, owner):
                foreign[f"{statement.room}: {statement.name}"] = f"{table} is owned by {owner}"
    assert foreign == {}


def test_a_function_writes_only_tables_of_its_owner() -> None:
    owners = owned()
    foreign = {
        f"{name}, owned by {room}": f"{table} is owned by {owners.tables[table]}"
        for name, room in owners.functions.items()
        for table in owners.written[name]
        if not _may_write(room, owners.tables[table])
    }
    assert foreign == {}


def test_only_a_rooms_own_statements_call_its_writing_functions() -> None:
    owners = owned()
    foreign = {}
    for statement in ALL:
        for name, tables in owners.written.items():
            called = re.search(rf"\b{name}\s*\(", without_comments(statement.sql))
            owner = owners.functions[name]
            if called and tables and statement.room != owner and (statement.room, owner) not in house.WRITES_FOR:
                foreign[f"{statement.room}: {statement.name}"] = f"{name} is owned by {owner}"
    assert foreign == {}


def test_every_owner_is_a_room() -> None:
    owners = owned()
    assert set(owners.tables.values()) | set(owners.functions.values()) <= set(house.rooms())


def test_statements_stand_in_statement_files_only() -> None:
    """SQL in Python escapes the proofs of this file; what administers a database as a whole is the store's."""
    strays = [
        str(path.relative_to(PACKAGE))
        for path in sorted(PACKAGE.rglob("*.py"))
        if not path.is_relative_to(PACKAGE / "ground" / "store") and _has_writing_sql(path)
    ]
    assert strays == []


def _has_writing_sql(path: Path) -> bool:
    tables = owned().tables
    return any(table in tables for table in _written(path.read_text(encoding="utf-8")))


def _may_write(room: str, owner: str) -> bool:
    return full_name(room) == owner or (full_name(room), owner) in house.WRITES_FOR


def _written(sql: str) -> set[str]:
    return {found.lower() for found in WRITES.findall(without_comments(sql))}


@pytest.mark.parametrize("statement", ALL, ids=lambda statement: f"{statement.room}:{statement.name}")
def test_every_statement_says_what_it_answers(statement: Statement) -> None:
    path = PACKAGE / statement.room.replace(".", "/") / "queries.sql"
    text = path.read_text(encoding="utf-8")
    following = re.search(rf"^-- name: {statement.name}\b.*\n(.*)", text, re.MULTILINE)
    assert following is not None and following[1].startswith("-- "), f"{statement.name} says nothing about itself"

"""Which rooms reach citizens' records at all? Those that count, lead or administer never do."""

import ast
import re
from pathlib import Path

import aiosql
import pytest

import lianxin

HOUSE = Path(lianxin.__file__).parent
_TABLES = re.compile(r"\b(persons|person_numbers|informants?\w*|reveals)\b")
READERS = {
    "people": "keeps them",
    "privacy": "shows them to whoever may",
    "retention": "lets them go",
    "channels": "knows by its hash who wants to be asked for no more ratings",
}
"""Room -> why its statements name tables of persons."""
NEVER = ("insight", "desks.analysis", "desks.leader", "desks.system", "desks.rulebook", "quality", "knowledge", "desks")
"""Rooms of analysts, leaders, administrators and of those who publish."""
_OPENING = ("lianxin.people.vault", "lianxin.people.persons", "lianxin.people.identities", "lianxin.privacy.reveals")


def test_only_rooms_with_a_reason_name_tables_of_persons() -> None:
    found = set()
    for path in HOUSE.rglob("queries.sql"):
        queries = aiosql.from_path(path, "asyncpg")
        for name in queries.available_queries:
            if _TABLES.search(re.sub(r"--.*", "", getattr(queries, name).sql)):
                found.add(".".join(path.parent.relative_to(HOUSE).parts))
    assert found == set(READERS)


@pytest.mark.parametrize("room", NEVER)
def test_who_counts_leads_or_administers_has_no_way_to_a_name(room: str) -> None:
    folder = HOUSE.joinpath(*room.split("."))
    assert folder.is_dir(), room
    opening = {
        f"{path.name}: {name}" for path in folder.glob("*.py") for name in _imported(path) if name.startswith(_OPENING)
    }
    assert opening == set()


def _imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


@pytest.mark.parametrize("room", ["desks.analysis", "desks.leader", "desks"])
def test_reports_and_boards_do_not_even_ask_whose_an_order_is(room: str) -> None:
    path = HOUSE.joinpath(*room.split(".")) / "queries.sql"
    assert not path.exists() or "person_id" not in path.read_text(encoding="utf-8")

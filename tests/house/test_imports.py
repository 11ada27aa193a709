"""Imports point down, without cycles, and what is pure stays pure."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter

import pytest
from reading import PACKAGE, Module, all_imports, imports, modules, room_of

from lianxin import house

FORBIDDEN_NAMES = frozenset({"utils", "helpers", "common", "core", "misc", "manager", "base"})
IMPURE = frozenset(
    {"asyncio", "asyncpg", "psycopg", "time", "random", "os", "secrets", "socket", "subprocess", "threading", "httpx"}
    | {"structlog", "logging", "sys", "tempfile", "litestar", "typer"}
)
"""Modules that reach the world, the clock or chance."""
IMPURE_CALLS = frozenset({"now", "today", "utcnow", "open", "print", "input"})


def test_every_room_stands_in_the_plan() -> None:
    planned = set(house.rooms()) | set(house.FLOORS[-1])
    built = {room for module in modules() if (room := room_of(module.name)) is not None}
    assert built <= planned, "add these rooms to lianxin/house.py"


@pytest.mark.parametrize("module", tuple(modules()), ids=lambda module: module.name or "lianxin")
def test_imports_point_down(module: Module) -> None:
    importer = room_of(module.name)
    upward = [name for name in imports(module) if importer and not _allowed(importer, room_of(name))]
    assert upward == [], f"{module.name} reaches up or sideways"


def _allowed(importer: str, imported: str | None) -> bool:
    if imported is None or imported == importer:
        return True
    down = house.floor_of(imported) < house.floor_of(importer)
    return down or imported in house.KNOWN_TO_ALL or (importer, imported) in house.SIDE_BY_SIDE


def test_rooms_do_not_go_round_in_circles() -> None:
    graph: dict[str, set[str]] = {}
    for module in modules():
        importer = room_of(module.name)
        for name in imports(module):
            imported = room_of(name)
            if importer and imported and imported != importer:
                graph.setdefault(importer, set()).add(imported)
    TopologicalSorter(graph).prepare()  # raises CycleError naming the rooms


def test_only_pairs_of_one_floor_are_listed_side_by_side() -> None:
    for importer, imported in house.SIDE_BY_SIDE:
        assert house.floor_of(importer) == house.floor_of(imported), (importer, imported)


@pytest.mark.parametrize("name", sorted(house.PURE))
def test_what_is_pure_stays_pure(name: str) -> None:
    module = {module.name: module for module in modules()}[name]
    reached = {imported.split(".")[0] for imported in all_imports(module)} & IMPURE
    assert reached == set(), f"{name} imports what reaches the world"
    assert list(_impure_calls(module)) == [], f"{name} asks the clock or the world"
    lower = {imported for imported in imports(module) if imported not in house.PURE}
    assert {name for name in lower if not _offers_pure(name)} == set(), f"{name} builds on what is not pure"


def _offers_pure(name: str) -> bool:
    """A package may be built upon when it only passes on names; whatever else is imported must be pure itself."""
    return (PACKAGE / name.replace(".", "/") / "__init__.py").exists()


def _impure_calls(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree()):
        if isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.Global):
            yield f"line {node.lineno}: {type(node).__name__}"
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in IMPURE_CALLS and not (isinstance(node.func, ast.Attribute) and called in ("open", "print")):
                yield f"line {node.lineno}: {called}()"


def test_what_is_called_pure_exists() -> None:
    assert {module.name for module in modules()} >= house.PURE


def test_no_file_is_nobodys_home() -> None:
    assert [module.name for module in modules() if module.path.stem in FORBIDDEN_NAMES] == []


def test_the_machine_time_is_read_in_one_place() -> None:
    """Everything else is given `now`, so that a simulated day and a real one run the same code."""
    readers = {
        module.name
        for module in modules()
        for node in ast.walk(module.tree())
        if isinstance(node, ast.Attribute) and ast.unparse(node) in _MACHINE_TIME
    }
    assert readers <= {"ground.clock.running"}


_MACHINE_TIME = frozenset(
    {"time.time", "time.time_ns", "datetime.now", "datetime.utcnow", "datetime.datetime.now", "date.today"}
)

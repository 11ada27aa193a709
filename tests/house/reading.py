"""Reads the house's own source: its modules, what they import, and what its statements write."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from lianxin import house

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "lianxin"
MIGRATIONS = PACKAGE / "ground" / "store" / "migrations"
WALL_FREE = frozenset({"", "ground"})
"""Packages that are no rooms: the house itself and its ground floor."""


class Module(msgspec.Struct, frozen=True):
    """One source file; `name` is dotted below `lianxin`."""

    name: str
    path: Path

    def tree(self) -> ast.Module:
        """Return the parsed source."""
        return ast.parse(self.path.read_text(encoding="utf-8"), str(self.path))


def modules() -> Iterator[Module]:
    """Yield every module of the package."""
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__")
        yield Module(name, path)


def room_of(module: str) -> str | None:
    """Return the room a module below `lianxin` belongs to; None for the house and its ground floor themselves."""
    if module in WALL_FREE:
        return None
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] == "ground" else parts[0]


def imports(module: Module) -> Iterator[str]:
    """Yield the dotted names below `lianxin` that a module imports, wherever in it."""
    for name in all_imports(module):
        if name == "lianxin" or name.startswith("lianxin."):
            yield name.removeprefix("lianxin").lstrip(".")


def all_imports(module: Module) -> Iterator[str]:
    """Yield every dotted name a module imports; of `from a import b` also `a.b` where that is a module."""
    for node in ast.walk(module.tree()):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module.path}: relative imports hide where a name comes from"
            assert node.module is not None
            if node.module in ("lianxin", "lianxin.ground"):
                yield from (
                    f"{node.module}.{alias.name}" for alias in node.names if _is_module(node.module, alias.name)
                )
            else:
                yield node.module


def _is_module(package: str, name: str) -> bool:
    folder = ROOT / package.replace(".", "/")
    return (folder / name).is_dir() or (folder / f"{name}.py").exists()


class Owned(msgspec.Struct, frozen=True):
    """What the migrations say: which room owns which table, and which function writes which tables."""

    tables: dict[str, str]
    functions: dict[str, str]
    written: dict[str, frozenset[str]]


_OWNED = re.compile(r"^-- owned by: (\S+)", re.MULTILINE)
_TABLE = re.compile(r"CREATE (?:UNLOGGED )?TABLE (?:IF NOT EXISTS )?(\w+)", re.IGNORECASE)
_FUNCTION = re.compile(r"CREATE (?:OR REPLACE )?FUNCTION (\w+)\s*\(", re.IGNORECASE)
WRITES = re.compile(
    r"\b(?:INSERT\s+INTO|UPDATE(?:\s+ONLY)?|DELETE\s+FROM(?:\s+ONLY)?|MERGE\s+INTO|TRUNCATE(?:\s+TABLE)?)\s+(\w+)",
    re.IGNORECASE,
)
"""A word after these is a table, unless it is no table's name (`FOR UPDATE SKIP`, `DO UPDATE SET`)."""


def owned() -> Owned:
    """Return who owns what, from the `-- owned by: room` line that stands before each thing made."""
    tables: dict[str, str] = {}
    functions: dict[str, str] = {}
    bodies: dict[str, str] = {}
    for path in sorted(MIGRATIONS.glob("*.sql")):
        text = path.read_text(encoding="utf-8")
        marks = [(found.start(), found[1]) for found in _OWNED.finditer(text)]
        for found in _TABLE.finditer(text):
            tables[found[1]] = _mark_before(marks, found.start(), path, found[1])
        for found in _FUNCTION.finditer(text):
            functions[found[1]] = _mark_before(marks, found.start(), path, found[1])
            bodies[found[1]] = text[found.start() :].split("$$")[1]
    written = {name: frozenset(WRITES.findall(without_comments(body))) & tables.keys() for name, body in bodies.items()}
    return Owned(tables, functions, written)


def without_comments(statement: str) -> str:
    """Return SQL without its comments."""
    return re.sub(r"--.*", "", statement)


def _mark_before(marks: list[tuple[int, str]], position: int, path: Path, name: str) -> str:
    before = [room for at, room in marks if at < position]
    assert before, f"{path.name}: nobody owns {name}; write `-- owned by: room` before it"
    return full_name(before[-1])


def full_name(room: str) -> str:
    """Return a room's name in the plan; rooms of the ground floor may be named without it."""
    known = house.rooms()
    return room if room in known else f"ground.{room}"

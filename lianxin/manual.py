"""Which pages of the manual are drawn from the code, and what do they say?

A room that draws pages has a `manual.py` with `pages() -> dict[str, str]`: file name
below `docs/` and its Markdown. `make docs` writes them, a test holds them current.
"""

import ast
import importlib
import importlib.util
import re
from pathlib import Path

import typer

from lianxin import house
from lianxin.ground.store.migrate import MIGRATIONS

HERE = Path(__file__).parent


def register(app: typer.Typer) -> None:
    """Add `lianxin manual`."""
    app.command("manual")(_write)


def pages() -> dict[str, str]:
    """Return every drawn page: file name below `docs/` and its text."""
    drawn = {"rooms.md": _rooms()}
    for room in house.rooms():
        name = f"lianxin.{room}.manual"
        if importlib.util.find_spec(f"lianxin.{room}") and importlib.util.find_spec(name):
            drawn |= importlib.import_module(name).pages()
    return drawn


def shown_default(default: object) -> str:
    """Return how a default stands in the table of settings."""
    if default is None or default == ():
        return "none"
    if isinstance(default, tuple):
        return " ".join(f"`{item}`" for item in default)
    return f"`{default}`"


def _write(
    folder: Path = typer.Argument(Path("docs"), help="Where the pages go."),
) -> None:
    """Draw the pages of the manual that come from the code."""
    for name, text in pages().items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        typer.echo(f"{target}")


def _rooms() -> str:
    lines = [
        "# The rooms of the house",
        "",
        "Drawn from `lianxin/house.py`, the heads of the files and the migrations by `make docs`. Imports point",
        "down: a room imports rooms of lower floors, and of its own floor only where `SIDE_BY_SIDE` lists the pair.",
        "A file marked ○ is pure: no I/O, no clock, no chance.",
        "",
        "| floor | room | what it is for |",
        "|---|---|---|",
    ]
    built = [
        (floor, room)
        for floor in range(len(house.FLOORS) - 2, -1, -1)
        for room in house.FLOORS[floor]
        if _head(room).exists()
    ]
    lines += [
        f"| {floor} | [`{room}`](#{room.replace('.', '')}) | {_first_sentence(_head(room))} |" for floor, room in built
    ]
    tables = _tables()
    for _, room in built:
        lines += ["", f"## {room}", "", *_room(room, tables)]
    return "\n".join([*lines, ""])


def _room(room: str, tables: dict[str, list[tuple[str, str]]]) -> list[str]:
    """Return what is said of one room: its files and the tables it owns."""
    folder = _head(room).parent
    files = [path for path in sorted(folder.rglob("*.py")) if path.name != "__init__.py"]
    lines = ["| file | what it answers |", "|---|---|"]
    for path in files:
        name = f"{room}.{'.'.join(path.relative_to(folder).with_suffix('').parts)}"
        mark = " ○" if name in house.PURE else ""
        lines.append(f"| `{path.relative_to(folder)}`{mark} | {_first_sentence(path)} |")
    if room in tables:
        lines += ["", "| table | what it keeps |", "|---|---|"]
        lines += [f"| `{name}` | {says} |" for name, says in tables[room]]
    return lines


_OWNED = re.compile(r"^-- owned by: (\S+)\nCREATE (?:UNLOGGED )?TABLE (\w+)", re.MULTILINE)
_COMMENT = re.compile(r"^COMMENT ON TABLE (\w+) IS '((?:[^']|'')*)';", re.MULTILINE)


def _tables() -> dict[str, list[tuple[str, str]]]:
    """Return room -> its tables with what the migrations say of them."""
    owned: dict[str, list[tuple[str, str]]] = {}
    for path in sorted(MIGRATIONS.glob("*.sql")):
        text = path.read_text(encoding="utf-8")
        says = {name: words.replace("''", "'").replace("|", "\\|") for name, words in _COMMENT.findall(text)}
        for owner, name in _OWNED.findall(text):
            room = owner if owner in house.rooms() else f"ground.{owner}"
            owned.setdefault(room, []).append((name, says.get(name, "")))
    return owned


def _head(room: str) -> Path:
    return HERE / room.replace(".", "/") / "__init__.py"


def _first_sentence(path: Path) -> str:
    words = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return words.split("\n\n")[0].replace("\n", " ").replace("|", "\\|")

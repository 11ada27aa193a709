"""Which pages of the manual are drawn from the code, and what do they say?

A room that draws pages has a `manual.py` with `pages() -> dict[str, str]`: file name
below `docs/` and its Markdown. `make docs` writes them, a test holds them current.
"""

import ast
import importlib
import importlib.util
from pathlib import Path

import typer

from lianxin import house

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
    if default is None:
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
        "Drawn from `lianxin/house.py` and the head of each room by `make docs`. Imports point down: a room imports",
        "rooms of lower floors, and of its own floor only where `SIDE_BY_SIDE` lists the pair.",
        "",
        "| floor | room | what it is for |",
        "|---|---|---|",
    ]
    for floor in range(len(house.FLOORS) - 2, -1, -1):
        for room in house.FLOORS[floor]:
            head = HERE / room.replace(".", "/") / "__init__.py"
            if head.exists():
                lines.append(f"| {floor} | `{room}` | {_first_sentence(head)} |")
    pure = ", ".join(f"`{name}`" for name in sorted(house.PURE))
    return "\n".join([*lines, "", f"Pure modules (no I/O, no clock, no chance): {pure}.", ""])


def _first_sentence(path: Path) -> str:
    words = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return words.split("\n\n")[0].replace("\n", " ").replace("|", "\\|")

"""A file is read in one sitting, and says at its head what it is for."""

import ast
from pathlib import Path

import pytest
from reading import ROOT, Module, modules

LINES_MAX = 400
SOURCES = sorted(
    path
    for folder in ("lianxin", "tests", "setup")
    for kind in ("*.py", "*.sql", "*.html", "*.css", "*.js", "*.sh")
    for path in (ROOT / folder).rglob(kind)
)


def test_no_source_is_too_long_to_be_read() -> None:
    long = {str(path.relative_to(ROOT)): n for path in SOURCES if (n := _lines(path)) > LINES_MAX}
    assert long == {}


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("module", tuple(modules()), ids=lambda module: module.name or "lianxin")
def test_every_module_says_what_it_is_for(module: Module) -> None:
    words = ast.get_docstring(module.tree())
    assert words and len(words.split()) >= 4, f"{module.path} has no head that says what it answers"

"""Reads the house's pages of words: their links, the commands they print, the tables of the glossary."""

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[3]
PAGES = tuple(sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]))
CODE = tuple(sorted(path for kind in ("*.py", "*.sql") for path in (ROOT / "lianxin").rglob(kind)))

_BLOCK = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"^ {4}(\S.*)$", re.MULTILINE)
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
_NO_SLUG = re.compile(r"[^\w\- ]")


def name_of(page: Path) -> str:
    """Return how a page is called in a failing test."""
    return str(page.relative_to(ROOT))


def links(page: Path) -> Iterator[str]:
    """Yield the targets of a page's links and pictures, those to other hosts left out."""
    for target in _LINK.findall(without_code(page.read_text(encoding="utf-8"))):
        if not target.startswith(("http://", "https://", "mailto:")):
            yield target


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as a reader in a browser gets them."""
    headings = _HEADING.findall(without_code(page.read_text(encoding="utf-8")))
    return {_NO_SLUG.sub("", heading.replace("`", "").lower()).replace(" ", "-") for heading in headings}


def without_code(text: str) -> str:
    """Return a page without its blocks and spans of code; headings keep the words of theirs."""
    kept = [line if line.startswith("#") else _SPAN.sub("", line) for line in _BLOCK.sub("", text).splitlines()]
    return "\n".join(line for line in kept if not line.startswith("    "))


def code(page: Path) -> Iterator[str]:
    """Yield every line of code of a page, whether in a block, indented, or within a sentence."""
    text = page.read_text(encoding="utf-8")
    for block in _BLOCK.findall(text):
        yield from filter(None, block.splitlines())
    outside = _BLOCK.sub("", text)
    yield from _INDENTED.findall(outside)
    yield from _SPAN.findall(outside)


def blocks(page: Path) -> list[str]:
    """Return the blocks of code of a page, whole, without the remarks in them."""
    return [re.sub(r" *#.*", "", block) for block in _BLOCK.findall(page.read_text(encoding="utf-8"))]


class Call(NamedTuple):
    """A printed call of a program: the words after its name that are no options, and its options."""

    words: tuple[str, ...]
    options: tuple[str, ...]


def calls(page: Path, program: str) -> Iterator[Call]:
    """Yield each call of a program that a page prints."""
    for line in code(page):
        tokens = _tokens(line)
        while tokens and "=" in tokens[0]:
            del tokens[0]
        if not tokens or tokens[0].rpartition("/")[2] != program:
            continue
        said = tokens[1:]
        options = tuple(token.partition("=")[0] for token in said if token.startswith("--"))
        yield Call(tuple(token for token in said if not token.startswith("-")), options)


def _tokens(line: str) -> list[str]:
    try:
        return shlex.split(line, comments=True)
    except ValueError:
        return []


class Word(NamedTuple):
    """A line of the glossary."""

    zh: str
    en: str
    identifiers: tuple[str, ...]


@cache
def glossary() -> dict[str, tuple[Word, ...]]:
    """Return the glossary: heading -> its words."""
    found: dict[str, list[Word]] = {}
    heading = ""
    for line in (ROOT / "GLOSSARY.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            heading = line.removeprefix("## ")
        elif line.startswith("| ") and not line.startswith("| 中文"):
            zh, en, identifiers, _ = (cell.strip() for cell in line.strip("|").split("|"))
            found.setdefault(heading, []).append(Word(zh, en, tuple(_SPAN.findall(identifiers))))
    return {section: tuple(words) for section, words in found.items()}

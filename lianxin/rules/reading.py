"""What does a rule pack file say, and on which line?

YAML is composed into nodes that remember their lines, so a mistake can name its place.
What a pack never needs is refused: aliases, several documents, doubled keys, bare
dates. Knows no field of a pack; that is `schema`.
"""

from pathlib import Path
from typing import Final

import msgspec
import yaml
from yaml.constructor import SafeConstructor

Scalar = str | int | float | bool | None

SIZE_MAX: Final = 2_000_000
"""Bytes of a pack file; the largest so far has 30,000."""

_PLAIN_TAGS: Final = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null")}


class Mistake(msgspec.Struct, frozen=True, order=True):
    """One mistake in a pack file.

    line  in the file, from 1
    key   dotted key it concerns, '' for the file as a whole
    """

    line: int
    key: str
    text: str


class Leaf(msgspec.Struct, frozen=True):
    """A scalar and its line."""

    value: Scalar
    line: int


class Row(msgspec.Struct, frozen=True):
    """A list and the line of its key."""

    items: "tuple[Leaf | Row | Branch, ...]"
    line: int


class Branch(msgspec.Struct, frozen=True):
    """A mapping and the line of its own key; `lines` holds the line of each key in it."""

    entries: "dict[str, Leaf | Row | Branch]"
    lines: dict[str, int]
    line: int


class Unreadable(Exception):
    """The file does not exist or may not be read, so nothing can be said about its content."""


def read_text(path: Path) -> str:
    """Return the text of a pack file; UTF-8 with or without BOM, else GB18030.

    Raises Unreadable.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(SIZE_MAX + 1)
    except OSError as trouble:
        raise Unreadable(f"cannot read {path}: {trouble.strerror or trouble}") from trouble
    if len(raw) > SIZE_MAX:
        raise Unreadable(f"{path} is larger than {SIZE_MAX // 1_000_000} MB; no rule pack is")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable(f"{path} is neither UTF-8 nor GB18030 text")


def read_nodes(text: str) -> tuple[Branch | None, list[Mistake]]:
    """Return the mapping the text consists of, and the mistakes found in reading; None when it cannot be read on."""
    try:
        alias = next((event for event in yaml.parse(text, yaml.SafeLoader) if isinstance(event, yaml.AliasEvent)), None)
        if alias is not None:
            line = alias.start_mark.line + 1 if alias.start_mark else 1
            return None, [Mistake(line, "", f"the alias *{alias.anchor} is not allowed; write the value out")]
        node = yaml.compose(text, yaml.SafeLoader)
        if not isinstance(node, yaml.MappingNode):
            return None, [Mistake(1, "", "a rule pack is a mapping of keys to values; this file is not")]
        mistakes: list[Mistake] = []
        return _branch(node, "", mistakes, 1), mistakes
    except yaml.YAMLError as trouble:
        return None, [_syntax(trouble, text)]
    except RecursionError:
        return None, [Mistake(1, "", "lists or mappings are nested too deeply")]


def _syntax(trouble: yaml.YAMLError, text: str) -> Mistake:
    if isinstance(trouble, yaml.MarkedYAMLError):
        mark = trouble.problem_mark or trouble.context_mark
        told = " ".join(part for part in (trouble.context, trouble.problem) if part)
        return Mistake(mark.line + 1 if mark else 1, "", f"not YAML: {told}")
    if isinstance(trouble, yaml.reader.ReaderError):
        line = text.count("\n", 0, trouble.position) + 1
        return Mistake(line, "", f"the character U+{trouble.character:04X} is not allowed in YAML")
    return Mistake(1, "", f"not YAML: {trouble}")


def _node(node: yaml.Node, key: str, mistakes: list[Mistake], holder: int | None = None) -> Leaf | Row | Branch:
    """Return a node; `holder` is the line of the key it belongs to, which lists and mappings take as theirs."""
    line = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        return _branch(node, key, mistakes, holder or line)
    if isinstance(node, yaml.SequenceNode):
        return Row(tuple(_node(item, f"{key}[{n}]", mistakes) for n, item in enumerate(node.value)), holder or line)
    if node.tag not in _PLAIN_TAGS:
        what = "a date" if node.tag.endswith(":timestamp") else f"the type {node.tag.rsplit(':', 1)[-1]}"
        mistakes.append(Mistake(line, key, f"{node.value} is read as {what}; write it in quotes"))
        return Leaf(str(node.value), line)
    try:
        return Leaf(SafeConstructor().construct_object(node), line)
    except (ValueError, OverflowError, yaml.YAMLError):
        mistakes.append(Mistake(line, key, f"{node.value!r} cannot be read as {node.tag.rsplit(':', 1)[-1]}"))
        return Leaf(str(node.value), line)


def _branch(node: yaml.MappingNode, key: str, mistakes: list[Mistake], holder: int) -> Branch:
    entries: dict[str, Leaf | Row | Branch] = {}
    lines: dict[str, int] = {}
    for name_node, value_node in node.value:
        line = name_node.start_mark.line + 1
        if not isinstance(name_node, yaml.ScalarNode):
            mistakes.append(Mistake(line, key, "a key must be one word, not a list or a mapping"))
            continue
        name = name_node.value
        full = f"{key}.{name}" if key else name
        if name in entries:
            mistakes.append(Mistake(line, full, f"given twice; the first time on line {lines[name]}"))
            continue
        entries[name], lines[name] = _node(value_node, full, mistakes, line), line
    return Branch(entries, lines, holder)


def plain(node: Leaf | Row | Branch) -> object:
    """Return a node's content without lines: scalars, tuples and dicts."""
    if isinstance(node, Leaf):
        return node.value
    if isinstance(node, Row):
        return tuple(plain(item) for item in node.items)
    return {name: plain(entry) for name, entry in node.entries.items()}

"""What the pages of words say is so: links lead somewhere, printed commands exist, paths are there."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer
from pages_of_words import CODE, PAGES, ROOT, anchors, blocks, calls, code, links, name_of, without_code

from lianxin import cli

READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")
_PLACE = re.compile(r"(?:lianxin|tests|docs|setup)/[\w./-]+")
_NAMED_PAGE = re.compile(r"docs/[\w/.-]+\.md")
_HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,;:!?()]|[,;:!?(][\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def front_door() -> Any:
    """The command line with the commands of every room: a group, whose `commands` are commands or groups by name."""
    cli.collect_commands()
    return typer.main.get_command(cli.app)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path) if path else page
        assert target.exists(), f"{name_of(page)} links to {link}"
        assert not anchor or anchor in anchors(target), f"{name_of(page)} links to {link}: no such heading"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_place_named_in_the_house_is_there(page: Path) -> None:
    for place in filter(_PLACE.fullmatch, code(page)):
        assert (ROOT / place).exists(), f"{name_of(page)} names {place}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_printed_command_exists_with_its_options(page: Path, front_door: Any) -> None:
    for words, options in calls(page, "lianxin"):
        command = front_door
        for word in words:
            if not hasattr(command, "commands"):
                break
            assert word in command.commands, f"{name_of(page)} prints `lianxin {' '.join(words)}`"
            command = command.commands[word]
        known = {option for param in command.params for option in (*param.opts, *param.secondary_opts)} | {"--help"}
        assert set(options) <= known, f"{name_of(page)}: {command.name} has no {set(options) - known}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_printed_make_target_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for words, _ in calls(page, "make"):
        assert {word for word in words if "=" not in word} <= targets, f"{name_of(page)} prints make {words}"


@pytest.mark.parametrize("page", READMES, ids=name_of)
def test_the_readme_names_every_command(page: Path, front_door: Any) -> None:
    named = {words[0] for words, _ in calls(page, "lianxin") if words}
    assert named >= front_door.commands.keys()


def test_both_readmes_print_the_same_commands_and_pictures() -> None:
    english, chinese = READMES
    assert blocks(english) == blocks(chinese)
    pictures = [[link for link in links(page) if link.endswith(".png")] for page in READMES]
    assert pictures[0] == pictures[1] != []


def test_every_page_of_the_manual_stands_in_its_index() -> None:
    listed = {(ROOT / "docs" / link).resolve() for link in links(ROOT / "docs" / "README.md")}
    missing = {name_of(page) for page in (ROOT / "docs").rglob("*.md")} - {
        name_of(page) for page in listed if page.is_relative_to(ROOT)
    }
    assert missing == {"docs/README.md"}


def test_every_page_that_the_code_points_to_exists() -> None:
    for path in CODE:
        for page in _NAMED_PAGE.findall(path.read_text(encoding="utf-8")):
            assert (ROOT / page).exists(), f"{name_of(path)} points to {page}"


def test_chinese_sentences_carry_chinese_punctuation() -> None:
    assert _HALF_WIDTH.findall(without_code((ROOT / "README.zh-CN.md").read_text(encoding="utf-8"))) == []

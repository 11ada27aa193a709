"""Every setting and every room is documented, and drawn pages are as the code draws them now."""

import re

from reading import ROOT

from lianxin import house, manual
from lianxin.ground.site.settings import every_setting, variable_of

DOCS = ROOT / "docs"


def test_every_setting_is_documented_with_its_variable_and_default() -> None:
    rows = {row[0]: row for row in _rows("settings.md")}
    for key, default in every_setting():
        assert f"`{key}`" in rows, f"docs/settings.md does not know {key}"
        _, variable, shown, meaning = rows[f"`{key}`"]
        assert variable == f"`{variable_of(key)}`", key
        assert shown == manual.shown_default(default), key
        assert len(meaning.split()) >= 3, f"{key} has no meaning"


def test_no_setting_is_documented_that_does_not_exist() -> None:
    known = {f"`{key}`" for key, _ in every_setting()}
    assert {row[0] for row in _rows("settings.md") if "." in row[0]} <= known


def test_every_room_is_documented() -> None:
    text = (DOCS / "rooms.md").read_text(encoding="utf-8")
    for room in house.rooms():
        if (ROOT / "lianxin" / room.replace(".", "/")).is_dir():
            assert f"`{room}`" in text, f"docs/rooms.md does not know {room}; run `make docs`"


def test_drawn_pages_are_as_the_code_draws_them_now() -> None:
    old = {
        name: "run `make docs`"
        for name, text in manual.pages().items()
        if not (DOCS / name).exists() or (DOCS / name).read_text(encoding="utf-8") != text
    }
    assert old == {}


def _rows(name: str) -> list[list[str]]:
    lines = (DOCS / name).read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))] for line in lines if "|" in line]
    return [row for row in rows if len(row) == 4]

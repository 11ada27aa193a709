"""The manual's examples must be true, and it must name every rule and unit there is."""

from pathlib import Path

import pytest

from lianxin.deadlines import UNITS, UNRESOLVED
from lianxin.ground.clock import at_iso
from lianxin.rules import load_rules

MANUAL = Path(__file__).parents[3] / "docs" / "clocks.md"


def at(text: str) -> int:
    return at_iso(f"{text}:00+08:00")


def examples() -> list[list[str]]:
    lines = MANUAL.read_text(encoding="utf-8").splitlines()
    begin = next(number for number, line in enumerate(lines) if line.startswith("| pack | clock"))
    rows = []
    for line in lines[begin + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def test_the_manual_has_its_examples():
    assert len(examples()) >= 14


@pytest.mark.parametrize("row", examples(), ids=lambda row: " ".join(row[1:3]))
def test_the_example_is_true(row):
    pack, clock, start, pause, extend, due, _ = row
    pauses = tuple(map(at, pause.split("/"))) if pause else None
    found = load_rules(pack).due(clock, at(start), pauses, int(extend or 0)).due
    assert found == (UNRESOLVED if due == "unresolved" else at(due))


def test_every_rule_and_unit_is_in_the_manual():
    text = MANUAL.read_text(encoding="utf-8")
    assert [n for n in range(1, 11) if f"- **C{n} " not in text] == []
    assert [unit for unit in UNITS if f"`{unit}`" not in text] == []

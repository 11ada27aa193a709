"""The score sheet (评分表): which points are there, and what do they add up to? Pure once loaded."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

PACKS: Final = Path(__file__).parents[1] / "packs" / "quality"


class Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of a sheet; w: the most points it gives."""

    id: str
    w: int
    zh: str
    en: str


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A hard fault (致命项): with one of them the whole is 0."""

    id: str
    zh: str
    en: str


class Sheet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sheet of 100 points."""

    zh: str
    en: str
    items: tuple[Item, ...]
    fatal: tuple[Fault, ...]

    def title(self, lang: str = "zh") -> str:
        """Return the name in `lang`."""
        return self.en if lang == "en" else self.zh


class Month(msgspec.Struct, frozen=True):
    """How many calls of a person are inspected in a month, at least."""

    value: int
    src: str


class Newcomer(msgspec.Struct, frozen=True):
    """How many of somebody in their first months."""

    months: int
    value: int
    src: str


class AppealDays(msgspec.Struct, frozen=True):
    """In how many working days one may appeal, the inspector answers, and it is decided."""

    ask_wd: int
    answer_wd: int
    decide_wd: int
    src: str


class QualityPack(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"passing": "pass"}):
    """The rules of inspection of a city, each with its source."""

    version: str
    src: str
    passing: int
    monthly_min: Month
    newcomer: Newcomer
    appeal: AppealDays
    sheets: dict[str, Sheet]


class WrongScore(Exception):
    """The sheet is not filled in as it must be; the sentence says where."""


@cache
def quality_pack(city: str = "binzhou") -> QualityPack:
    """Return the rules of inspection of a city; every sheet has 100 points."""
    pack = msgspec.yaml.decode((PACKS / f"{city}.yaml").read_bytes(), type=QualityPack)
    for name, sheet in pack.sheets.items():
        assert sum(item.w for item in sheet.items) == 100, name
    return pack


def total(sheet: Sheet, points: Mapping[str, int], fatal: tuple[str, ...]) -> int:
    """Return the score: the points together, 0 with a hard fault.

    points  one number for each line of the sheet, from 0 to its most
    Raises WrongScore.
    """
    for item in sheet.items:
        given = points.get(item.id)
        if given is None:
            raise WrongScore(f"“{item.zh}”还没有打分。")
        if not 0 <= given <= item.w:
            raise WrongScore(f"“{item.zh}”最多 {item.w} 分，不能填 {given}。")
    if unknown := set(points) - {item.id for item in sheet.items}:
        raise WrongScore(f"评分表里没有这一项：{'、'.join(sorted(unknown))}。")
    if strange := set(fatal) - {fault.id for fault in sheet.fatal}:
        raise WrongScore(f"评分表里没有这个致命项：{'、'.join(sorted(strange))}。")
    return 0 if fatal else sum(points.values())
